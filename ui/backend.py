"""The assistant behind the server, opened in a thread of its own so that the port answers first.

The index is built when there is none. What cannot be opened is tried again until it can, so mending an index
does not need a restart of the server. A snapshot that becomes current is opened beside the one in use and takes
its place when it is ready; questions that are being answered are finished from the old one.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from assistant.answer_cache import AnswerCache, CacheCounts
from ingest.errors import AssistantError, IndexMissing
from ui import texts
from ui.problems import NotReady
from ui.settings import Settings

if TYPE_CHECKING:
    from assistant import Assistant
    from ingest.batching import BatchingEmbedder
    from ingest.snapshots import Home

RETRY_SECONDS = 5.0

_logger = logging.getLogger(__name__)


class Backend:
    """Opens the assistant once and hands it out. Safe to use from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._assistant: Assistant | None = None
        self._answers = AnswerCache(settings.cached_answers)
        self._embedder: BatchingEmbedder | None = None
        self._home: Home | None = None
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

    def cache_counts(self) -> CacheCounts:
        """Return how often an answer was there already, how often it was not, and how many are kept."""
        return self._answers.counts()

    def batch_counts(self) -> tuple[int, int]:
        """Return how many questions the model read, and in how many passes."""
        return (self._embedder.texts, self._embedder.passes) if self._embedder is not None else (0, 0)

    def open(self) -> Assistant:
        """Build the index if there is none, then open the assistant on it. Slow: it loads the model."""
        from ingest import build_index, index_status
        from ingest.batching import BatchingEmbedder
        from ingest.embed import Embedder

        settings = self._settings
        corpus, index = settings.corpus, settings.index
        if self._embedder is None:
            self._embedder = BatchingEmbedder.of(Embedder.load(settings.answer.model, settings.precision))
        try:
            index_status(index, settings.where)
        except IndexMissing:
            _logger.info("no index in %s yet: building it from %s", index, corpus)
            build_index(corpus, index, settings=settings.ingest, embedder=self._embedder, progress=self._show_progress)
            self._reason = texts.LOADING
        return self._open()

    def _open(self) -> Assistant:
        from ui.served import ServedAssistant

        assert self._embedder is not None
        return ServedAssistant.serve(
            self._settings.index, self._answers, settings=self._settings.answer, embedder=self._embedder
        )

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
                break
            self._stopping.wait(RETRY_SECONDS)
        while not self._stopping.wait(self._settings.poll_seconds):
            self._follow()

    def _follow(self) -> None:
        """Open the snapshot that is current, if another one is in use; keep that where it cannot be opened."""
        from ingest.snapshots import open_home

        assert self._assistant is not None
        try:
            self._home = self._home or open_home(self._settings.index, self._settings.where)
            pointer = self._home.pointer()
            if pointer is None or pointer.current == self._assistant.snapshot:
                return
            self._assistant = self._open()
        except Exception as error:
            self._fail(str(error) if isinstance(error, AssistantError) else texts.START_FAILED)
        else:
            self._reason = ""
            _logger.info("switched to snapshot %s", self._assistant.snapshot)

    def _fail(self, reason: str) -> None:
        # Said once, not at every try.
        if reason != self._reason:
            _logger.exception("the assistant cannot be opened: %s", reason)
        self._reason = reason

    def _show_progress(self, stage: str, done: int, total: int) -> None:
        self._reason = f"{texts.STAGES.get(stage, stage)}: {done} of {total}"
