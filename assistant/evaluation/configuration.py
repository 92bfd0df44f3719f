"""Open an assistant for evaluation: on an index that is there, or on a fresh one of a corpus.

A configuration file names what to open, so that two can be set side by side:

    name: stricter
    corpus: corpus              # or index: var/index
    answer:
      threshold: 0.7
      search: {chunk_keyword: 0.0}

`answer` takes the fields of AnswerSettings and `ingest` those of IngestSettings; all have defaults.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant import Assistant
from assistant.chain import Found
from assistant.evaluation.results import Setup
from assistant.index import OpenIndex
from assistant.retrieve import Hit, to_passage
from assistant.settings import AnswerSettings
from assistant.types import Answer, Passage
from ingest import build_index
from ingest.embed import Embedder, TokenVectors
from ingest.errors import SettingsError
from ingest.settings import IngestSettings


class Configuration(BaseModel):
    """What to evaluate: a corpus, indexed afresh, or an index as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    corpus: Path | None = None
    index: Path | None = None
    ingest: IngestSettings = Field(default_factory=IngestSettings)
    answer: AnswerSettings = Field(default_factory=AnswerSettings)

    @model_validator(mode="after")
    def _check(self) -> Configuration:
        if (self.corpus is None) == (self.index is None):
            raise ValueError("give either corpus or index")
        return self


def load_configuration(file: Path) -> Configuration:
    """Read a configuration file; paths in it start where the command runs.

    Raises:
        SettingsError: the file is missing, not YAML, or a field is wrong.
    """
    expected = "Expected the fields name, corpus or index, ingest and answer."
    try:
        value = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        configuration = Configuration.model_validate(value)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}. {expected}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is not valid YAML: {error}. {expected}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        message = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{file}: {where}: {message}. {expected}") from error
    return configuration.model_copy(update={"name": configuration.name or file.stem})


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """An open assistant with what evaluating it needs beside it."""

    assistant: Assistant
    setup: Setup
    passages: tuple[Passage, ...]
    embedder: RememberingEmbedder

    def stages(self) -> Iterator[tuple[str, Assistant]]:
        """Yield assistants on the same index with a stage of retrieval left out, each with what it is called."""
        for name, settings in stage_settings(self.assistant.settings).items():
            yield name, Assistant(self.assistant.index, self.embedder.reusing(), settings)


class RememberingEmbedder(Embedder):
    """Keeps what it reads for assistants that ask the same questions and whose time is not measured."""

    _known: dict[str, TokenVectors]
    _reuses: bool

    @classmethod
    def of(cls, embedder: Embedder) -> Self:
        """Wrap a loaded model; each text is read anew and kept."""
        return cls._make(embedder, {}, reuses=False)

    def reusing(self) -> Self:
        """Return the same model, which reads no text that was read before."""
        return self._make(self, self._known, reuses=True)

    @classmethod
    def _make(cls, embedder: Embedder, known: dict[str, TokenVectors], *, reuses: bool) -> Self:
        made = cls(embedder.name, embedder.sha256, embedder.model, embedder.precision)
        made._known = known
        made._reuses = reuses
        return made

    def read(self, text: str) -> TokenVectors:
        """Embed one text with its tokens."""
        if not self._reuses or text not in self._known:
            self._known[text] = super().read(text)
        return self._known[text]


class WatchedAssistant(Assistant):
    """Gives out the passages that its last answer was written from without searching for them again."""

    _last: tuple[str, tuple[Hit, ...]] | None = None

    def write(self, found: Found) -> Answer:
        """Write an answer and remember what it was written from."""
        answer = super().write(found)
        self._last = (answer.query, found.hits)
        return answer

    def retrieve(self, question: str, top_k: int = 5) -> tuple[Passage, ...]:
        """Return the passages that rank best for a question, best first."""
        if self._last is None or question != self._last[0]:
            return super().retrieve(question, top_k)
        return tuple(to_passage(self.index, hit.ready.chunk, hit.score) for hit in self._last[1][:top_k])


# What each row of the report's retrieval table keeps; "candidates" and the like stay as they are.
_VECTORS = ("chunk_vector", "sentence_vector", "tokens", "asked")
_KEYWORDS = ("chunk_keyword", "sentence_keyword", "related")
_STAGES = {
    "all stages": (*_VECTORS, *_KEYWORDS),
    "vectors only": _VECTORS,
    "BM25 only": _KEYWORDS,
    "chunks only": ("chunk_vector", "chunk_keyword"),
    "sentences only": ("sentence_vector", "sentence_keyword"),
    "chunk vectors only": ("chunk_vector",),
    "no token vectors": ("chunk_vector", "sentence_vector", "asked", *_KEYWORDS),
    "no readers' questions": ("chunk_vector", "sentence_vector", "tokens", *_KEYWORDS),
}


def stage_settings(answer: AnswerSettings) -> dict[str, AnswerSettings]:
    """Return the settings that leave a stage of retrieval out, by name; the first leaves out none."""
    found = {}
    rewriting = {"follow-ups rewritten by the model": answer} if answer.llm is not None and answer.llm.rewrite else {}
    # Retrieval is the same whoever words the answers.
    answer = answer.model_copy(update={"llm": None})
    for name, kept in _STAGES.items():
        dropped: dict[str, float | int] = {weight: 0.0 for weight in (*_VECTORS, *_KEYWORDS) if weight not in kept}
        if not set(kept) & set(_KEYWORDS):
            dropped["keyword_candidates"] = 0
        found[name] = answer.model_copy(update={"search": answer.search.model_copy(update=dropped)})
    return {**found, "no follow-up resolution": answer.model_copy(update={"follow_ups": False}), **rewriting}


@contextlib.contextmanager
def opened(configuration: Configuration) -> Iterator[Opened]:
    """Open a configuration's assistant; an index made for it is deleted afterwards."""
    with contextlib.ExitStack() as stack:
        embedder = RememberingEmbedder.of(Embedder.load(configuration.answer.model, configuration.answer.precision))
        index = configuration.index
        if index is None:
            assert configuration.corpus is not None
            index = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bpo-kpo-evaluate-")))
            build_index(configuration.corpus, index, settings=configuration.ingest, embedder=embedder)
        assistant = WatchedAssistant.open(index, settings=configuration.answer, embedder=embedder)
        yield Opened(
            assistant=assistant,
            setup=describe(assistant, configuration),
            passages=read_passages(assistant.index),
            embedder=embedder,
        )


def read_passages(index: OpenIndex) -> tuple[Passage, ...]:
    """Return every chunk of an index as a passage without a score, in the order of articles and text."""
    found = (to_passage(index, stored.chunk, 0.0) for stored in index.store.all())
    return tuple(sorted(found, key=lambda passage: (passage.article_id, passage.start, passage.end)))


def describe(assistant: Assistant, configuration: Configuration) -> Setup:
    """Return what a run records of the assistant that it evaluates."""
    threshold = configuration.answer.threshold
    if threshold is None:
        listed = any(own for stored in assistant.index.store.all() for own in stored.questions)
        threshold = assistant.calibrations.of({"alone": float(not listed)}).threshold
    return Setup(
        name=configuration.name,
        model=configuration.answer.model,
        writer=configuration.answer.llm.model if configuration.answer.llm else "extractive",
        snapshot=assistant.snapshot,
        corpus={article.id: article.sha256 for article in assistant.articles},
        settings={
            "ingest": configuration.ingest.model_dump(mode="json"),
            "answer": configuration.answer.model_dump(mode="json"),
            "threshold": threshold,
        },
    )
