"""The assistant behind the server, opened in a thread of its own so that the port answers first.

The index is built when there is none. What cannot be opened is tried again until it can, so mending an index
does not need a restart of the server.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from ingest.errors import AssistantError, IndexMissing
from ui import texts
from ui.problems import NotReady
from ui.settings import Settings

if TYPE_CHECKING:
    from assistant import Assistant

RETRY_SECONDS = 5.0

_logger = logging.getLogger(__name__)


class Backend:
    """Opens the assistant once and hands it out. Safe to use from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._assistant: Assistant | None = None
        self._reason = texts.LOADING
        self._stopping = threading.Event()
        # A daemon: a stop during a long ingest must not wait for it; a killed ingest loses nothing.
        self._thread = threading.Thread(target=self._run, name="open-assistant", daemon=True)

    def start(self) -> None:
        """Begin to open the assistant."""
        self._thread.start()

    def stop(self) -> None:
        """Stop trying to open it."""
        self._stopping.set()

    @property
    def ready(self) -> bool:
        """Whether questions can be asked."""
        return self._assistant is not None

    @property
    def reason(self) -> str:
        """What is going on, or why it failed, while not ready."""
        return self._reason

    def assistant(self) -> Assistant:
        """Return the open assistant.

        Raises:
            NotReady: it is not open yet, or cannot be opened.
        """
        if self._assistant is None:
            raise NotReady(self._reason)
        return self._assistant

    def open(self) -> Assistant:
        """Build the index if there is none, then open the assistant on it. Slow: it loads the model."""
        from assistant import Assistant
        from ingest import build_index, index_status
        from ingest.embed import Embedder

        corpus, index = self._settings.corpus, self._settings.index
        embedder = Embedder.load(self._settings.answer.model, self._settings.precision)
        try:
            index_status(index, self._settings.where)
        except IndexMissing:
            _logger.info("no index in %s yet: building it from %s", index, corpus)
            build_index(corpus, index, settings=self._settings.ingest, embedder=embedder, progress=self._show_progress)
            self._reason = texts.LOADING
        return Assistant.open(index, settings=self._settings.answer, embedder=embedder)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._assistant = self.open()
            except AssistantError as error:
                self._fail(str(error))
            except Exception:
                self._fail(texts.START_FAILED)
            else:
                _logger.info("ready: snapshot %s", self._assistant.snapshot)
                return
            self._stopping.wait(RETRY_SECONDS)

    def _fail(self, reason: str) -> None:
        # Said once, not at every try.
        if reason != self._reason:
            _logger.exception("the assistant cannot be opened: %s", reason)
        self._reason = reason

    def _show_progress(self, stage: str, done: int, total: int) -> None:
        self._reason = f"{texts.STAGES.get(stage, stage)}: {done} of {total}"
