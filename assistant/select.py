"""Choose the fewest units that answer: best first, nothing twice, within a bound of words.

What several articles say alike becomes one statement with several citations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.sides import Sides
from assistant.units import Unit

# Two units say the same from this cosine on.
_SAME = 0.92
# A unit is worth adding while its score is at least this share of the best one's.
WORTH = 0.72
# What a unit loses when it speaks of another side than the question, and gains when it speaks of that alone.
_OTHER_SIDE = 0.12
_OWN_SIDE = 0.02
_MOST_CITATIONS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A unit that was chosen, and the units of other articles that say the same."""

    unit: Unit
    alike: tuple[Unit, ...] = ()


def side_score(unit: Unit, sides: Sides) -> float:
    """Return a unit's score with regard to the one side that a question names."""
    if len(sides) != 1 or not unit.sides:
        return unit.score
    if not unit.sides & sides:
        return unit.score - _OTHER_SIDE
    return unit.score + (_OWN_SIDE if unit.sides == sides else 0.0)


def select(
    units: Iterable[Unit], *, words: int, score: Callable[[Unit], float], chosen: Sequence[Said] = ()
) -> list[Said]:
    """Choose units.

    Args:
        units: the candidates.
        words: the bound; the first unit is taken even when it alone is longer.
        score: what to rank them by.
        chosen: what was chosen before, which is not said again and counts towards the bound.

    Returns:
        What was chosen, best first, without `chosen`.
    """
    ranked = sorted(units, key=lambda unit: (-score(unit), unit.chunk.id, unit.spans))
    said: list[Said] = []
    room = words - sum(one.unit.words for one in chosen)
    for unit in ranked:
        if said and score(unit) < WORTH * score(said[0].unit):
            break
        if any(_contains(one.unit, unit) or _contains(unit, one.unit) for one in (*chosen, *said)):
            continue
        if any(says_same(one.unit, unit) for one in chosen):
            continue
        same = next((i for i, one in enumerate(said) if says_same(one.unit, unit)), None)
        if same is not None:
            said[same] = _also(said[same], unit)
        elif unit.words <= room or not (said or chosen):
            said.append(Said(unit))
            room -= unit.words
    return said


def _also(said: Said, unit: Unit) -> Said:
    """Return what was said with one more article that says it, up to the most citations."""
    articles = {said.unit.chunk.article_id, *(one.chunk.article_id for one in said.alike)}
    if unit.chunk.article_id in articles or len(articles) >= _MOST_CITATIONS:
        return said
    return replace(said, alike=(*said.alike, unit))


def says_same(one: Unit, other: Unit) -> bool:
    """Tell whether two units say the same of the same sides."""
    return one.sides == other.sides and float(one.vector @ other.vector) >= _SAME


def _contains(outer: Unit, inner: Unit) -> bool:
    if outer.chunk.article_id != inner.chunk.article_id:
        return False
    return outer.spans[0][0] <= inner.spans[0][0] and inner.spans[-1][1] <= outer.spans[-1][1]
