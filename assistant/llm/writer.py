"""The whole path of an answer that a language model words, top to bottom.

    extractive answer -> passages -> prompt -> model -> sentences -> check each -> parts -> Answer

A sentence is given out once it has passed and never before. Where the model is down, slow, or writes nothing that
passes, the extractive answer is given with a note that says so. An abstention is never put to the model.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence

from assistant.index import OpenIndex
from assistant.llm.book import Book
from assistant.llm.breaker import Breaker
from assistant.llm.model import Model, ModelFailed, Usage
from assistant.llm.prompt import conversation_text, fence, load_prompt, passages_text
from assistant.llm.rewrite import rewrite_question
from assistant.llm.sentences import NO_ANSWER, Written, read_sentences
from assistant.llm.settings import LLMSettings
from assistant.llm.sources import make_sources
from assistant.llm.verify import Checked, Verifier
from assistant.retrieve import Hit
from assistant.sides import SideFinder
from assistant.stream import Part, parts_of
from assistant.support.meaning import Reader
from assistant.types import Answer, CheckedSentence, Checks, Turn

_logger = logging.getLogger(__name__)

# A model is asked for this many sentences at most, and stopped after twice as many: it may be looping.
_SENTENCES = 6
_MOST_WRITTEN = 2 * _SENTENCES
# The share of the time for an answer that rewriting its question may take.
_REWRITE_SHARE = 0.4


class LLMWriter:
    """Words answers with one model. Safe to call from several threads."""

    def __init__(self, settings: LLMSettings, index: OpenIndex, finder: SideFinder, reader: Reader) -> None:
        """Make the client; the network is not used yet.

        Raises:
            SettingsError: the model cannot be set up.
        """
        self.settings = settings
        self.model = Model(settings)
        self.breaker = Breaker(settings.cool_down, self.model.is_up)
        self._index = index
        self._finder = finder
        self._reader = reader

    def rewrite(self, question: str, history: Sequence[Turn]) -> str | None:
        """Return a conversation's question to be understood alone; None where the rules must do."""
        if not (self.settings.rewrite and history and self.breaker.allows()):
            return None
        try:
            seconds = self.settings.timeout * _REWRITE_SHARE
            return rewrite_question(self.model, question, history, self._finder, seconds=seconds)
        except ModelFailed as failure:
            self.breaker.failed()
            _logger.warning("the question was not rewritten: %s", failure)
            return None

    def stream(
        self, extractive: Answer, hits: Sequence[Hit], history: Sequence[Turn], *, rewritten: bool, spent: float = 0.0
    ) -> Iterator[Part]:
        """Yield the parts of an answer, the whole answer last.

        Args:
            extractive: the extractive answer to the same question.
            hits: the ranked chunks, best first.
            history: the turns before.
            rewritten: whether the question was rewritten by the model.
            spent: the seconds of the time for this answer that are gone.
        """
        if extractive.abstained:
            yield extractive
            return
        if not self.settings.write:
            yield from parts_of(extractive)
            return
        prompt = load_prompt("write")
        checks = Checks(model=self.settings.model, prompt=prompt.version, rewritten=rewritten)
        sources = make_sources(
            self._index,
            hits,
            extractive,
            self._finder,
            most=self.settings.passages,
            most_chars=self.settings.passage_chars,
        )
        if not sources:
            yield from _quoted(extractive, checks, "none of the passages may be given to a language model")
            return
        if not self.breaker.allows():
            yield from _quoted(extractive, checks, "the language model is not answering at the moment")
            return
        messages = prompt.messages(
            subject=fence(self._index.domain.subject or "the articles"),
            sentences=str(_SENTENCES),
            passages=passages_text(sources),
            conversation=_conversation(history),
            question=fence(extractive.query),
        )
        began = time.perf_counter()
        book = Book(self._index)
        verifier = Verifier(sources, self._finder, self._reader, question=extractive.query)
        checked: list[CheckedSentence] = []
        usage, note = Usage(), None
        chunks = self.model.stream(messages, max(self.settings.timeout - spent, 0.1), usage)
        try:
            for written in read_sentences(chunks):
                if _declines(written) or len(checked) >= _MOST_WRITTEN or len(book.statements) >= _SENTENCES:
                    break
                verdict = verifier.check(written)
                checked.append(_as_value(verdict, len(checked) + 1, show_dropped=self.settings.show_dropped))
                if verdict.verdict == "dropped":
                    _logger.info("dropped a sentence of the language model: %s", ", ".join(verdict.reasons))
                    continue
                yield from book.add(verdict)
            self.breaker.succeeded()
        except ModelFailed as failure:
            self.breaker.failed()
            note = f"the language model failed: {failure}"
        finally:
            chunks.close()
        checks = checks.model_copy(
            update={
                "sentences": tuple(checked),
                "note": note,
                "seconds": round(time.perf_counter() - began, 3),
                "prompt_tokens": usage.prompt,
                "completion_tokens": usage.completion,
            }
        )
        if not book.statements:
            yield from _quoted(extractive, checks, note or _why_nothing(checks))
            return
        if extractive.table is not None:
            yield from book.add_table(extractive)
        yield book.answer(extractive, self.settings.model, checks)


def _quoted(extractive: Answer, checks: Checks, note: str) -> Iterator[Part]:
    """Yield the extractive answer, with the note that it is quoted instead of worded."""
    said = f"Quoted from the articles: {note}."
    yield from parts_of(extractive.model_copy(update={"checks": checks.model_copy(update={"note": said})}))


def _why_nothing(checks: Checks) -> str:
    if not checks.sentences:
        return "the language model found no answer in the passages"
    return "nothing that the language model wrote could be proved"


def _as_value(checked: Checked, position: int, *, show_dropped: bool) -> CheckedSentence:
    is_shown = checked.verdict != "dropped" or show_dropped
    return CheckedSentence(
        position=position,
        verdict=checked.verdict,
        text=checked.text if is_shown else None,
        reasons=checked.reasons,
    )


def _declines(written: Written) -> bool:
    return NO_ANSWER in written.text.upper().replace(".", "")


def _conversation(history: Sequence[Turn]) -> str:
    text = conversation_text(history)
    return f"<conversation>\n{text}\n</conversation>" if text else ""
