"""Rank the chunks of an index for a query, and their sentences with them.

Vectors and BM25, at both levels, chunk and sentence, and the tokens of the question against those of each
sentence (late interaction), fused linearly. The candidates are the chunks nearest by vector and the best by
BM25; only these are read and ranked. Does not decide whether they answer the question: see `assistant.abstain`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.index import OpenIndex, ReadyChunk
from assistant.settings import SearchSettings
from assistant.types import Passage
from ingest.keywords import Best, KeywordScores
from ingest.reader import Place
from ingest.types import Chunk, Vectors

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A ranked chunk.

    `score` is the best of `sentence_scores`, fused similarities of shape (n_sentences,) between -1 and 1.
    `sentence_cosines` has that shape too, and so has `asked_cosines`, of the nearest question that each sentence is
    known to answer (0 where it has none); `token_hits`, shape (n_sentences, n_query_tokens), tells how well
    each token of the query is met by each sentence, read with such a question, and `own_hits` by its own words.
    """

    ready: ReadyChunk
    score: float
    cosine: float
    sentence_scores: Scores
    sentence_cosines: Scores
    asked_cosines: Scores
    token_hits: Scores
    own_hits: Scores


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """What is searched for.

    `vector` is a unit vector of shape (dim,); `tokens` are projected token vectors, shape (n_tokens,
    DIMENSION), with `weights` that sum to 1. `stems` are the question's own; `related` are stems that it does
    not use but means, such as the articles' words for an aspect.
    """

    vector: Vectors
    tokens: Vectors
    weights: Scores
    stems: tuple[str, ...]
    related: tuple[str, ...] = ()


def search(
    index: OpenIndex, query: Query, settings: SearchSettings, turn: AbstractContextManager[object] | None = None
) -> list[Hit]:
    """Rank chunks for a query.

    Args:
        index: the open snapshot.
        query: what to search for.
        settings: weights and numbers of candidates.
        turn: is entered for the work of Python, after the vector store was asked.

    Returns:
        The candidates, best first; equal scores in the order of their chunk ids.
    """
    nearest = index.store.nearest(query.vector, settings.candidates)
    with turn or nullcontext():
        words = _Words(
            chunk=index.chunk_keywords.score(query.stems),
            sentence=index.sentence_keywords.score(query.stems),
            related=index.sentence_keywords.score(query.related),
        )
        places = list(dict.fromkeys([*nearest, *_candidates(index, words, settings)]))
        ready = index.chunks.get(places)
        return sorted(
            _score(ready, query, _word_scores(index, places, words), settings),
            key=lambda hit: (-hit.score, hit.ready.chunk.id),
        )


def _token_hits(ready: Sequence[ReadyChunk], query: Query, *, with_questions: bool) -> tuple[Scores, Scores]:
    """Return how well each query token is met by each sentence of all chunks: its nearest token's cosine.

    The second is the same by the sentence's own words. With questions, the first reads it with one of those that it
    answers at a time, the one that meets the query best.
    """
    starts = _starts([len(one.sentence_texts) for one in ready])
    if not ready or not len(query.tokens):
        none = np.zeros((int(starts[-1]), len(query.tokens)), dtype=np.float32)
        return none, none
    lengths = np.concatenate([one.lengths for one in ready])
    cosines = np.concatenate([one.tokens for one in ready]).astype(np.float32) @ (query.tokens.T / 127)
    nearest = np.maximum.reduceat(cosines, _starts(lengths)[:-1], axis=0)
    texts = _starts([len(one.lengths) for one in ready])[:-1]
    own = np.concatenate([one.sentence_texts + at for one, at in zip(ready, texts, strict=True)])
    alone = nearest[own]
    if not with_questions or len(own) == len(nearest):
        return alone, alone
    counts = np.diff(np.append(own, len(nearest)))
    read = np.maximum(np.repeat(alone, counts, axis=0), nearest)
    scores = read @ query.weights
    best = np.flatnonzero(scores == np.repeat(np.maximum.reduceat(scores, own), counts))
    # Of texts that meet the query equally well, the first.
    first = np.unique(np.repeat(np.arange(len(own)), counts)[best], return_index=True)[1]
    return np.asarray(read[best[first]]), alone


def _starts(lengths: Sequence[int] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return where each of several parts begins, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def to_passage(index: OpenIndex, chunk: Chunk, score: float) -> Passage:
    """Return a chunk as the public value."""
    article = index.articles[chunk.article_id]
    return Passage(
        article_id=article.id,
        title=article.title,
        publisher=article.publisher,
        url=article.url,
        heading=chunk.heading,
        quote=chunk.text,
        start=chunk.start,
        end=chunk.end,
        score=round(score, 4),
    )


class _Words(NamedTuple):
    """BM25 scores, each scaled so that the best text has 1: of chunks, and twice of sentences."""

    chunk: KeywordScores
    sentence: KeywordScores
    related: KeywordScores


class _WordScores(NamedTuple):
    """The BM25 scores of several chunks, shape (n_chunks,), and of all their sentences, (n_sentences,)."""

    chunk: Scores
    sentence: Scores
    related: Scores


def _candidates(index: OpenIndex, words: _Words, settings: SearchSettings) -> list[Place]:
    """Return the chunks that are best by their words; some may come twice."""
    by_words = _best_chunks(index, words.chunk.best(settings.keyword_candidates), settings.keyword_candidates)
    related = _best_sentences(index, words.related.best(settings.keyword_candidates), settings.keyword_candidates)
    return [*by_words, *related]


def _best_chunks(index: OpenIndex, best: Best, limit: int) -> list[Place]:
    """Return the best chunks, best first; equal ones in the order of articles and text."""
    found = []
    for score, segment, row in zip(best.scores.tolist(), best.segments.tolist(), best.rows.tolist(), strict=True):
        found.append((-score, index.store.parts[segment].segment.article_at(row), row, segment))
    return [Place(segment, row) for _, _, row, segment in sorted(found)[:limit]]


def _best_sentences(index: OpenIndex, best: Best, limit: int) -> list[Place]:
    """Return the chunks of the best sentences, best first; equal ones in the order of articles and text."""
    found = []
    for score, segment, row in zip(best.scores.tolist(), best.segments.tolist(), best.rows.tolist(), strict=True):
        part = index.store.parts[segment].segment
        chunk = int(np.searchsorted(part.chunk_sentences, row, side="right")) - 1
        found.append((-score, part.article_at(chunk), row, Place(segment, chunk)))
    return [place for _, _, _, place in sorted(found)[:limit]]


def _word_scores(index: OpenIndex, places: Sequence[Place], words: _Words) -> _WordScores:
    """Return the BM25 scores of the chunks at these places, and of their sentences."""
    spans = [index.store.sentence_rows(place) for place in places]
    counts = [span.stop - span.start for span in spans]
    rows = np.concatenate([np.arange(span.start, span.stop) for span in spans]) if spans else np.zeros(0, np.int64)
    segments = np.array([place.segment for place in places], dtype=np.int64)
    found = _WordScores(*(np.zeros(n, dtype=np.float32) for n in (len(places), len(rows), len(rows))))
    for segment in dict.fromkeys(segments.tolist()):
        chunks = segments == segment
        sentences = np.repeat(chunks, counts)
        found.chunk[chunks] = words.chunk.at(segment, np.array([place.row for place in places])[chunks])
        found.sentence[sentences] = words.sentence.at(segment, rows[sentences])
        found.related[sentences] = words.related.at(segment, rows[sentences])
    return found


def _met(weights: Scores, token_hits: Scores, power: float) -> Scores:
    """Return token weights, sum 1, that fall with how badly the best sentence meets a token."""
    if not len(token_hits) or not power:
        return weights
    met = weights * token_hits.max(axis=0).clip(0.0) ** power
    return np.asarray(met / max(float(met.sum()), 1e-9), dtype=np.float32)


def _asked(ready: Sequence[ReadyChunk], starts: npt.NDArray[np.int64], vector: Vectors) -> Scores:
    """Return for each sentence the cosine of the nearest question that it answers; 0 where it has none."""
    nearest = np.full(int(starts[-1]), -np.inf, dtype=np.float32)
    owners = np.concatenate([one.asked_of + at for one, at in zip(ready, starts[:-1], strict=True)])
    if len(owners):
        np.maximum.at(nearest, owners, np.concatenate([one.asked for one in ready]) @ vector)
    return np.where(np.isinf(nearest), np.float32(0), nearest)


def _score(ready: Sequence[ReadyChunk], query: Query, words: _WordScores, settings: SearchSettings) -> list[Hit]:
    """Score all chunks at once: the arrays of each are parts of larger ones."""
    if not ready:
        return []
    counts = [len(one.sentence_texts) for one in ready]
    starts = _starts(counts)
    token_hits, own_hits = _token_hits(ready, query, with_questions=settings.asked > 0)
    weights = _met(query.weights, token_hits, settings.met_power)
    cosine = np.stack([one.vector for one in ready]) @ query.vector
    cosines = np.concatenate([one.sentence_vectors for one in ready]) @ query.vector
    asked = _asked(ready, starts, query.vector)
    fused = (
        np.repeat(settings.chunk_vector * cosine + settings.chunk_keyword * words.chunk, counts)
        + settings.sentence_vector * cosines
        + settings.sentence_keyword * words.sentence
        + settings.related * words.related
        + settings.tokens * (token_hits @ weights)
        + settings.asked * asked
    ).astype(np.float32) / np.float32(settings.total)
    best = np.maximum.reduceat(fused, starts[:-1])
    parts = [slice(start, end) for start, end in pairwise(starts.tolist())]
    return [
        Hit(
            ready=one,
            score=float(best[i]),
            cosine=float(cosine[i]),
            sentence_scores=fused[at],
            sentence_cosines=cosines[at],
            asked_cosines=asked[at],
            token_hits=token_hits[at],
            own_hits=own_hits[at],
        )
        for i, (one, at) in enumerate(zip(ready, parts, strict=True))
    ]
