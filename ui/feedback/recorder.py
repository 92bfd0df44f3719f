"""Count questions that found no answer, in a thread of its own: no answer ever waits for the database."""

from __future__ import annotations

import logging
import queue
import threading

from assistant.small_talk import INVITATION
from assistant.types import Answer
from ui.feedback.store import FeedbackStore, StoreError
from ui.version import version

# More than these wait only while the database is down; they are then dropped, and the log says so.
_MOST_WAITING = 1_000
_STOP_SECONDS = 2.0

_logger = logging.getLogger(__name__)


class Recorder:
    """Hands abstentions to the store, one after the other."""

    def __init__(self, store: FeedbackStore) -> None:
        self._store = store
        self._waiting: queue.Queue[tuple[Answer, str] | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="record-unanswered", daemon=True)

    def start(self) -> None:
        """Begin; the tables are made first."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, unless that takes long, and stop."""
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(_STOP_SECONDS)
        self._store.close()

    def heard(self, answer: Answer, snapshot: str) -> None:
        """Take note of an answer, at once; of an abstention only, and of none that a greeting or the like got."""
        if not answer.abstained or answer.text == INVITATION:
            return
        try:
            self._waiting.put_nowait((answer, snapshot))
        except queue.Full:
            _logger.warning("an unanswered question was not counted: too many wait for the feedback database")

    def _run(self) -> None:
        try:
            self._store.prepare()
        except StoreError as error:
            _logger.warning("%s Answers go on without it.", error)
        while (item := self._waiting.get()) is not None:
            answer, snapshot = item
            try:
                self._store.count_unanswered(answer, snapshot=snapshot, version=version())
            except StoreError as error:
                _logger.warning("an unanswered question was not counted: %s", error)
            except Exception:
                _logger.exception("an unanswered question was not counted")
