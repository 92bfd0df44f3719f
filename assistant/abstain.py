"""Tell how likely it is that the articles answer a question, and name what is missing when they do not.

Similarity alone cannot tell "not in the articles" from "in the articles": a question on the subject is near to
them either way. So the evidence is asked what the question asks for: is every word of it met, are its names
known, is there a number where a number is asked for, and is it like the questions that the articles are known to
answer or like those that they are known not to (`ingest.answerable`). Where that leaves the confidence unsure, the
best of it is read with the question (`assistant.sufficiency`). `calibration.json` holds the weights and how they were
fitted; `python -m assistant.evaluation.fit` makes it anew.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from assistant.hygiene import speaks_to_model
from assistant.query import Search
from assistant.question import Ask, Question, asks_to_compare, stop_stems
from assistant.retrieve import Hit
from assistant.select import side_score
from assistant.sides import SideFinder
from assistant.small_talk import INVITATION, is_small_talk
from assistant.spelling import is_english
from assistant.units import Unit
from assistant.wanted import has_name, has_number, wanted_by
from ingest.keywords import stems

_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
_ASKS_RANK = re.compile(
    r"\b(biggest|largest|leading|cheapest|fastest|most popular|number one|richest)\b"
    r"|\btop (\d+|three|five|ten|twenty|vendors?|compan\w+|providers?|firms?|countr\w+|cities)\b",
    re.IGNORECASE,
)
_ASKS_HOW_TO = re.compile(
    r"\bhow (do|can|could|should) (i|we|you|one)\b|\bhow would (i|we|one)\b|\bmy career\b", re.IGNORECASE
)
_ASKS_FUTURE = re.compile(r"\b(will|going to|future|predict\w*|forecast for|next (year|decade))\b", re.IGNORECASE)
# A number that tells of the reader ("400 employees"); a year is asked about.
_QUANTITY = re.compile(r"\d{1,3}(?:[.,]?\d{3})*(?:st|nd|rd|th|k|m|%)?", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
# A content word that the evidence meets less than this is not met.
_MET = 0.6
# How many of the best units are looked at together.
_EVIDENCE = 5
# What a word counts as met by when the question has no word of its own, such as "What is BPO?".
_NO_WORD = 0.72


@dataclass(frozen=True, slots=True)
class Word:
    """A content word of a question: how well the best unit and the best five meet it, and what it is.

    `known` tells that the articles, or questions that they answer, use it; `name` that it looks like a name or term
    that the articles do not use; `share` is its part of the question's topic, 0 to 1.
    """

    text: str
    by_best: float
    by_all: float
    known: bool
    name: bool
    share: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The stems of a corpus: `known` with those of the questions that it is known to answer, `own` without."""

    known: frozenset[str]
    own: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a confidence between `low` and `high` is revised by reading the evidence (`assistant.sufficiency`).

    A logistic model: P(answerable) = 1 / (1 + exp(-(bias + own * log-odds of the confidence + read * log-odds read))).
    """

    low: float
    high: float
    bias: float
    own: float
    read: float

    def is_needed(self, confidence: float) -> bool:
        """Tell whether a confidence is unsure."""
        return self.low < confidence < self.high

    def revise(self, confidence: float, log_odds: float) -> float:
        """Return the confidence, 0 to 1, after reading told these log-odds."""
        return _logistic(self.bias + self.own * math.log(confidence / (1 - confidence)) + self.read * log_odds)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model: P(answerable) = 1 / (1 + exp(-(bias + sum(weight * feature)))).

    `threshold` is the least probability that is answered.
    """

    threshold: float
    bias: float
    weights: dict[str, float]
    reading: Reading

    def confidence(self, features: dict[str, float]) -> float:
        """Return the probability, 0 to 1, that the articles answer a question with these features."""
        return _logistic(self.bias + sum(weight * features[name] for name, weight in self.weights.items()))


@dataclass(frozen=True, slots=True)
class Calibrations:
    """One for a corpus that lists readers' questions, whose words meet those of a new one, and one for articles alone.

    What is found by readers' questions weighs otherwise than what is found by the articles' own words.
    """

    listed: Calibration
    alone: Calibration

    def of(self, features: dict[str, float]) -> Calibration:
        """Return the one for a question with these features."""
        return self.alone if features["alone"] else self.listed


def _logistic(total: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(min(total, 30.0), -30.0)))


@cache
def load_calibrations() -> Calibrations:
    """Read the calibrations that ship with the package."""
    data = json.loads((files("assistant") / "calibration.json").read_text(encoding="utf-8"))
    return Calibrations(**{form: _calibration(data[form]) for form in ("listed", "alone")})


def _calibration(data: dict[str, Any]) -> Calibration:
    return Calibration(
        threshold=float(data["threshold"]),
        bias=float(data["bias"]),
        weights=dict(data["weights"]),
        reading=Reading(**data["reading"]),
    )


def words_of(
    question: Question, search: Search, units: Sequence[Unit], vocabulary: Vocabulary, finder: SideFinder
) -> list[Word]:
    """Return the content words of what a question asks, with how well the evidence meets them.

    Args:
        question: as read.
        search: its query.
        units: the evidence, best first.
        vocabulary: the stems of the corpus.
        finder: tells the names of sides, which are no content words.
    """
    if not units:
        return []
    hits = np.stack([unit.token_hits for unit in units[:_EVIDENCE]])
    own_hits = np.stack([unit.own_hits for unit in units[:_EVIDENCE]])
    found = []
    for match in _WORD.finditer(question.text):
        text, own = match.group(), stems(match.group())
        if not own or all(stem in stop_stems() for stem in own) or finder.find(text):
            continue
        if not any(start <= match.start() < end for start, end in question.focus):
            continue
        if _QUANTITY.fullmatch(text) and not _YEAR.fullmatch(text):
            continue
        tokens = [i for i, at in enumerate(search.starts) if match.start() <= at < match.end()]
        if not tokens:
            continue
        first = _begins(question.text, match.start())
        is_known = all(stem in vocabulary.known for stem in own)
        is_name = not is_known and _looks_like_name(text, first=first)
        asked_of = is_known and not all(stem in vocabulary.own for stem in own)
        if asked_of and len(text) > 1 and _is_capital(text, first=first):
            # A reader's question that the articles answer may hold a name that they do not.
            is_known, is_name = False, True
        met = own_hits if is_name else hits
        found.append(
            Word(
                text=text,
                by_best=float(met[0][tokens].mean()),
                by_all=float(met.max(axis=0)[tokens].mean()),
                known=is_known,
                name=is_name,
                share=float(search.topic[tokens].sum()),
            )
        )
    return found


def features_of(
    question: Question,
    search: Search,
    hits: Sequence[Hit],
    units: Sequence[Unit],
    words: Sequence[Word],
    finder: SideFinder,
) -> dict[str, float]:
    """Return what the calibration weighs; `units` are the evidence, best first, `finder` tells the sides' names."""
    if not units:
        return dict.fromkeys(FEATURES, 0.0)
    best = units[0]
    together = np.stack([unit.token_hits for unit in units[:_EVIDENCE]]).max(axis=0)
    unknown = [word for word in words if not word.known]
    evidence = finder.mask(" ".join(unit.text for unit in units[:3]))
    # A which-one question asks for a side, whatever figures and names it tells of the asker.
    open_ended = question.ask is not Ask.CHOOSE
    wanted = wanted_by(question)
    asked = max(unit.asked for unit in units[:_EVIDENCE])
    values = (
        side_score(best, question.sides),
        float(best.token_hits @ search.topic),
        float(together @ search.topic),
        min((word.by_all for word in words), default=_NO_WORD),
        min((word.by_best for word in words), default=_NO_WORD),
        max((1 - word.by_all for word in unknown), default=0.0),
        float(min(len(unknown), 3)),
        float(min(sum(word.name for word in words), 2)),
        float(wanted.number and not has_number(evidence)),
        float(wanted.number),
        float(wanted.name and not has_name(evidence, question.text)),
        float(open_ended and bool(_ASKS_RANK.search(question.asked))),
        words[0].by_best if words else _NO_WORD,
        words[-1].by_best if words else _NO_WORD,
        max(hit.cosine for hit in hits[:_EVIDENCE]),
        best.cosine,
        side_score(best, question.sides) - side_score(units[min(5, len(units) - 1)], question.sides),
        float(not open_ended),
        float(bool(_ASKS_HOW_TO.search(question.asked))),
        float(bool(_ASKS_FUTURE.search(question.asked))),
        sum(word.by_all < _MET for word in words) / max(len(words), 1),
        sum(not word.known and word.by_all < _MET for word in words) / max(len(words), 1),
        float(len(question.sides) == 1 and asks_to_compare(question.asked)),
        # Where the choice is about what has such a name: not where only the asker has one.
        0.0 if open_ended else sum(word.share for word in words if word.name),
        float(speaks_to_model(question.text)),
        search.answerable,
        asked,
        # A verdict is found for any work: whether readers ask for it of such work tells more there.
        0.0 if open_ended else asked,
        float(not any(unit.asked for unit in units)),
    )
    return dict(zip(FEATURES, values, strict=True))


FEATURES = (
    "score",
    "topic_by_best",
    "topic_by_all",
    "weakest_word_by_all",
    "weakest_word_by_best",
    "unknown_word_gap",
    "unknown_words",
    "unknown_names",
    "number_missing",
    "asks_number",
    "name_missing",
    "asks_rank",
    "first_word_by_best",
    "last_word_by_best",
    "chunk_cosine",
    "sentence_cosine",
    "margin",
    "asks_which",
    "asks_how_to",
    "asks_future",
    "unmet_share",
    "unmet_unknown_share",
    "compares_other",
    "asks_which_of_unknown",
    "gives_orders",
    "answerable",
    "asked_cosine",
    "asks_which_cosine",
    "alone",
)


def what_is_missing(question: Question, words: Sequence[Word]) -> str:
    """Return a sentence that says what the articles do not."""
    if is_small_talk(question.text):
        return INVITATION
    unknown = [word for word in words if not word.known]
    names = [word for word in unknown if word.name] or sorted(unknown, key=lambda word: word.by_all)[:1]
    if names:
        listed = " or ".join(f"“{word.text}”" for word in names[:3])
        return f"None of the articles mentions {listed}, so they do not answer this."
    wanted = wanted_by(question)
    if wanted.number:
        return "None of the articles gives that figure."
    if wanted.name:
        return "None of the articles names that."
    return "None of the articles answers this."


def _begins(text: str, at: int) -> bool:
    """Tell whether a sentence or clause begins at a place, where a capital says nothing."""
    return not text[:at].strip(" \"'“‘(") or text[:at].rstrip(" \"'“‘(")[-1] in ".?!:;-–—"


def _is_capital(text: str, *, first: bool) -> bool:
    return (text.isupper() and len(text) > 1) or (text[0].isupper() and not first)


def _looks_like_name(text: str, *, first: bool) -> bool:
    parts = re.split(r"[-'’]", text.lower())
    return _is_capital(text, first=first) or not all(is_english(part) for part in parts if len(part) > 1)
