"""The whole path from a question to an answer, top to bottom.

    question -> tidy -> resolve a follow-up -> read -> embed -> search -> write -> Answer

Each stage is a plain function that can be read and tested alone; `Assistant.chain` is the same path as a
LangChain Runnable, and `ArticleRetriever` the search alone.
"""

from __future__ import annotations

import copy
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from assistant.abstain import Calibrations, Vocabulary, load_calibrations
from assistant.choose import names
from assistant.compare import prepare_comparison
from assistant.disagree import Topic, prepare_topics
from assistant.followup import resolve
from assistant.index import OpenIndex, open_index
from assistant.query import QueryMaker, Search
from assistant.question import Question, QuestionReader, clean_question, without_surrogates
from assistant.retrieve import Hit, search, to_passage
from assistant.settings import AnswerSettings
from assistant.sides import SideFinder
from assistant.spelling import Speller
from assistant.stream import Part, parts_of
from assistant.sufficiency import load_sufficiency
from assistant.tidy import tidy
from assistant.types import Answer, Passage, Timings, Turn
from assistant.units import make_units
from assistant.write import CHUNKS, Weighed, weigh, write
from ingest.domain import Domain
from ingest.embed import Embedder, TokenVectors
from ingest.keywords import stems, words
from ingest.types import Article

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from assistant.llm.settings import LLMSettings
    from assistant.llm.writer import LLMWriter


# What tells of an asker is rarer than "company", which stands in sentences on either side.
_TELLING = 3.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came, with the conversation before it."""

    question: str
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A question that was read and searched for, ready to be written about.

    `said` are the answers before, where more is wished for than they said.
    """

    asked: Asked
    question: Question
    search: Search
    hits: tuple[Hit, ...]
    embed_ms: float
    retrieve_ms: float
    rewritten: bool = False
    said: tuple[str, ...] = ()


class Assistant:
    """Answers questions from one open index. Safe to call from several threads."""

    # Entered for the stretches that are Python's own work, which a server bounds.
    _turn: AbstractContextManager[object] = nullcontext()

    def __init__(self, index: OpenIndex, embedder: Embedder, settings: AnswerSettings) -> None:
        self.index = index
        self.settings = settings
        self.calibrations: Calibrations = load_calibrations()
        self._sufficiency = load_sufficiency()
        self._embedder = embedder
        self._finder = SideFinder(index.domain)
        known = _known_words(index)
        of_articles = {*index.own_words, *index.title_words, *_domain_words(index.domain)}
        self._vocabulary = Vocabulary(frozenset(stems(" ".join(known))), frozenset(stems(" ".join(of_articles))))
        self._reader = QuestionReader(index.domain, self._finder, Speller(known))
        self._maker = QueryMaker(index, embedder, self._finder)
        self._comparison = prepare_comparison(index, embedder, self._reader, self._maker, self._finder, settings.search)
        self._llm: LLMWriter | None = None
        self._topics: tuple[Topic, ...] = prepare_topics(
            index.domain, embedder, self._reader, self._finder, lambda text: self.find(Asked(text)).hits
        )
        self._llm = self._make_writer(settings.llm)

    @classmethod
    def open(cls, index: Path, *, settings: AnswerSettings | None = None, embedder: Embedder | None = None) -> Self:
        """Open the index in use.

        Args:
            index: the folder that `ingest.build_index` wrote.
            settings: how to answer.
            embedder: a loaded model, to save loading it again.

        Raises:
            IndexMissing: nothing was ingested here yet.
            IndexDamaged: the index cannot be used.
            ModelMismatch: it was built with another model.
            ModelError: the model cannot be loaded.
            StoreUnavailable: the Chroma server does not answer.
        """
        settings = settings or AnswerSettings()
        embedder = embedder or Embedder.load(settings.model, settings.precision)
        return cls(open_index(index, embedder, settings.store), embedder, settings)

    @property
    def articles(self) -> tuple[Article, ...]:
        """The articles of the index, ordered by id."""
        return tuple(self.index.articles.values())

    @property
    def domain(self) -> Domain:
        """What the corpus says of its subject."""
        return self.index.domain

    @property
    def snapshot(self) -> str:
        """The id of the snapshot that answers come from."""
        return self.index.manifest.snapshot

    @property
    def chain(self) -> Runnable[Asked, Answer]:
        """The path as a LangChain Runnable, from `Asked` to `Answer`."""
        # Only here: LangChain takes half a second and twenty megabytes that answering does not need.
        from langchain_core.runnables import RunnableLambda

        return RunnableLambda(self.find) | RunnableLambda(self.write)

    def worded_by(self, llm: LLMSettings | None) -> Self:
        """Return the same assistant with its answers worded by another language model, or quoted with None.

        Raises:
            SettingsError: the model cannot be set up.
        """
        other = copy.copy(self)
        other.settings = self.settings.model_copy(update={"llm": llm})
        other._llm = self._make_writer(llm)
        return other

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question.

        Args:
            question: as the reader typed it.
            history: the turns before it, oldest first.

        Raises:
            QuestionError: the question is empty, too long, or has no words.
        """
        return self.write(self.find(Asked(question, tuple(history))))

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Part]:
        """Answer a question part by part; the last part is the whole answer.

        Raises:
            QuestionError: the question is empty, too long, or has no words.
        """
        yield from self._parts(self.find(Asked(question, tuple(history))))

    def retrieve(self, question: str, top_k: int = 5) -> tuple[Passage, ...]:
        """Return the passages that rank best for a question, best first.

        Raises:
            QuestionError: the question is empty, too long, or has no words.
        """
        found = self.find(Asked(question))
        return tuple(to_passage(self.index, hit.ready.chunk, hit.score) for hit in found.hits[:top_k])

    def find(self, asked: Asked) -> Found:
        """Resolve, read, embed and search for a question.

        Raises:
            QuestionError: the question is empty, too long, or has no words.
        """
        began = time.perf_counter()
        cleaned = clean_question(asked.question, self.settings.max_question_chars)
        rewritten: str | None = None
        said: tuple[str, ...] = ()
        if self.settings.follow_ups:
            earlier = [tidy(turn.question[: self.settings.max_question_chars]) for turn in asked.history]
            answers = [turn.answer for turn in asked.history]
            by_rules = resolve(tidy(cleaned), earlier, self._reader, self._finder, answers)
            if self._llm and asked.history and not by_rules.is_sure:
                rewritten = self._llm.rewrite(cleaned, asked.history)
            cleaned = rewritten or by_rules.text
            said = tuple(answers) if by_rules.more else ()
        resolved = time.perf_counter()
        found = self._look_up(self._reader.read(cleaned))
        if found.question.asker is not None and not self._tells_of_asker(found):
            # No verdict can be given, but it can be said what one depends on.
            choice = self._reader.read(f"What does the choice between {' and '.join(self._finder.names)} depend on?")
            first, found = found, self._look_up(choice)
            found = replace(
                found, embed_ms=first.embed_ms + found.embed_ms, retrieve_ms=first.retrieve_ms + found.retrieve_ms
            )
        embed_ms = found.embed_ms + 1000 * (resolved - began)
        return replace(found, asked=asked, embed_ms=embed_ms, rewritten=rewritten is not None, said=said)

    def _look_up(self, question: Question) -> Found:
        """Embed and search for a question that was read."""
        began = time.perf_counter()
        read: TokenVectors = self._embedder.read(question.text)
        wanted = self._maker.make(question, read)
        embedded = time.perf_counter()
        hits = search(self.index, wanted.query, self.settings.search, self._turn)
        return Found(
            asked=Asked(question.text),
            question=question,
            search=wanted,
            hits=tuple(hits),
            embed_ms=1000 * (embedded - began),
            retrieve_ms=1000 * (time.perf_counter() - embedded),
        )

    def _tells_of_asker(self, found: Found) -> bool:
        """Tell whether the articles say which side is for whoever chooses: a law firm, say; of a bakery they do not."""
        assert found.question.asker is not None
        start, end = found.question.asker
        telling = [
            rarity if start <= at < end and rarity >= _TELLING else 0.0
            for at, rarity in zip(found.search.starts, found.search.rarity.tolist(), strict=True)
        ]
        with self._turn:
            return names(make_units(found.hits[:CHUNKS], self._finder), np.array(telling, dtype=np.float32))

    def features(self, question: str, history: Sequence[Turn] = ()) -> dict[str, float]:
        """Return what the decision to answer is based on: the inputs of the calibration.

        Raises:
            QuestionError: the question is empty, too long, or has no words.
        """
        return self._weigh(self.find(Asked(question, tuple(history)))).features

    def sufficiency(self, question: str, history: Sequence[Turn] = ()) -> float:
        """Return the log-odds that the best of what is found answers a question, by reading it; -8 to 8.

        Raises:
            QuestionError: the question is empty, too long, or has no words.
        """
        found = self.find(Asked(question, tuple(history)))
        return self._sufficiency.log_odds(found.question.text, self._weigh(found).evidence)

    def _weigh(self, found: Found) -> Weighed:
        with self._turn:
            return weigh(found.question, found.search, found.hits, finder=self._finder, vocabulary=self._vocabulary)

    def _confidence(self, found: Found, weighed: Weighed) -> float:
        """Return the probability that the articles answer; where it is unsure, the evidence is read."""
        calibration = self.calibrations.of(weighed.features)
        confidence = calibration.confidence(weighed.features)
        if not calibration.reading.is_needed(confidence):
            return confidence
        return calibration.reading.revise(confidence, self._sufficiency.log_odds(found.question.text, weighed.evidence))

    def write(self, found: Found) -> Answer:
        """Write the answer to what was found, or say that the articles do not say."""
        *_, answer = self._parts(found)
        assert isinstance(answer, Answer)
        return answer

    def _make_writer(self, llm: LLMSettings | None) -> LLMWriter | None:
        if llm is None:
            return None
        # Only here: without a language model none of its packages is imported.
        from assistant.llm.writer import LLMWriter
        from assistant.support.entailment import load_entailment
        from assistant.support.meaning import Reader

        return LLMWriter(llm, self.index, self._finder, Reader(self._embedder, load_entailment()))

    def _parts(self, found: Found) -> Iterator[Part]:
        """Yield the answer's parts: a language model's as each is proved, else those of the extractive answer."""
        extractive = self.quote(found)
        if self._llm is None:
            yield from parts_of(extractive)
            return
        began = time.perf_counter()
        spent = (found.embed_ms if found.rewritten else 0.0) / 1000
        for part in self._llm.stream(
            extractive, found.hits, found.asked.history, rewritten=found.rewritten, spent=spent
        ):
            if isinstance(part, Answer):
                wording = 1000 * (time.perf_counter() - began)
                part = _with_writing(part, wording)
            yield part

    def quote(self, found: Found) -> Answer:
        """Write the extractive answer to what was found, whether or not a language model is configured."""
        began = time.perf_counter()
        weighed = self._weigh(found)
        confidence = self._confidence(found, weighed)
        threshold = self.settings.threshold
        if threshold is None:
            threshold = self.calibrations.of(weighed.features).threshold
        with self._turn:
            answer = write(
                found.question,
                found.search,
                weighed,
                index=self.index,
                finder=self._finder,
                comparison=self._comparison,
                topics=self._topics,
                confidence=confidence,
                threshold=threshold,
                settings=self.settings,
                said=found.said,
            )
        wrote = 1000 * (time.perf_counter() - began)
        timings = Timings(
            embed=round(found.embed_ms, 3),
            retrieve=round(found.retrieve_ms, 3),
            write=round(wrote, 3),
            total=round(found.embed_ms + found.retrieve_ms + wrote, 3),
        )
        return answer.model_copy(update={"question": without_surrogates(found.asked.question), "timings_ms": timings})


def _with_writing(answer: Answer, milliseconds: float) -> Answer:
    """Return an answer whose writing took so much longer."""
    timings = answer.timings_ms
    longer = timings.model_copy(
        update={
            "write": round(timings.write + milliseconds, 3),
            "total": round(timings.total + milliseconds, 3),
        }
    )
    return answer.model_copy(update={"timings_ms": longer})


def _known_words(index: OpenIndex) -> Counter[str]:
    """Return the words that the articles, their titles and the domain use, with how often they do."""
    return Counter(index.vocabulary) + Counter(index.title_words) + Counter(_domain_words(index.domain))


def _domain_words(domain: Domain) -> list[str]:
    named = [name for side in domain.sides for name in (side.name, *side.synonyms)]
    named += [f"{aspect.name} {' '.join(aspect.words)} {aspect.about}" for aspect in domain.aspects]
    return [word for text in named for word in words(text)]
