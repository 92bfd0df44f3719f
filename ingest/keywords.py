"""Rank texts by words: BM25 over stemmed tokens, with the statistics of all segments of a snapshot.

The scores are those that bm25s gives for the same texts (its default, Lucene's form): frequencies and mean
length are summed over segments, what was removed taken off, so a text scores the same in however many
segments a corpus lies. Stems in few texts are scored everywhere; those in many only where rarer stems stand
or where they weigh most, so that the time of a search does not grow with the corpus.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ingest.postings import K1, B, Postings, Rows

# Spellings of one word that the stemmer keeps apart: British endings become American ones.
_SPELLINGS = (
    (re.compile(r"(\w{2})is(e|ed|es|er|ers|ing|ation|ations)$"), r"\1iz\2"),
    (re.compile(r"(\w{2}[bcdhlmnv])our(s|ed|ing|ite|ites|able|ably)?$"), r"\1or\2"),
    (re.compile(r"(\w{2}[bt])re(s)?$"), r"\1er\2"),
    (re.compile(r"(\w{2})ogue(s)?$"), r"\1og\2"),
    (re.compile(r"(\w{3})lys(e|ed|es|er|ers|ing)$"), r"\1lyz\2"),
    (re.compile(r"^cheque(s)?$"), r"check\1"),
    (re.compile(r"^programme(s)?$"), r"program\1"),
)
# "co-ordination" and "coordination" are one word.
_PREFIX = re.compile(r"\b(co|pre|re)-(?=[a-z]{4})", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*", re.UNICODE)
_STEMMER: Any = None
# Up to this many texts of a segment are all scored; of more, those with stems that stand in at most so many.
_DENSE = 32_768
_FEW = 6_000
_KEPT = 1_000

Floats = npt.NDArray[np.float32]


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, inner hyphens, dots and apostrophes kept."""
    return [match.replace("’", "'").removesuffix("'s") for match in _WORD.findall(text.lower())]


def stems(text: str) -> list[str]:
    """Return the stems of a text's words; a hyphenated word counts as its parts."""
    joined = _PREFIX.sub(r"\1", text)
    return [_stem(part) for word in words(joined) for part in word.split("-") if part]


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    for pattern, ending in _SPELLINGS:
        word = pattern.sub(ending, word)
    return str(_stemmer().stemWord(word))


def _stemmer() -> Any:
    global _STEMMER
    if _STEMMER is None:
        import Stemmer

        _STEMMER = Stemmer.Stemmer("english")
    return _STEMMER


@dataclass(frozen=True, slots=True, eq=False)
class Removed:
    """What is in a segment but no longer in the corpus: `rows` true where a text is gone, and its words.

    `frequencies` tells in how many of these texts each stem stands, `length` how many words they have in all.
    """

    rows: npt.NDArray[np.bool_]
    frequencies: Mapping[str, int] = field(default_factory=dict)
    length: int = 0


class _Part(NamedTuple):
    postings: Postings
    removed: Removed | None
    norms: Floats
    weights: Floats | None


class _Term(NamedTuple):
    stem: str
    weight: float


class KeywordIndex:
    """BM25 over the texts of several segments. A text is named by its segment's number and its row there."""

    def __init__(self, segments: Sequence[tuple[Postings, Removed | None]]) -> None:
        gone = [removed for _, removed in segments if removed is not None]
        self._count = sum(len(one.lengths) for one, _ in segments) - sum(int(one.rows.sum()) for one in gone)
        length = sum(int(one.lengths.sum(dtype=np.int64)) for one, _ in segments) - sum(one.length for one in gone)
        self._removed = sum((Counter(one.frequencies) for one in gone), Counter())
        mean = max(length / max(self._count, 1), 1e-9)
        self._parts = tuple(_prepare(postings, removed, mean) for postings, removed in segments)

    def score(self, query_stems: Sequence[str]) -> KeywordScores:
        """Score the texts for a query's stems; one that is given twice counts twice."""
        terms = [
            _Term(stem, times * math.log(1 + (self._count - frequency + 0.5) / (frequency + 0.5)))
            for stem, times in Counter(query_stems).items()
            if (frequency := self._frequency(stem)) > 0
        ]
        return KeywordScores([_score(part, terms) for part in self._parts])

    def _frequency(self, stem: str) -> int:
        return sum(part.postings.frequency(stem) for part in self._parts) - self._removed[stem]


class Best(NamedTuple):
    """Texts by score, segment and row; three arrays of shape (n_texts,)."""

    scores: Floats
    segments: Rows
    rows: Rows


class _Scored(NamedTuple):
    """The scores of a segment's texts: of all rows where `rows` is None, else of these, ascending."""

    part: _Part
    terms: Sequence[_Term]
    rows: Rows | None
    scores: Floats


class KeywordScores:
    """The scores for one query, each divided by the best one: between 0 and 1, at most 1 for the best text."""

    def __init__(self, parts: Sequence[_Scored]) -> None:
        self._parts = parts
        best = max((float(part.scores.max(initial=0.0)) for part in parts), default=0.0)
        self._scale = 1 / best if best > 0 else 0.0

    def best(self, limit: int) -> Best:
        """Return the best texts in no particular order; those that equal the last of them come with it."""
        scale = np.float32(self._scale)
        found: list[Best] = []
        for number, part in enumerate(self._parts):
            rows = _highest(part.scores, limit)
            own = rows if part.rows is None else part.rows[rows]
            found.append(Best(part.scores[rows] * scale, np.full(len(rows), number, np.int32), own.astype(np.int32)))
        if len(found) == 1:
            return found[0]
        scores = np.concatenate([one.scores for one in found])
        rows = _highest(scores, limit)
        segments = np.concatenate([one.segments for one in found])
        return Best(scores[rows], segments[rows], np.concatenate([one.rows for one in found])[rows])

    def at(self, segment: int, rows: npt.NDArray[np.integer[Any]]) -> Floats:
        """Return the scores of these rows of a segment, in their order."""
        part = self._parts[segment]
        if part.rows is None:
            return np.asarray(part.scores[rows] * np.float32(self._scale), dtype=np.float32)
        scores = np.zeros(len(rows))
        for term in part.terms:
            scores += _weigh(part.part, term, rows)
        return (scores * self._scale).astype(np.float32)


def _highest(scores: Floats, limit: int) -> npt.NDArray[np.int64]:
    """Return the positions of the `limit` highest scores above zero, and of all that equal the last of them."""
    if limit < 1:
        return np.zeros(0, np.int64)
    if len(scores) <= limit:
        return np.flatnonzero(scores > 0)
    least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
    return np.flatnonzero(scores >= least) if least > 0 else np.flatnonzero(scores > 0)


def _prepare(postings: Postings, removed: Removed | None, mean: float) -> _Part:
    norms = (K1 * (1 - B + B * (postings.lengths / mean))).astype(np.float32)
    weights = None
    if len(norms) <= _DENSE:
        weights = (postings.counts / (norms[postings.rows] + postings.counts)).astype(np.float32)
    return _Part(postings, removed, norms, weights)


def _score(part: _Part, terms: Sequence[_Term]) -> _Scored:
    if part.weights is not None:
        scores = np.zeros(len(part.norms))
        for term in terms:
            at = part.postings.of(term.stem)
            scores[part.postings.rows[at]] += term.weight * part.weights[at]
        if part.removed is not None:
            scores[part.removed.rows] = 0
        return _Scored(part, terms, None, scores.astype(np.float32))
    rows, scores = _rank_some(part, terms)
    return _Scored(part, terms, rows, scores.astype(np.float32))


def _rank_some(part: _Part, terms: Sequence[_Term]) -> tuple[Rows, npt.NDArray[np.float64]]:
    """Score the texts that can be among the best: see the module. Returns rows, ascending, and their scores."""
    postings = part.postings
    rarest = sorted(terms, key=lambda term: postings.frequency(term.stem))
    rows: list[Rows] = []
    scores: list[npt.NDArray[np.float64]] = []
    taken = 0
    for at, term in enumerate(rarest):
        where = postings.of(term.stem)
        taken += where.stop - where.start
        if taken > _FEW:
            rest = rarest[at:]
            break
        rows.append(postings.rows[where])
        counts = postings.counts[where]
        scores.append(term.weight * (counts / (part.norms[rows[-1]] + counts)))
    else:
        rest = []
    for term in rest:
        rows.append(_some_of(postings, term.stem))
        scores.append(np.zeros(len(rows[-1])))
    if not rows:
        return np.zeros(0, np.int32), np.zeros(0)
    found, inverse = np.unique(np.concatenate(rows), return_inverse=True)
    weights = np.concatenate(scores)
    summed: npt.NDArray[np.float64] = np.bincount(inverse, weights=weights, minlength=len(found)).astype(np.float64)
    if part.removed is not None:
        kept = ~part.removed.rows[found]
        found, summed = found[kept], summed[kept]
    left = sum(term.weight for term in rest)
    for term in rest:
        if len(found) > _KEPT:
            # What cannot come among the best any more is left: a stem adds at most its weight.
            least = np.partition(summed, len(summed) - _KEPT)[len(summed) - _KEPT]
            kept = summed + left >= least
            found, summed = found[kept], summed[kept]
        summed = summed + _weigh(part, term, found)
        left -= term.weight
    return found, summed


def _some_of(postings: Postings, stem: str) -> Rows:
    best = postings.best_of(stem)
    return best if len(best) else postings.rows[postings.of(stem)]


def _weigh(part: _Part, term: _Term, rows: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.float64]:
    """Return what a stem adds to the scores of these rows."""
    where = part.postings.of(term.stem)
    own = part.postings.rows[where]
    if not len(own):
        return np.zeros(len(rows))
    at = np.minimum(np.searchsorted(own, rows), len(own) - 1)
    counts = np.where(own[at] == rows, part.postings.counts[where][at], 0)
    return np.asarray(term.weight * (counts / (part.norms[rows] + counts)))
