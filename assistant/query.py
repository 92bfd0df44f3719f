"""Turn a read question into what is searched for.

Tokens weigh by how rare they are; the names of the sides weigh nothing in the topic, which is what a
which-one question is decided by. An aspect that the question names adds the articles' words for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from assistant.index import OpenIndex
from assistant.question import STOP_WORDS, Question, stop_stems
from assistant.retrieve import Query, Scores
from assistant.sides import SideFinder
from ingest.embed import Embedder, TokenVectors
from ingest.keywords import stems

# What a token of the story around a question counts beside one of the question.
_STORY = 0.6
# The weight of a token that says little, and the most that a rare one may have.
_LIGHT = 0.1
_RAREST = 6.0
_PUNCTUATION = "?.,-!:;()/\"'"


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """A query with its topic: token weights that sum to 1, zero for the names of sides.

    `starts` are the first characters of its tokens in the question's text, `rarity` their inverse document frequency
    over sentences, natural log, bounded, and next to nothing for words that say little. `answerable` is about 1 where
    it is like questions that the articles answer, about -1 where like those that they do not, 0 where neither is known.
    """

    query: Query
    topic: Scores
    starts: tuple[int, ...]
    rarity: Scores
    answerable: float


class QueryMaker:
    """Makes queries for one index."""

    def __init__(self, index: OpenIndex, embedder: Embedder, finder: SideFinder) -> None:
        self._index = index
        self._finder = finder
        self._light = embedder.word_ids([*STOP_WORDS, *_PUNCTUATION])
        self._related = [
            tuple(dict.fromkeys(stem for stem in stems(aspect.about) if stem not in stop_stems()))
            for aspect in index.domain.aspects
        ]

    def make(self, question: Question, read: TokenVectors) -> Search:
        """Return the search for a question; `read` is what the model made of `question.text`."""
        rarity = np.array([self._weight(token) for token in read.ids.tolist()], dtype=np.float32)
        in_focus = [any(start <= at < end for start, end in question.focus) for at in read.starts.tolist()]
        weights = rarity * np.where(np.array(in_focus, dtype=bool), 1.0, _STORY)
        spans = self._finder.spans(question.text)
        named = [any(start <= at < end for start, end in spans) for at in read.starts.tolist()]
        topic = np.where(np.array(named, dtype=bool), 0.0, weights).astype(np.float32)
        related = dict.fromkeys(stem for aspect in question.aspects for stem in self._related[aspect])
        query = Query(
            read.text_vector,
            self._index.basis.project(read),
            _sum_to_one(weights),
            question.stems,
            tuple(related),
        )
        return Search(
            query=query,
            topic=_sum_to_one(topic),
            starts=tuple(read.starts.tolist()),
            rarity=rarity,
            answerable=self._index.answerable.score(read.text_vector),
        )

    def _weight(self, token: int) -> float:
        """Return a token's inverse document frequency over sentences, natural log, bounded."""
        if token in self._light:
            return _LIGHT
        count = self._index.token_counts.get(token, 0)
        return min(math.log((self._index.manifest.sentences + 1) / (count + 0.5)), _RAREST)


def _sum_to_one(weights: Scores) -> Scores:
    return weights / max(float(weights.sum()), 1e-9)
