"""Write what a plan says: the new segment, and what a snapshot keeps beside its segments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ingest.answerable import Answerable
from ingest.domain import Domain
from ingest.embed import Embedder
from ingest.errors import IndexDamaged
from ingest.keywords import stems
from ingest.plan import GONE, Before, Plan
from ingest.reader_questions import ReaderQuestions
from ingest.segments import Counting, Gone, SegmentWriter, last_heading, sentence_context, write_json
from ingest.settings import IngestSettings
from ingest.snapshots import Home
from ingest.tokens import TokenBasis
from ingest.types import Article, Chunk, Kind, StoredChunk, Vectors
from ingest.vectors import Embedded, Pool, Text, put_together

# The files of a snapshot's folder beside its manifest and its segment's.
DOMAIN = "domain.json"
DOMAIN_VECTORS = "domain_vectors.npy"
TOKEN_BASIS = "token_basis.npz"
ANSWERABLE = "answerable.npz"
# Chunks whose texts are embedded, and written, together.
_GROUP = 1_000
# An article that is only copied counts as so many chunks: it costs memory, though no time.
_COPIED = 10

Progress = Callable[[str, int, int], None]


class _Ready(NamedTuple):
    """An article as it is written, and how many of its chunks had to be embedded."""

    article: Article
    stored: list[StoredChunk]
    questions: dict[str, Vectors]
    embedded: int


class SegmentBuilder:
    """Writes the new segment of a snapshot."""

    def __init__(
        self,
        plan: Plan,
        before: Before | None,
        *,
        asked: ReaderQuestions,
        embedder: Embedder,
        settings: IngestSettings,
        progress: Progress,
    ) -> None:
        self._plan = plan
        self._asked = asked
        self._before = before
        self._embedder = embedder
        self._settings = settings
        self._progress = progress
        self._texts = sum(len(self._texts_of(chunk)) for _, chunks in plan.fresh.values() for chunk in chunks)
        self._answered: dict[str, list[Vectors]] = {}
        self.pool = _fill_pool(plan, before, embedder)

    def write(self, home: Home, folder: Path) -> tuple[int, int]:
        """Write the segment into a snapshot's folder; return how many chunks it has and how many were embedded.

        Where there is nothing to write, nothing is written.
        """
        ids = sorted([*self._plan.fresh, *self._plan.moved])
        if not ids:
            return 0, 0
        total = sum(len(self._plan.fresh[one][1]) if one in self._plan.fresh else self._count(one) for one in ids)
        written = embedded = 0
        writer = SegmentWriter(folder)
        # A store takes a second to load and to make: meanwhile the first texts are embedded.
        with ThreadPoolExecutor(1) as beside:
            making = beside.submit(home.create_vectors, folder.name)
            try:
                for group in self._ready(ids):
                    for ready in group:
                        embedded += ready.embedded
                        texts = [text.whole for one in ready.stored for text in Text.of_sentences(one.chunk)]
                        writer.add(ready.article, ready.stored, self._embedder.token_ids(texts), ready.questions)
                        self._answered[ready.article.id] = _question_vectors(ready.stored)
                    stored = [one for ready in group for one in ready.stored]
                    making.result().add([one.chunk.id for one in stored], np.stack([one.vector for one in stored]))
                    written += len(stored)
                    self._progress("write", written, total)
            finally:
                making.result().close()
        writer.close(self._embedder.dimension)
        return written, embedded

    def write_shared(self, folder: Path, domain: Domain) -> None:
        """Write what belongs to the snapshot as a whole."""
        write_json(folder / DOMAIN, domain.model_dump(mode="json"))
        self.pool.basis.save(folder / TOKEN_BASIS)
        texts = [Text(question) for question in domain_questions(domain)]
        known = self.pool.embed(texts, self._embedder, batch_size=self._settings.batch_size)
        vectors = [known[text].vector for text in texts]
        np.save(folder / DOMAIN_VECTORS, np.stack(vectors) if vectors else np.zeros((0, self._embedder.dimension)))
        unanswered = vectors[len(vectors) - len(domain.unanswered) :]
        Answerable.fit(self._stack(self._questions_answered() if unanswered else []), self._stack(unanswered)).save(
            folder / ANSWERABLE
        )
        gone = {name: self._gone(name).model_dump(mode="json") for name in self._plan.kept if self._is_used_less(name)}
        write_json(folder / GONE, gone)

    def _ready(self, ids: Sequence[str]) -> Iterator[list[_Ready]]:
        """Yield the articles in order, those together whose texts are embedded together."""
        done = 0
        for group in _groups(ids, self._plan):
            fresh = [chunk for one in group if one in self._plan.fresh for chunk in self._plan.fresh[one][1]]
            texts = [text for chunk in fresh for text in self._texts_of(chunk)]
            asked = [Text(last_heading(chunk)) for chunk in fresh if chunk.kind is Kind.FAQ]

            def show(now: int, start: int = done, most: int = len(texts)) -> None:
                if most:
                    self._progress("embed", start + min(now, most), self._texts)

            known = self.pool.embed(
                [*texts, *asked], self._embedder, batch_size=self._settings.batch_size, progress=show
            )
            done += len(texts)
            show(0, done, len(texts))
            yield [self._embedded(one, known) if one in self._plan.fresh else self._copied(one) for one in group]

    def _embedded(self, article_id: str, known: Mapping[Text, Embedded]) -> _Ready:
        article, chunks = self._plan.fresh[article_id]
        new = sum(not self.pool.knows(Text.of_chunk(chunk)) for chunk in chunks)
        questions = {question: known[Text(question)].vector for question in faq_questions(chunks)}
        stored = [put_together(chunk, self._asked.of_chunk(chunk), known) for chunk in chunks]
        return _Ready(article, stored, questions, new)

    def _texts_of(self, chunk: Chunk) -> list[Text]:
        asked = [Text.of_question(question) for own in self._asked.of_chunk(chunk) for question in own]
        return [Text.of_chunk(chunk), *Text.of_sentences(chunk), *asked]

    def _copied(self, article_id: str) -> _Ready:
        assert self._before is not None
        segment = self._before.segments[self._plan.moved[article_id]]
        stored = list(segment.chunks_of(article_id))
        texts = [Text(question) for question in faq_questions([one.chunk for one in stored])]
        known = self.pool.embed(texts, self._embedder, batch_size=self._settings.batch_size)
        return _Ready(segment.article(article_id), stored, {text.text: known[text].vector for text in texts}, 0)

    def _count(self, article_id: str) -> int:
        assert self._before is not None
        return self._before.segments[self._plan.moved[article_id]].count(article_id)[0]

    def _questions_answered(self) -> list[Vectors]:
        """Return the vectors of all readers' questions that are answered, in the order of articles and text."""
        found = dict(self._answered)
        if self._before is not None:
            for name in self._plan.kept:
                used = set(self._before.live(name)) - set(self._plan.lost[name])
                for article_id in sorted(used & self._asked.files.keys()):
                    found[article_id] = _question_vectors(self._before.segments[name].chunks_of(article_id))
        return [vector for article_id in sorted(found) for vector in found[article_id]]

    def _stack(self, vectors: Sequence[Vectors]) -> Vectors:
        """Return vectors as one array, as exact as stored ones are."""
        if not vectors:
            return np.zeros((0, self._embedder.dimension), np.float32)
        return np.stack(vectors).astype(np.float16).astype(np.float32)

    def _is_used_less(self, name: str) -> bool:
        assert self._before is not None
        return bool(self._plan.lost[name] or self._before.gone_of(name))

    def _gone(self, name: str) -> Gone:
        """Return what of a segment is not used any more, with what was not used before."""
        assert self._before is not None
        segment = self._before.segments[name]
        counting = Counting()
        chunk_stems: Counter[str] = Counter()
        sentence_stems: Counter[str] = Counter()
        chunk_length = sentence_length = 0
        for article_id in self._plan.lost[name]:
            stored = list(segment.chunks_of(article_id))
            texts = [text.whole for one in stored for text in Text.of_sentences(one.chunk)]
            counting.add(segment.article(article_id), stored, self._embedder.token_ids(texts))
            for chunk in (one.chunk for one in stored):
                found = stems(chunk.embedded_text)
                chunk_stems.update(set(found))
                chunk_length += max(len(found), 1)
                for sentence in chunk.sentences:
                    found = stems(sentence_context(chunk, sentence))
                    sentence_stems.update(set(found))
                    sentence_length += max(len(found), 1)
        new = Gone(
            articles=tuple(self._plan.lost[name]),
            statistics=counting.result(),
            chunk_stems=dict(sorted(chunk_stems.items())),
            chunk_length=chunk_length,
            sentence_stems=dict(sorted(sentence_stems.items())),
            sentence_length=sentence_length,
        )
        return self._before.gone[name].plus(new) if name in self._before.gone else new


def _question_vectors(stored: Iterable[StoredChunk]) -> list[Vectors]:
    return [question.vector for chunk in stored for own in chunk.questions for question in own]


def starters(domain: Domain) -> list[str]:
    """Return the questions that the domain proposes to readers."""
    return list(dict.fromkeys(question for theme in domain.starters for question in theme.questions))


def domain_questions(domain: Domain) -> list[str]:
    """Return the questions of the domain whose vectors a snapshot holds: what it proposes, and what is unanswered."""
    return [*starters(domain), *domain.unanswered]


def faq_questions(chunks: Sequence[Chunk]) -> list[str]:
    """Return the questions that FAQ chunks answer."""
    return list(dict.fromkeys(last_heading(chunk) for chunk in chunks if chunk.kind is Kind.FAQ))


def _groups(ids: Sequence[str], plan: Plan) -> Iterator[list[str]]:
    group: list[str] = []
    size = 0
    for one in ids:
        group.append(one)
        size += len(plan.fresh[one][1]) if one in plan.fresh else _COPIED
        if size >= _GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group


def _fill_pool(plan: Plan, before: Before | None, embedder: Embedder) -> Pool:
    """Learn the embeddings of articles that changed or went away: what is new may repeat them."""
    if before is None:
        return Pool(TokenBasis.fit(embedder))
    try:
        pool = Pool(TokenBasis.load(before.folder / TOKEN_BASIS))
        for name, segment in before.segments.items():
            for article_id in plan.lost[name]:
                for stored in segment.chunks_of(article_id):
                    pool.add(stored)
            if plan.lost[name] or name not in plan.kept:
                questions, vectors = segment.questions()
                for (_article_id, text), vector in zip(questions, vectors, strict=True):
                    pool.add_question(text, vector)
        domain = Domain.model_validate_json((before.folder / DOMAIN).read_bytes())
        for text, vector in zip(domain_questions(domain), np.load(before.folder / DOMAIN_VECTORS), strict=True):
            pool.add_question(text, vector)
    except (OSError, ValueError, KeyError, EOFError, IndexDamaged):
        return Pool(TokenBasis.fit(embedder))  # damaged: embed anew
    return pool
