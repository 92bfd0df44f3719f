"""The one way from the HTTP API to the assistant: so many questions at once, each for so long, every one counted.

Answering is work for a processor, so it runs in a few threads; more questions wait their turn, and beyond what
may wait they are refused at once, which serves everyone better than a long queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from assistant.stream import Part
from assistant.types import Answer, Turn
from ingest.errors import QuestionError
from ui import texts
from ui.backend import Backend
from ui.logs import log_answer
from ui.metrics import Metrics
from ui.problems import Busy, TookTooLong, problem_of
from ui.settings import Settings

if TYPE_CHECKING:
    from assistant import Assistant

_Result = TypeVar("_Result")


class Answering:
    """Asks the assistant in threads of its own. Its methods run in the server's event loop.

    A question that was given up (time limit, reader gone) keeps its place until its thread is done with it, so the
    bound holds; one that was still waiting is never begun.
    """

    def __init__(
        self, backend: Backend, settings: Settings, metrics: Metrics, heard: Callable[[Answer, str], None] | None = None
    ) -> None:
        """Take settings of how many questions at once, and for how long.

        Args:
            backend: opens the assistant.
            settings: its bounds.
            metrics: counts what comes of questions.
            heard: called with each whole answer and the snapshot that it came from; must return at once.
        """
        self._backend = backend
        self._metrics = metrics
        self._heard = heard
        self._with_question = settings.log_questions
        self._limit = settings.answer_seconds
        self._max_chars = settings.max_question_chars
        self._max_turns = settings.max_history
        self._room = settings.concurrency + settings.max_waiting
        self._threads = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="answer")
        self._taken = 0
        self._lock = threading.Lock()
        metrics.watch_progress(lambda: self._taken)

    def close(self) -> None:
        """Begin no more questions."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def check(self, question: str, history: Sequence[Turn] = ()) -> Assistant:
        """Refuse, before a response is begun, what would be refused anyway; return the assistant to ask.

        Raises:
            NotReady: the assistant is not open.
            QuestionError: the question is empty, too long, or has no words; or too many turns come before it.
            Busy: there is no room for another question.
        """
        from assistant.question import clean_question

        assistant = self._backend.assistant()
        clean_question(question, self._max_chars)
        if len(history) > self._max_turns:
            raise QuestionError(texts.LONG_HISTORY.format(turns=len(history), most=self._max_turns))
        if self._taken >= self._room:
            raise Busy
        return assistant

    async def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question.

        Raises:
            TookTooLong: the time limit passed first; else as `check` does.
        """
        with self._counted():
            assistant = self.check(question, history)
            future = self._submit(lambda: assistant.ask(question, history=history))
            try:
                answer = await asyncio.wait_for(asyncio.wrap_future(future), self._limit)
            except TimeoutError:
                raise TookTooLong(self._limit) from None
        self._note(question, answer, assistant.snapshot)
        return answer

    async def stream(
        self, question: str, history: Sequence[Turn] = (), *, heartbeat: float = 15.0
    ) -> AsyncIterator[Part | None]:
        """Yield an answer's parts as they are written, the whole answer last; None when `heartbeat` seconds bring none.

        Raises:
            As `ask` does, before or between the parts.
        """
        loop = asyncio.get_running_loop()
        parts: asyncio.Queue[Part | Exception] = asyncio.Queue()
        gone = threading.Event()

        def put(part: Part | Exception) -> None:
            # The loop is closed when the server stopped meanwhile; nobody reads then.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(parts.put_nowait, part)

        with self._counted():
            assistant = self.check(question, history)
            writing = self._submit(lambda: _write(assistant, question, history, put, gone))
            deadline = loop.time() + self._limit
            try:
                while (left := deadline - loop.time()) > 0:
                    try:
                        part = await asyncio.wait_for(parts.get(), min(heartbeat, left))
                    except TimeoutError:
                        yield None
                        continue
                    if isinstance(part, Exception):
                        raise part
                    if isinstance(part, Answer):
                        self._note(question, part, assistant.snapshot)
                    yield part
                    if isinstance(part, Answer):
                        return
                raise TookTooLong(self._limit)
            finally:
                gone.set()
                writing.cancel()

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        """Count what goes wrong."""
        try:
            yield
        except Exception as error:
            self._metrics.count_failure(problem_of(error).type.rpartition(":")[2])
            raise

    def _note(self, question: str, answer: Answer, snapshot: str) -> None:
        if self._heard:
            self._heard(answer, snapshot)
        self._metrics.count_answer(answer)
        log_answer(question, answer, with_question=self._with_question)

    def _submit(self, work: Callable[[], _Result]) -> Future[_Result]:
        with self._lock:
            if self._taken >= self._room:
                raise Busy
            self._taken += 1
        future = self._threads.submit(work)
        future.add_done_callback(self._leave)
        return future

    def _leave(self, _future: object) -> None:
        with self._lock:
            self._taken -= 1


def _write(
    assistant: Assistant,
    question: str,
    history: Sequence[Turn],
    put: Callable[[Part | Exception], None],
    gone: threading.Event,
) -> None:
    """Put an answer's parts where the reader takes them from, until the reader is gone; last, what went wrong."""
    try:
        parts = assistant.stream(question, history)
        try:
            for part in parts:
                if gone.is_set():
                    return
                put(part)
        finally:
            # A language model that still writes is told to stop.
            if isinstance(parts, Generator):
                parts.close()
    except Exception as error:
        put(error)
