"""An assistant as the server uses it: the same question is answered once, and a store that is away means 503."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Semaphore
from typing import TYPE_CHECKING

from assistant import Answer, Assistant, Turn
from assistant.answer_cache import AnswerCache
from assistant.stream import Part, parts_of
from assistant.types import Timings
from ingest.errors import IndexDamaged, StoreUnavailable
from ui.problems import NotReady

if TYPE_CHECKING:
    from assistant import AnswerSettings
    from ingest.embed import Embedder

# Threads that rank and write at one time. Python runs one at a time; the second works while the first one computes
# outside of it, and more would only hand its lock from one to the other.
_AT_ONCE = 2
_NO_TIME = Timings(embed=0, retrieve=0, write=0, total=0)


class ServedAssistant(Assistant):
    """Answers from a cache what it answered before, from the same snapshot and in the same conversation."""

    _answers: AnswerCache
    _turn = Semaphore(_AT_ONCE)

    @classmethod
    def serve(
        cls, index: Path, answers: AnswerCache, *, settings: AnswerSettings, embedder: Embedder
    ) -> ServedAssistant:
        """Open the index in use, as `Assistant.open` does, and share a cache with those before it."""
        made = cls.open(index, settings=settings, embedder=embedder)
        made._answers = answers
        return made

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question; see `Assistant.ask`.

        Raises:
            NotReady: the store is away or damaged; beside what `Assistant.ask` raises.
        """
        if (known := self._known_answer(question, history)) is not None:
            return known
        try:
            return self._keep(question, history, super().ask(question, history))
        except (StoreUnavailable, IndexDamaged) as error:
            raise NotReady(str(error)) from error

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Part]:
        """Answer a question part by part; see `Assistant.stream`.

        Raises:
            NotReady: the store is away or damaged; beside what `Assistant.stream` raises.
        """
        if (known := self._known_answer(question, history)) is not None:
            yield from parts_of(known)
            return
        try:
            for part in super().stream(question, history):
                yield self._keep(question, history, part) if isinstance(part, Answer) else part
        except (StoreUnavailable, IndexDamaged) as error:
            raise NotReady(str(error)) from error

    @property
    def _writer(self) -> str:
        llm = getattr(self.settings, "llm", None)
        return "extractive" if llm is None else str(llm.model)

    def _known_answer(self, question: str, history: Sequence[Turn]) -> Answer | None:
        known = self._answers.get(self.snapshot, self._writer, question, history)
        return None if known is None else known.model_copy(update={"timings_ms": _NO_TIME})

    def _keep(self, question: str, history: Sequence[Turn], answer: Answer) -> Answer:
        # What a language model should have worded and did not is asked for anew: it may be up again.
        if answer.checks is None or answer.checks.note is None:
            self._answers.put(self.snapshot, self._writer, question, history, answer)
        return answer
