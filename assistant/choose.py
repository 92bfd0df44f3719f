"""Decide a which-one question: the side whose articles speak of the topic, or both.

For each side, the evidence is the unit on that side alone that meets the question's topic best, the names of
the sides left out of the topic; how well a side's units answer the whole question counts too. Both fit too where one
sentence says so of the topic ("a bank that uses both"), and where the topic is one word that a sentence on either side
has. The verdict is not a guess: without evidence there is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.retrieve import Scores
from assistant.units import Unit

# Evidence counts from this share of the topic on. Two sides fit when both meet nearly all of it alike.
_LEAST = 0.4
_BOTH = 0.7
_NEAR = 0.1
# How steeply a word's weight falls with how badly the articles meet it.
_MET_POWER = 4
# A word that is this share of the topic is what the question is about; a sentence names it from this hit on.
_MAIN = 0.5
_NAMES = 0.72
# Who chooses is named from this hit on: of 49 that were tried, trades that the articles tell of had 0.71 and more.
_NAMES_ASKER = 0.7
# Where a sentence on all sides means that they all fit, and does not tell them apart.
_ALIKE = re.compile(r"\b(?:both|as well as|together with)\b", re.IGNORECASE)
# What a sentence's own words count beside the questions that it answers, which name work of both sides.
_OWN_WORDS = 0.3
# What the score of a side's best unit counts beside its evidence, which tells the one side that fits: of 164 which-one
# cases three more are right with it, the same from 0.25 to 1.
_RANKED = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """The sides that fit, and for each the units that show it, best first, and the topic that they show it for."""

    sides: tuple[int, ...]
    evidence: tuple[tuple[Unit, ...], ...]
    topics: tuple[Scores, ...]


def decide(units: Sequence[Unit], topic: Scores, sides: int, *, whole: bool = True) -> Verdict | None:
    """Return which of the sides fits a topic; None when the articles place it on none.

    Args:
        units: the candidates, best first.
        topic: the weight of each token of the query in its topic, sum 1.
        sides: the number of sides.
        whole: the topic is all that the question is about, so that its ranking of the units tells of the topic too.
    """
    topic = _met(units, topic)
    ranked = []
    for side in range(sides):
        own = [unit for unit in units if unit.sides == {side}]
        own.sort(key=lambda unit: -topic_score(unit, topic))
        ranked.append(own)
    best = [topic_score(own[0], topic) if own else 0.0 for own in ranked]
    top = max(best, default=0.0)
    if top < _LEAST:
        return None
    everywhere = [unit for unit in units if len(unit.sides) == sides and _ALIKE.search(unit.text)]
    joint = max(everywhere, key=lambda unit: topic_score(unit, topic), default=None)
    if joint is not None and topic_score(joint, topic) >= top + _NEAR:
        ranked[0].insert(0, joint)
        return _verdict(range(sides), ranked, topic)
    scores = [max((unit.score for unit in own), default=0.0) if whole else 0.0 for own in ranked]
    first = max(range(sides), key=lambda side: best[side] + _RANKED * scores[side])
    also = max(_BOTH, top - _NEAR)
    fitting = [side for side in range(sides) if side == first or best[side] >= also]
    if len(fitting) < sides and (naming := _naming(ranked, topic)) is not None:
        return _verdict(range(sides), naming, topic)
    return _verdict(fitting, ranked, topic)


def _verdict(fitting: Sequence[int], ranked: Sequence[Sequence[Unit]], topic: Scores) -> Verdict:
    return Verdict(tuple(fitting), tuple(tuple(ranked[side]) for side in fitting), (topic,) * len(fitting))


def _naming(ranked: Sequence[Sequence[Unit]], topic: Scores) -> list[list[Unit]] | None:
    """Return each side's units, first the one that names what the question is about; None where a side has none."""
    main = int(np.argmax(topic))
    if topic[main] < _MAIN:
        return None

    def hit(unit: Unit) -> float:
        return float(unit.own_parts[:, main].max())

    found = []
    for own in ranked:
        first = max(own, key=hit, default=None)
        if first is None or hit(first) < _NAMES:
            return None
        found.append([first, *(unit for unit in own if unit is not first)])
    return found


def names(units: Sequence[Unit], words: Scores) -> bool:
    """Tell whether a sentence that tells of the sides names something with its own words.

    Args:
        units: the candidates.
        words: the weight of each token of the query in it, 0 for what is not of it.
    """
    own = [unit.own_hits @ words / max(float(words.sum()), 1e-9) for unit in units if unit.sides]
    return float(max(own, default=0.0)) >= _NAMES_ASKER


def join(verdicts: Sequence[Verdict | None]) -> Verdict | None:
    """Return the verdict on several tasks together: each side that fits one of them, in the order of the sides."""
    found: dict[int, tuple[tuple[Unit, ...], Scores]] = {}
    for verdict in verdicts:
        if verdict is not None:
            for side, units, topic in zip(verdict.sides, verdict.evidence, verdict.topics, strict=True):
                found.setdefault(side, (units, topic))
    if not found:
        return None
    sides = tuple(sorted(found))
    return Verdict(sides, tuple(found[side][0] for side in sides), tuple(found[side][1] for side in sides))


def _met(units: Sequence[Unit], topic: Scores) -> Scores:
    """Return a topic without the words that no unit meets, which tell of the asker and not of the work."""
    if not units:
        return topic
    hits = np.stack([_blend(unit.token_hits, unit.own_hits) for unit in units])
    met = topic * hits.max(axis=0).clip(0.0) ** _MET_POWER
    return np.asarray(met / max(float(met.sum()), 1e-9), dtype=np.float32)


def topic_score(unit: Unit, topic: Scores) -> float:
    """Return how well a unit meets the words of a topic, between -1 and 1; its meaning settles ties."""
    return float((_blend(unit.parts, unit.own_parts) @ topic).max()) + 0.01 * unit.cosine


def _blend(hits: Scores, own: Scores) -> Scores:
    return (1 - _OWN_WORDS) * hits + _OWN_WORDS * own
