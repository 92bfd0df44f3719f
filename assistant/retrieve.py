"""Rank the chunks of an index for a query, and their sentences with them.

Vectors and BM25, at both levels, chunk and sentence, and the tokens of the question against those of each
sentence (late interaction), fused linearly. The candidates are the chunks nearest by vector and the best by
BM25; only these are read and ranked. Does not decide whether they answer the question: see `assistant.abstain`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.index import OpenIndex
from assistant.settings import SearchSettings
from assistant.types import Passage
from ingest.keywords import Best, KeywordScores
from ingest.reader import Place
from ingest.types import Chunk, StoredChunk, Vectors

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A ranked chunk.

    `score` is the best of `sentence_scores`, fused similarities of shape (n_sentences,) between -1 and 1.
    `sentence_cosines` has that shape too, and so has `asked_cosines`, of the nearest question that each sentence is
    known to answer (0 where it has none); `token_hits`, shape (n_sentences, n_query_tokens), tells how well
    each token of the query is met by each sentence.
    """

    stored: StoredChunk
    score: float
    cosine: float
    sentence_scores: Scores
    sentence_cosines: Scores
    asked_cosines: Scores
    token_hits: Scores


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


def search(index: OpenIndex, query: Query, settings: SearchSettings) -> list[Hit]:
    """Rank chunks for a query.

    Args:
        index: the open snapshot.
        query: what to search for.
        settings: weights and numbers of candidates.

    Returns:
        The candidates, best first; equal scores in the order of their chunk ids.
    """
    words = _Words(
        chunk=index.chunk_keywords.score(query.stems),
        sentence=index.sentence_keywords.score(query.stems),
        related=index.sentence_keywords.score(query.related),
    )
    places = _candidates(index, query.vector, words, settings)
    stored = index.chunks.get(places)
    token_hits = _token_hits(stored, query, with_questions=settings.asked > 0)
    weights = _met(query.weights, token_hits, settings.met_power)
    hits = [
        _score(one, query, weights, own, scores, settings)
        for one, own, scores in zip(stored, token_hits, _word_scores(index, places, words), strict=True)
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.stored.chunk.id))


def _token_hits(stored: Sequence[StoredChunk], query: Query, *, with_questions: bool) -> list[Scores]:
    """Return for each chunk how well each query token is met by each sentence: its nearest token's cosine.

    With questions, a sentence is read with one of those that it answers at a time, the one that meets the query best.
    """
    texts = [
        tokens
        for one in stored
        for own, questions in zip(one.tokens, one.questions, strict=True)
        for tokens in (own, *(question.tokens for question in questions if with_questions))
    ]
    if not texts or not len(query.tokens):
        return [np.zeros((len(one.tokens), len(query.tokens)), dtype=np.float32) for one in stored]
    lengths = np.array([len(tokens) for tokens in texts])
    cosines = np.concatenate(texts).astype(np.float32) @ (query.tokens.T / 127)
    nearest = np.maximum.reduceat(cosines, np.concatenate([[0], np.cumsum(lengths)[:-1]]), axis=0)
    at = 0
    hits = []
    for one in stored:
        rows = []
        for questions in one.questions:
            end = at + 1 + (len(questions) if with_questions else 0)
            read = np.maximum(nearest[at], nearest[at:end])
            rows.append(read[int((read @ query.weights).argmax())])
            at = end
        hits.append(np.stack(rows))
    return hits


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
    """The BM25 scores of one chunk, and of its sentences, shape (n_sentences,)."""

    chunk: float
    sentence: Scores
    related: Scores


def _candidates(index: OpenIndex, vector: Vectors, words: _Words, settings: SearchSettings) -> list[Place]:
    nearest = index.store.nearest(vector, settings.candidates)
    by_words = _best_chunks(index, words.chunk.best(settings.keyword_candidates), settings.keyword_candidates)
    related = _best_sentences(index, words.related.best(settings.keyword_candidates), settings.keyword_candidates)
    return list(dict.fromkeys([*nearest, *by_words, *related]))


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


def _word_scores(index: OpenIndex, places: Sequence[Place], words: _Words) -> list[_WordScores]:
    """Return the BM25 scores of the chunks at these places."""
    found: dict[Place, _WordScores] = {}
    for segment in dict.fromkeys(place.segment for place in places):
        own = [place for place in places if place.segment == segment]
        spans = [index.store.sentence_rows(place) for place in own]
        rows = np.concatenate([np.arange(span.start, span.stop) for span in spans])
        ends = np.cumsum([span.stop - span.start for span in spans])[:-1]
        found |= {
            place: _WordScores(float(chunk), sentence, related)
            for place, chunk, sentence, related in zip(
                own,
                words.chunk.at(segment, np.array([place.row for place in own])),
                np.split(words.sentence.at(segment, rows), ends),
                np.split(words.related.at(segment, rows), ends),
                strict=True,
            )
        }
    return [found[place] for place in places]


def _met(weights: Scores, token_hits: Sequence[Scores], power: float) -> Scores:
    """Return token weights, sum 1, that fall with how badly the best sentence meets a token."""
    if not token_hits or not power:
        return weights
    met = weights * np.concatenate(token_hits).max(axis=0).clip(0.0) ** power
    return np.asarray(met / max(float(met.sum()), 1e-9), dtype=np.float32)


def _asked(stored: StoredChunk, vector: Vectors) -> Scores:
    """Return for each sentence the cosine of the nearest question that it answers; 0 where it has none."""
    nearest = [max((float(question.vector @ vector) for question in own), default=0.0) for own in stored.questions]
    return np.array(nearest, dtype=np.float32)


def _score(
    stored: StoredChunk,
    query: Query,
    weights: Scores,
    token_hits: Scores,
    words: _WordScores,
    settings: SearchSettings,
) -> Hit:
    cosine = float(stored.vector @ query.vector)
    cosines = stored.sentence_vectors @ query.vector
    asked = _asked(stored, query.vector)
    fused = (
        settings.chunk_vector * cosine
        + settings.chunk_keyword * words.chunk
        + settings.sentence_vector * cosines
        + settings.sentence_keyword * words.sentence
        + settings.related * words.related
        + settings.tokens * (token_hits @ weights)
        + settings.asked * asked
    ) / settings.total
    return Hit(stored, float(fused.max()), cosine, fused, cosines, asked, token_hits)
