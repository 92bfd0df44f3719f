"""Prepare the rows of a comparison: for each aspect and each side, the units that say it best.

Done once when an index is opened. A cell speaks of its side alone; where no article does, it stays empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.index import OpenIndex
from assistant.query import QueryMaker
from assistant.question import Ask, Question, QuestionReader, asks_to_compare
from assistant.retrieve import search
from assistant.select import select
from assistant.settings import SearchSettings
from assistant.sides import SideFinder
from assistant.units import Unit, make_units
from ingest.domain import Aspect, Side
from ingest.embed import Embedder
from ingest.keywords import stems
from ingest.types import Kind, Vectors

# A unit longer than this is none for a cell; one that scores less says something else.
_MOST_WORDS = 45
_LEAST_SCORE = 0.42
# A cell beside few others has a second unit within so many words, where there is one that says something else.
_ROOMY = 60
_FEW_ROWS = 3
# A row of an article's own table is preferred by this much: its cells were written side by side.
_TABLE_ROW = 0.06
# How to ask for the whole comparison of two sides, by name.
_WHOLE = (
    "What is the difference between {} and {}?",
    "Compare {} and {}.",
    "How do {} and {} differ?",
    "Show {} and {} side by side in a table.",
    "What sets {} and {} apart?",
    "What are the main differences of {} and {}?",
)
# A question asks for the whole from this cosine to one of those on, for an aspect from this one to its examples on.
_LIKE_WHOLE = 0.66
_LIKE_ASPECT = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """An aspect's name, and units for each side in the domain's order, best first; none where nothing is stated."""

    name: str
    cells: tuple[tuple[Unit, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """All rows of a comparison, and how readers ask for them.

    `whole` are unit vectors of questions for all of it, shape (n, dim); `asked` of questions for one aspect, shape
    (m, dim), and `aspect_of`, shape (m,), tells of which. `subject` are the stems of what the corpus is about.
    """

    rows: tuple[Row, ...]
    whole: Vectors
    asked: Vectors
    aspect_of: npt.NDArray[np.int64]
    subject: frozenset[str]

    def is_whole(self, question: Question, vector: Vectors) -> bool:
        """Tell whether a question that compares asks for all aspects; `vector` is its unit vector, shape (dim,)."""
        if question.ask is not Ask.COMPARE or question.aspects:
            return False
        if not self._own_content(question):
            return True
        return asks_to_compare(question.asked) and _nearest(self.whole, vector) >= _LIKE_WHOLE

    def rows_for(self, question: Question, vector: Vectors) -> tuple[Row, ...]:
        """Return the rows that a question asks for; () where it asks for none."""
        if question.ask is not Ask.COMPARE or not self.rows:
            return ()
        if self.is_whole(question, vector):
            return tuple(Row(row.name, tuple(cell[:1] for cell in row.cells)) for row in self.rows)
        aspects = question.aspects
        if not aspects and _nearest(self.asked, vector) >= max(_LIKE_ASPECT, _nearest(self.whole, vector)):
            aspects = (int(self.aspect_of[np.argmax(self.asked @ vector)]),)
        most = 2 if len(aspects) <= _FEW_ROWS else 1
        return tuple(Row(self.rows[at].name, tuple(cell[:most] for cell in self.rows[at].cells)) for at in aspects)

    def _own_content(self, question: Question) -> set[str]:
        """Return the stems that a question is about, those of the corpus' whole subject left out."""
        return set(question.content) - self.subject


def prepare_comparison(
    index: OpenIndex,
    embedder: Embedder,
    reader: QuestionReader,
    maker: QueryMaker,
    finder: SideFinder,
    settings: SearchSettings,
) -> Comparison:
    """Return the comparison of all aspects of the domain, in its order."""
    aspects, names = index.domain.aspects, finder.names
    sides = range(len(names))
    texts = [_text_for(aspect, side) for aspect in aspects for side in index.domain.sides]
    read = dict(embedder.encode_tokens(texts)) if texts else {}
    rows = []
    for at, aspect in enumerate(aspects):
        cells: list[tuple[Unit, ...]] = []
        for side in sides:
            position = at * len(sides) + side
            wanted = maker.make(reader.read(texts[position]), read[position])
            cells.append(_best(make_units(search(index, wanted.query, settings), finder), side))
        rows.append(Row(aspect.name, tuple(cells)))
    asked = [(at, text) for at, aspect in enumerate(aspects) for text in aspect.asked]
    return Comparison(
        rows=tuple(rows),
        whole=embedder.encode([text.format(*names) for text in _WHOLE] if len(names) == 2 else []),
        asked=embedder.encode([text for _, text in asked]),
        aspect_of=np.array([at for at, _ in asked], dtype=np.int64),
        subject=frozenset(stems(index.domain.subject)),
    )


def _nearest(vectors: Vectors, vector: Vectors) -> float:
    return float(np.max(vectors @ vector)) if len(vectors) else -1.0


def _text_for(aspect: Aspect, side: Side) -> str:
    if aspect.question is not None:
        return aspect.question.replace("{side}", side.name)
    return f"{aspect.name} of {side.name}: {aspect.about}"


def _best(units: Sequence[Unit], side: int) -> tuple[Unit, ...]:
    """Return the best units of a side for a cell: a list alone, or at most two sentences that say different things."""
    fitting = [unit for unit in units if unit.sides == {side} and unit.words <= _MOST_WORDS]
    chosen = [one.unit for one in select(fitting, words=_ROOMY, score=_cell_score)[:2]]
    if not chosen or _cell_score(chosen[0]) < _LEAST_SCORE:
        return ()
    return tuple(chosen[:1] if any("\n" in unit.text for unit in chosen) else chosen)


def _cell_score(unit: Unit) -> float:
    return unit.score + (_TABLE_ROW if unit.chunk.kind is Kind.TABLE_ROW else 0.0)
