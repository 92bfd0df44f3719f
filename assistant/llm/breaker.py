"""Leave a model alone that is down, so that its failure costs readers once.

closed --failure--> open --cool-down--> one try in the background --success--> closed
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Breaker:
    """Tells whether to ask the model. Safe to use from any thread.

    After a failure nobody waits for the model until a try in the background, started by the first question after
    `cool_down` seconds, has succeeded.
    """

    def __init__(self, cool_down: float, probe: Callable[[], bool]) -> None:
        self._cool_down = cool_down
        self._probe = probe
        self._lock = threading.Lock()
        self._open_since: float | None = None
        self._probing: threading.Thread | None = None

    @property
    def closed(self) -> bool:
        """Whether the model is thought to be up."""
        return self._open_since is None

    def allows(self) -> bool:
        """Tell whether to ask the model now; when its time has come, start the try in the background."""
        with self._lock:
            if self._open_since is None:
                return True
            is_due = time.monotonic() - self._open_since >= self._cool_down
            if is_due and (self._probing is None or not self._probing.is_alive()):
                self._probing = threading.Thread(target=self._try, name="try-llm", daemon=True)
                self._probing.start()
            return False

    def failed(self) -> None:
        """Note that the model failed."""
        with self._lock:
            self._open_since = time.monotonic()

    def succeeded(self) -> None:
        """Note that the model answered."""
        with self._lock:
            self._open_since = None

    def _try(self) -> None:
        if self._probe():
            self.succeeded()
        else:
            self.failed()
