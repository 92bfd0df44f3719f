"""Decide a which-one question: the side whose articles speak of the topic, or both.

For each side, the evidence is the unit on that side alone that meets the question's topic best, the names of
the sides left out of the topic. The verdict is not a guess: without evidence there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.retrieve import Scores
from assistant.units import Unit

# Evidence counts from this share of the topic on. Two sides fit when both meet nearly all of it alike.
_LEAST = 0.4
_BOTH = 0.7
_NEAR = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """The sides that fit, and for each the units that show it, best first."""

    sides: tuple[int, ...]
    evidence: tuple[tuple[Unit, ...], ...]


def decide(units: Sequence[Unit], topic: Scores, sides: int) -> Verdict | None:
    """Return which of the sides fits a topic; None when the articles place it on none.

    Args:
        units: the candidates, best first.
        topic: the weight of each token of the query in its topic, sum 1.
        sides: the number of sides.
    """
    ranked = []
    for side in range(sides):
        own = [unit for unit in units if unit.sides == {side}]
        own.sort(key=lambda unit: -topic_score(unit, topic))
        ranked.append(own)
    best = [topic_score(own[0], topic) if own else 0.0 for own in ranked]
    top = max(best, default=0.0)
    if top < _LEAST:
        return None
    also = max(_BOTH, top - _NEAR)
    fitting = tuple(side for side in range(sides) if best[side] == top or best[side] >= also)
    return Verdict(fitting, tuple(tuple(ranked[side]) for side in fitting))


def topic_score(unit: Unit, topic: Scores) -> float:
    """Return how well a unit meets the words of a topic, between -1 and 1; its meaning settles ties."""
    return float((unit.parts @ topic).max()) + 0.01 * unit.cosine
