"""An answer as Markdown, piece by piece as its parts come: sentences with [1] marks, the table, and the sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.cite import render
from assistant.stream import Citations, Part
from assistant.types import Answer, Citation, Statement, Table
from ui import texts
from ui.articles import article_link
from ui.plain import one_line


class Pieces:
    """Turns the parts of one answer into pieces of Markdown; joined they are the whole.

    Args:
        server: the address before the links to articles.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._begun = False

    def of(self, part: Part) -> Iterator[str]:
        """Yield the Markdown of a part. The last part, the whole answer, brings what was not said yet."""
        if isinstance(part, Answer):
            if not self._begun:
                yield from self._block(part.text)
            if part.citations:
                yield from self._block(self._sources(part.citations))
        elif isinstance(part, Statement):
            yield from self._block(render([part]))
        elif not isinstance(part, Citations):
            yield from self._block(_table(part))

    def _block(self, text: str) -> Iterator[str]:
        yield f"\n\n{text}" if self._begun else text
        self._begun = True

    def _sources(self, citations: Sequence[Citation]) -> str:
        lines = [f"**{texts.SOURCES}**", ""]
        for citation in citations:
            label = _escape(", ".join(part for part in (citation.title, citation.publisher) if part))
            link = f"{self._server}{article_link(citation)}"
            lines.append(f"- [{citation.number}] [{label}]({link}): “{_escape(one_line(citation.quote))}”")
        return "\n".join(lines)


def _table(table: Table) -> str:
    rows = [table.columns, ("---",) * len(table.columns)]
    rows += [tuple(_cell(cell) for cell in row) for row in table.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(cell: Statement) -> str:
    return " ".join(render([cell]).replace("|", "\\|").split())


def _escape(text: str) -> str:
    return text.replace("[", "\\[").replace("]", "\\]").replace("<", "\\<")
