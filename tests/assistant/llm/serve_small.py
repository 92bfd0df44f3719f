"""Serve the small real model until stopped, to measure with it: `python -m tests.assistant.llm.serve_small`."""

from __future__ import annotations

import signal
import sys
import threading

from tests.assistant.llm.servers import SMOLLM, small_model


def main() -> None:
    """Print the settings that use the server, and wait."""
    # Told to end, end the model's server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with small_model() as url:
        sys.stdout.write(f"export BPO_KPO_LLM={SMOLLM} BPO_KPO_LLM_BASE_URL={url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
