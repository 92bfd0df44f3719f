"""Prepare the rows of a comparison: for each aspect and each side, the unit that says it best.

Done once when an index is opened. A cell speaks of its side alone; where no article does, it stays empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.index import OpenIndex
from assistant.query import QueryMaker
from assistant.question import QuestionReader
from assistant.retrieve import search
from assistant.settings import SearchSettings
from assistant.sides import SideFinder
from assistant.units import Unit, make_units
from ingest.domain import Aspect, Side
from ingest.embed import Embedder
from ingest.types import Kind

# A cell longer than this is no cell; one that scores less says something else.
_MOST_WORDS = 45
_LEAST_SCORE = 0.42
# A row of an article's own table is preferred by this much: its cells were written side by side.
_TABLE_ROW = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """An aspect's name, and a unit for each side in the domain's order; None where nothing is stated."""

    name: str
    cells: tuple[Unit | None, ...]


def prepare_rows(
    index: OpenIndex,
    embedder: Embedder,
    reader: QuestionReader,
    maker: QueryMaker,
    finder: SideFinder,
    settings: SearchSettings,
) -> tuple[Row, ...]:
    """Return the comparison of all aspects of the domain, in its order."""
    sides = range(len(index.domain.sides))
    texts = [_text_for(aspect, side) for aspect in index.domain.aspects for side in index.domain.sides]
    read = dict(embedder.encode_tokens(texts)) if texts else {}
    rows = []
    for at, aspect in enumerate(index.domain.aspects):
        cells: list[Unit | None] = []
        for side in sides:
            position = at * len(sides) + side
            wanted = maker.make(reader.read(texts[position]), read[position])
            units = make_units(search(index, wanted.query, settings), finder)
            cells.append(_best(units, side, aspect.name))
        rows.append(Row(aspect.name, tuple(cells)))
    return tuple(rows)


def _text_for(aspect: Aspect, side: Side) -> str:
    if aspect.question is not None:
        return aspect.question.replace("{side}", side.name)
    return f"{aspect.name} of {side.name}: {aspect.about}"


def _best(units: Sequence[Unit], side: int, aspect: str) -> Unit | None:
    fitting = [unit for unit in units if unit.sides == {side} and unit.words <= _MOST_WORDS]
    best = max(fitting, key=lambda unit: _cell_score(unit), default=None)
    return best if best is not None and best.score >= _LEAST_SCORE else None


def _cell_score(unit: Unit) -> float:
    return unit.score + (_TABLE_ROW if unit.chunk.kind is Kind.TABLE_ROW else 0.0)
