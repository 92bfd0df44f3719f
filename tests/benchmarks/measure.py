"""What all benchmarks need: questions, times in milliseconds, a description of the machine, the file of figures."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant import Assistant

RESULTS = Path(__file__).parents[2] / "docs" / "benchmarks.json"
# Questions that the articles answer, of several kinds.
QUESTIONS = (
    "What are the risks of KPO?",
    "What does nearshore outsourcing mean?",
    "Patent research: BPO or KPO?",
    "What is the difference between BPO and KPO?",
    "Who can provide BPO services?",
    "Which skills does KPO need?",
    "How much can a company save with BPO?",
    "Is legal research BPO or KPO?",
)


def milliseconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


def p50(times: Sequence[float]) -> float:
    """Return the median."""
    return round(median(times), 3)


def p95(times: Sequence[float]) -> float:
    """Return the time that one in twenty exceeds."""
    return round(quantiles(times, n=20)[-1], 3)


def is_read(assistant: Assistant, question: str) -> bool:
    """Tell whether what is found for a question is read with it, as the confidence alone is unsure."""
    calibration = assistant.calibrations.of(features := assistant.features(question))
    return calibration.reading.is_needed(calibration.confidence(features))


def resident_megabytes() -> float:
    """Return the memory that this process holds."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def describe_machine() -> dict[str, Any]:
    """Return what a reader needs to judge a figure: processor, memory, system, versions."""
    import chromadb
    import torch

    from ingest.embed import choose_precision

    capable = torch.cpu.get_capabilities()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": str(capable.get("cpu_name") or platform.processor()),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "bfloat16": choose_precision() == "bfloat16",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "chromadb": chromadb.__version__,
    }


def keep(part: str, values: Any, file: Path = RESULTS) -> None:
    """Put a part's results into the file, in place of those it had, with the machine that it ran on and the time."""
    found: dict[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
    stamp = {"machine": describe_machine(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
    found[part] = {**stamp, "load": os.getloadavg()[0], **values}
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
