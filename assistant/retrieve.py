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
from ingest.pipeline import sentence_id
from ingest.store import StoredChunk
from ingest.types import Chunk, Vectors

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
        chunk=_normalised(index.chunk_keywords.scores(query.stems)),
        sentence=_normalised(index.sentence_keywords.scores(query.stems)),
        related=_normalised(index.sentence_keywords.scores(query.related)),
    )
    stored = index.chunks.get(_candidates(index, query.vector, words, settings))
    token_hits = _token_hits(stored, query)
    weights = _met(query.weights, token_hits, settings.met_power)
    hits = [
        _score(index, one, query, weights, own, words, settings) for one, own in zip(stored, token_hits, strict=True)
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.stored.chunk.id))


def _token_hits(stored: Sequence[StoredChunk], query: Query) -> list[Scores]:
    """Return for each chunk how well each query token is met by each sentence: its nearest token's cosine.

    A sentence is read with one of the questions that it answers at a time, the one that meets the query best.
    """
    texts = [
        tokens
        for one in stored
        for own, questions in zip(one.tokens, one.questions, strict=True)
        for tokens in (own, *(question.tokens for question in questions))
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
            read = np.maximum(nearest[at], nearest[at : at + len(questions) + 1])
            rows.append(read[int((read @ query.weights).argmax())])
            at += len(questions) + 1
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
    """BM25 scores, each scaled so that the best text has 1: of every chunk, and twice of every sentence."""

    chunk: Scores
    sentence: Scores
    related: Scores


def _candidates(index: OpenIndex, vector: Vectors, words: _Words, settings: SearchSettings) -> list[str]:
    ids = index.store.nearest(vector, min(settings.candidates, index.manifest.chunks))
    by_words = (index.chunk_keywords.ids[i] for i in _best(words.chunk, settings.keyword_candidates))
    related = (index.sentence_keywords.ids[i] for i in _best(words.related, settings.keyword_candidates))
    return list(dict.fromkeys([*ids, *by_words, *(sentence.rsplit(":", 1)[0] for sentence in related)]))


def _best(scores: Scores, limit: int) -> list[int]:
    """Return the positions of the best scores above zero, best first."""
    return [i for i in np.argsort(-scores, kind="stable")[:limit].tolist() if scores[i] > 0]


def _score(
    index: OpenIndex,
    stored: StoredChunk,
    query: Query,
    weights: Scores,
    token_hits: Scores,
    words: _Words,
    settings: SearchSettings,
) -> Hit:
    chunk = stored.chunk
    cosine = float(stored.vector @ query.vector)
    cosines = stored.sentence_vectors @ query.vector
    rows = [index.sentence_keywords.row(sentence_id(chunk, i)) for i in range(len(chunk.sentences))]
    asked = _asked(stored, query.vector)
    fused = (
        settings.chunk_vector * cosine
        + settings.chunk_keyword * words.chunk[index.chunk_keywords.row(chunk.id)]
        + settings.sentence_vector * cosines
        + settings.sentence_keyword * words.sentence[rows]
        + settings.related * words.related[rows]
        + settings.tokens * (token_hits @ weights)
        + settings.asked * asked
    ) / settings.total
    return Hit(stored, float(fused.max()), cosine, fused, cosines, asked, token_hits)


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


def _normalised(scores: Scores) -> Scores:
    top = float(scores.max(initial=0.0))
    return scores / top if top > 0 else scores
