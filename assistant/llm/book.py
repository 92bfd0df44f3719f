"""Keep what was given out of an answer so far, and number its citations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.cite import render
from assistant.index import OpenIndex
from assistant.llm.sources import Source
from assistant.llm.verify import Checked
from assistant.stream import Citations, Part
from assistant.types import Answer, Checks, Citation, Statement, Table


class Book:
    """The parts given out so far, and the numbers of their citations: from 1, in the order of first use."""

    def __init__(self, index: OpenIndex) -> None:
        self._index = index
        self._made: dict[tuple[str, int, int], Citation] = {}
        self.statements: list[Statement] = []
        self.table: Table | None = None

    def add(self, checked: Checked) -> Iterator[Part]:
        """Yield a sentence that passed, its new citations before it."""
        wanted = [self._citation(source, span) for source, proof in checked.proofs for span in proof.spans]
        numbers, new = self._number(wanted)
        if new:
            yield Citations(citations=new)
        statement = Statement(text=checked.text, citations=numbers)
        self.statements.append(statement)
        yield statement

    def add_table(self, extractive: Answer) -> Iterator[Part]:
        """Yield the table of the extractive answer, its cells cited with this answer's numbers."""
        assert extractive.table is not None
        by_number = {citation.number: citation for citation in extractive.citations}
        fresh: list[Citation] = []
        rows = []
        for row in extractive.table.rows:
            cells = []
            for cell in row:
                numbers, new = self._number([by_number[number] for number in cell.citations])
                fresh += new
                cells.append(Statement(text=cell.text, citations=numbers))
            rows.append(tuple(cells))
        self.table = Table(columns=extractive.table.columns, rows=tuple(rows))
        if fresh:
            yield Citations(citations=tuple(fresh))
        yield self.table

    def answer(self, extractive: Answer, writer: str, checks: Checks) -> Answer:
        """Return the whole answer."""
        return extractive.model_copy(
            update={
                "text": render(self.statements),
                "statements": tuple(self.statements),
                "table": self.table,
                "citations": tuple(self._made.values()),
                "writer": writer,
                "checks": checks,
            }
        )

    def _citation(self, source: Source, span: tuple[int, int]) -> Citation:
        article = self._index.articles[source.article_id]
        return Citation(
            number=1,
            article_id=article.id,
            title=article.title,
            publisher=article.publisher,
            url=article.url,
            heading=source.heading,
            quote=article.text[slice(*span)],
            start=span[0],
            end=span[1],
            score=round(min(max(source.score, -1.0), 1.0), 4),
        )

    def _number(self, wanted: Sequence[Citation]) -> tuple[tuple[int, ...], tuple[Citation, ...]]:
        """Return the numbers of citations in this answer, without repeats, and those that are new."""
        numbers, new = [], []
        for citation in wanted:
            key = (citation.article_id, citation.start, citation.end)
            if key not in self._made:
                self._made[key] = citation.model_copy(update={"number": len(self._made) + 1})
                new.append(self._made[key])
            numbers.append(self._made[key].number)
        return tuple(dict.fromkeys(numbers)), tuple(new)
