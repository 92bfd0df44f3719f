"""Number citations and put an answer's parts together.

Numbers start at 1 and follow first use, statements before table; the same span has one number.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.index import OpenIndex
from assistant.select import Said
from assistant.types import Citation, Statement, Table
from assistant.units import Unit

NOT_STATED = "not stated"


class Citations:
    """Gives each quoted span its number."""

    def __init__(self, index: OpenIndex) -> None:
        self._index = index
        self._made: dict[tuple[str, int, int], Citation] = {}

    def cite(self, *units: Unit) -> tuple[int, ...]:
        """Return the numbers of the spans that prove these units, without repeats."""
        return tuple(dict.fromkeys(self._number(unit, *span) for unit in units for span in unit.spans))

    def all(self) -> tuple[Citation, ...]:
        """Return every citation made so far, by number."""
        return tuple(self._made.values())

    def _number(self, unit: Unit, start: int, end: int) -> int:
        key = (unit.chunk.article_id, start, end)
        if key not in self._made:
            article = self._index.articles[unit.chunk.article_id]
            self._made[key] = Citation(
                number=len(self._made) + 1,
                article_id=article.id,
                title=article.title,
                publisher=article.publisher,
                url=article.url,
                heading=unit.chunk.heading,
                quote=article.text[start:end],
                start=start,
                end=end,
                score=round(min(max(unit.score, -1.0), 1.0), 4),
            )
        return self._made[key].number


def state(said: Sequence[Said], citations: Citations) -> tuple[Statement, ...]:
    """Return chosen units as statements with citations."""
    return tuple(Statement(text=one.unit.text, citations=citations.cite(one.unit, *one.alike)) for one in said)


def tabulate(
    columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Sequence[Unit]]]], citations: Citations
) -> Table:
    """Return a comparison: each row an aspect's name and the units of each side, none where nothing is stated."""
    made = []
    for name, cells in rows:
        proved = (
            Statement(text=" ".join(unit.text for unit in units), citations=citations.cite(*units))
            if units
            else Statement(text=NOT_STATED, citations=())
            for units in cells
        )
        made.append((Statement(text=name, citations=()), *proved))
    return Table(columns=tuple(columns), rows=tuple(made))


def render(statements: Sequence[Statement]) -> str:
    """Return statements as Markdown with [1] marks; a list stands in a paragraph of its own."""
    text = ""
    for before, statement in zip((None, *statements), statements, strict=False):
        marks = "".join(f"[{number}]" for number in statement.citations)
        first, newline, rest = statement.text.partition("\n")
        block = f"{first} {marks}".rstrip() + newline + rest
        if before is not None:
            text += "\n\n" if newline or "\n" in before.text else " "
        text += block
    return text
