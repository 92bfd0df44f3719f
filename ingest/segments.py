"""One segment: the articles, chunks and word statistics that one ingest wrote. It never changes afterwards.

A snapshot reads several segments as one. What is in a segment but no longer in the corpus is named in the
snapshot, with its statistics, which are taken off: the same corpus scores the same in however many segments it
lies. That is what makes a re-ingest cost what changed, and lets a snapshot share most of its files with the one
before. Rows are numbered within a segment: chunks in the order of articles and text, sentences likewise.
"""

from __future__ import annotations

import dataclasses
import json
import mmap
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from ingest.errors import IndexDamaged
from ingest.keywords import stems, words
from ingest.postings import Postings, PostingsWriter
from ingest.records import Records, RecordWriter
from ingest.sentences import leans_on_label
from ingest.types import Article, Chunk, Kind, Sentence, StoredChunk, Vectors

ARTICLES = "articles.jsonl"
ARTICLE_IDS = "article_ids.json"
ARTICLE_STARTS = "article_starts.npy"
ARTICLE_CHUNKS = "article_chunks.npy"
CHUNK_IDS = "chunk_ids.npy"
CHUNK_ROWS = "chunk_rows.npy"
CHUNK_SENTENCES = "chunk_sentences.npy"
CHUNK_KEYWORDS = "bm25_chunks"
SENTENCE_KEYWORDS = "bm25_sentences"
QUESTIONS = "questions.json"
QUESTION_VECTORS = "question_vectors.npy"
STATISTICS = "statistics.json"

Ids = npt.NDArray[np.bytes_]
K = TypeVar("K")


class Statistics(BaseModel):
    """Counts of chunks and sentences, and in how many of them something stands.

    `tokens` counts sentences by token of the model, `words` chunks, known questions and readers' questions by word,
    `asked` the readers' questions among these, `titles` articles by word of their title and publisher.
    """

    model_config = ConfigDict(frozen=True)

    tokens: dict[int, int] = {}
    words: dict[str, int] = {}
    asked: dict[str, int] = {}
    titles: dict[str, int] = {}


class Gone(BaseModel):
    """The articles of a segment that are no longer in the corpus, with what their texts add to statistics."""

    model_config = ConfigDict(frozen=True)

    articles: tuple[str, ...]
    statistics: Statistics
    chunk_stems: dict[str, int]
    chunk_length: int
    sentence_stems: dict[str, int]
    sentence_length: int

    def plus(self, other: Gone) -> Gone:
        """Return both together."""
        return Gone(
            articles=(*self.articles, *other.articles),
            statistics=add_up([self.statistics, other.statistics], []),
            chunk_stems=_sum([self.chunk_stems, other.chunk_stems]),
            chunk_length=self.chunk_length + other.chunk_length,
            sentence_stems=_sum([self.sentence_stems, other.sentence_stems]),
            sentence_length=self.sentence_length + other.sentence_length,
        )


def add_up(parts: Sequence[Statistics], less: Sequence[Statistics]) -> Statistics:
    """Return the sum of statistics, less others."""
    return Statistics(
        tokens=_sum([one.tokens for one in parts], [one.tokens for one in less]),
        words=_sum([one.words for one in parts], [one.words for one in less]),
        asked=_sum([one.asked for one in parts], [one.asked for one in less]),
        titles=_sum([one.titles for one in parts], [one.titles for one in less]),
    )


def _sum(parts: Sequence[Mapping[K, int]], less: Sequence[Mapping[K, int]] = ()) -> dict[K, int]:
    """Return the sums by key, those that are left with none of it left out."""
    if len(parts) == 1 and not less:
        return dict(parts[0])
    total: Counter[K] = Counter()
    for part in parts:
        total.update(part)
    for part in less:
        total.subtract(part)
    return {key: count for key, count in total.items() if count > 0}


def sentence_context(chunk: Chunk, sentence: Sentence) -> str:
    """Return what is embedded and indexed for a sentence: itself, with what it cannot be read without."""
    if sentence.intro is not None:
        lead = next((s.text for s in chunk.sentences if (s.start, s.end) == sentence.intro), chunk.heading)
        return f"{lead} {sentence.text}"
    if chunk.kind is Kind.TABLE_ROW:
        row = last_heading(chunk)
        if sentence.column and not re.search(rf"\b{re.escape(sentence.column)}", sentence.text, re.IGNORECASE):
            row = f"{row}, {sentence.column}"
        return f"{row}: {sentence.text}"
    introduction = chunk.sentences[0]
    if chunk.kind is Kind.LIST and introduction.text.endswith(":") and leans_on_label(sentence.text):
        return f"{introduction.text} {sentence.text}"
    return sentence.text


def last_heading(chunk: Chunk) -> str:
    """Return the innermost heading above a chunk (a table row's label, an FAQ's question); "" without one."""
    return chunk.heading.rsplit(" > ", 1)[-1]


class Counting:
    """Adds up the statistics of articles."""

    def __init__(self) -> None:
        self._tokens: Counter[int] = Counter()
        self._words: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._titles: Counter[str] = Counter()

    def add(self, article: Article, stored: Sequence[StoredChunk], token_ids: Sequence[Sequence[int]]) -> None:
        """Count an article; `token_ids` are those of its sentences, in order."""
        self._titles.update(set(words(f"{article.title} {article.publisher or ''}")))
        for one in stored:
            chunk = one.chunk
            self._words.update(set(words(chunk.embedded_text)))
            for question in (question for own in one.questions for question in own):
                self._asked.update(set(words(question.text)))
            if chunk.kind is Kind.FAQ:
                self._words.update(set(words(last_heading(chunk))))
        for ids in token_ids:
            self._tokens.update(set(ids))

    def result(self) -> Statistics:
        """Return what was counted."""
        return Statistics(
            tokens=dict(sorted(self._tokens.items())),
            words=dict(sorted((self._words + self._asked).items())),
            asked=dict(sorted(self._asked.items())),
            titles=dict(sorted(self._titles.items())),
        )


class SegmentWriter:
    """Writes a segment into a snapshot's folder, article by article, ordered by article id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._records = RecordWriter(folder)
        self._articles = (folder / ARTICLES).open("xb")
        self._article_starts, self._article_chunks = [0], [0]
        self._article_ids: list[str] = []
        self._chunk_ids: list[bytes] = []
        self._chunk_sentences = [0]
        self._chunk_words, self._sentence_words = PostingsWriter(), PostingsWriter()
        self._questions: list[tuple[str, str]] = []
        self._question_vectors: list[Vectors] = []
        self._counting = Counting()

    def add(
        self,
        article: Article,
        stored: Sequence[StoredChunk],
        token_ids: Sequence[Sequence[int]],
        questions: Mapping[str, Vectors],
    ) -> None:
        """Write an article with its chunks, the tokens of its sentences, and the questions that it answers."""
        line = json.dumps(dataclasses.asdict(article), ensure_ascii=False).encode() + b"\n"
        self._articles.write(line)
        self._article_starts.append(self._article_starts[-1] + len(line))
        self._article_ids.append(article.id)
        for one in stored:
            self._records.add(one)
            self._chunk_ids.append(one.chunk.id.encode())
            self._chunk_words.add(stems(one.chunk.embedded_text))
            for sentence in one.chunk.sentences:
                self._sentence_words.add(stems(sentence_context(one.chunk, sentence)))
            self._chunk_sentences.append(self._chunk_sentences[-1] + len(one.chunk.sentences))
        self._article_chunks.append(len(self._chunk_ids))
        for text, vector in questions.items():
            self._questions.append((article.id, text))
            self._question_vectors.append(vector)
        self._counting.add(article, stored, token_ids)

    def close(self, dimension: int) -> None:
        """Write what can only be written once all articles are known."""
        self._articles.close()
        self._records.close()
        ids = np.array(self._chunk_ids, dtype="S24")
        order = np.argsort(ids, kind="stable")
        vectors = np.stack(self._question_vectors) if self._question_vectors else np.zeros((0, dimension))
        for name, values in (
            (ARTICLE_STARTS, np.array(self._article_starts, dtype=np.int64)),
            (ARTICLE_CHUNKS, np.array(self._article_chunks, dtype=np.int64)),
            (CHUNK_IDS, ids[order]),
            (CHUNK_ROWS, order.astype(np.int32)),
            (CHUNK_SENTENCES, np.array(self._chunk_sentences, dtype=np.int64)),
            (QUESTION_VECTORS, vectors.astype(np.float32)),
        ):
            np.save(self._folder / name, values)
        self._chunk_words.save(self._folder / CHUNK_KEYWORDS)
        self._sentence_words.save(self._folder / SENTENCE_KEYWORDS)
        write_json(self._folder / ARTICLE_IDS, self._article_ids)
        write_json(self._folder / QUESTIONS, self._questions)
        write_json(self._folder / STATISTICS, self._counting.result().model_dump(mode="json"))


class Segment:
    """A segment that is open for reading, memory-mapped. Safe to read from several threads.

    `chunk_ids` are ascending, with `chunk_rows` the row of each. The chunks of article number i are the rows
    `article_chunks[i]` to `article_chunks[i + 1]`, the sentences of chunk row r the sentence rows
    `chunk_sentences[r]` to `chunk_sentences[r + 1]`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = Records.open(folder)
        self.chunk_ids: Ids = _load(folder / CHUNK_IDS)
        self.chunk_rows: npt.NDArray[np.int32] = _load(folder / CHUNK_ROWS)
        self.chunk_sentences: npt.NDArray[np.int64] = _load(folder / CHUNK_SENTENCES)
        self.article_chunks: npt.NDArray[np.int64] = _load(folder / ARTICLE_CHUNKS)
        self._article_starts = _load(folder / ARTICLE_STARTS)
        self._article_ids: list[str] = json.loads((folder / ARTICLE_IDS).read_bytes())
        self.articles = {article_id: i for i, article_id in enumerate(self._article_ids)}
        if not (len(self.records) == len(self.chunk_ids) == len(self.chunk_rows) == len(self.chunk_sentences) - 1):
            raise ValueError(f"{folder} has {len(self.records)} records and {len(self.chunk_ids)} chunk ids")
        if not (len(self.articles) == len(self.article_chunks) - 1 == len(self._article_starts) - 1):
            raise ValueError(f"{folder} has {len(self.articles)} article ids, {len(self._article_starts) - 1} articles")
        with (folder / ARTICLES).open("rb") as file:
            if file.seek(0, 2) != self._article_starts[-1]:
                raise ValueError(f"{folder / ARTICLES} is not {self._article_starts[-1]} bytes long")
            self._text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if self.articles else b""

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a segment.

        Raises:
            IndexDamaged: a file is missing or cannot be read.
        """
        from ingest.snapshots import mending

        try:
            return cls(folder)
        except (OSError, ValueError, EOFError, IndexError, TypeError) as error:
            raise IndexDamaged(f"The index {folder} cannot be read: {error}. {mending(folder)}") from error

    def __len__(self) -> int:
        return len(self.records)

    @cached_property
    def chunk_postings(self) -> Postings:
        """The words of the chunks."""
        return Postings.load(self.folder / CHUNK_KEYWORDS)

    @cached_property
    def sentence_postings(self) -> Postings:
        """The words of the sentences, with what they cannot be read without."""
        return Postings.load(self.folder / SENTENCE_KEYWORDS)

    @cached_property
    def statistics(self) -> Statistics:
        """The counts of everything in this segment."""
        return Statistics.model_validate_json((self.folder / STATISTICS).read_bytes())

    def questions(self) -> tuple[list[tuple[str, str]], Vectors]:
        """Return the known questions, each with its article's id, and their vectors."""
        questions = [(article_id, text) for article_id, text in json.loads((self.folder / QUESTIONS).read_bytes())]
        vectors = _load(self.folder / QUESTION_VECTORS)
        if len(vectors) != len(questions):
            raise ValueError(f"{self.folder} has {len(questions)} questions and {len(vectors)} vectors of them")
        return questions, vectors

    def rows_of(self, chunk_ids: Sequence[str]) -> list[int]:
        """Return the row of each chunk.

        Raises:
            IndexDamaged: one is not in this segment.
        """
        from ingest.snapshots import mending

        keys = np.array([chunk_id.encode() for chunk_id in chunk_ids], dtype=self.chunk_ids.dtype)
        at = np.minimum(np.searchsorted(self.chunk_ids, keys), len(self.chunk_ids) - 1)
        if not np.array_equal(self.chunk_ids[at], keys):
            raise IndexDamaged(f"The index {self.folder} lacks chunks that its vectors name. {mending(self.folder)}")
        rows: list[int] = self.chunk_rows[at].tolist()
        return rows

    def article_at(self, row: int) -> str:
        """Return the id of the article that the chunk of a row belongs to."""
        return self._article_ids[int(np.searchsorted(self.article_chunks, row, side="right")) - 1]

    def article(self, article_id: str) -> Article:
        """Return one of `articles`."""
        at = self.articles[article_id]
        line = self._text[int(self._article_starts[at]) : int(self._article_starts[at + 1])]
        return Article(**json.loads(line))

    def count(self, article_id: str) -> tuple[int, int]:
        """Return how many chunks and sentences an article has."""
        at = self.articles[article_id]
        start, end = int(self.article_chunks[at]), int(self.article_chunks[at + 1])
        return end - start, int(self.chunk_sentences[end] - self.chunk_sentences[start])

    def chunks_of(self, article_id: str) -> Iterator[StoredChunk]:
        """Yield the chunks of an article, in the order of its text."""
        at = self.articles[article_id]
        for row in range(int(self.article_chunks[at]), int(self.article_chunks[at + 1])):
            yield self.records.read(row)

    def removed_rows(self, articles: Sequence[str]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Return which chunk rows and which sentence rows belong to these articles."""
        chunks = np.zeros(len(self), dtype=np.bool_)
        sentences = np.zeros(int(self.chunk_sentences[-1]), dtype=np.bool_)
        for article_id in articles:
            at = self.articles[article_id]
            start, end = int(self.article_chunks[at]), int(self.article_chunks[at + 1])
            chunks[start:end] = True
            sentences[int(self.chunk_sentences[start]) : int(self.chunk_sentences[end])] = True
        return chunks, sentences


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def _load(path: Path) -> npt.NDArray[Any]:
    # The view is no memmap itself, whose slices cost ten times as much.
    loaded: npt.NDArray[Any] = np.load(path, mmap_mode="r")
    return loaded.view(np.ndarray)
