"""An answer in parts, in the order in which a reader is shown them.

The citations that a statement or the table uses go before it, so that each part can be shown whole, with its
proof, as soon as it comes.
"""

from __future__ import annotations

from collections.abc import Iterator

from assistant.types import Answer, Citation, Statement, Table, Value


class Citations(Value):
    """Citations that the next part uses, none of which came before."""

    citations: tuple[Citation, ...]


# The last part is always the whole Answer.
Part = Citations | Statement | Table | Answer


def parts_of(answer: Answer) -> Iterator[Part]:
    """Yield an answer's parts: each statement, then its table, then the answer itself."""
    by_number = {citation.number: citation for citation in answer.citations}

    def proved(*numbers: int) -> Iterator[Part]:
        if new := tuple(by_number.pop(number) for number in dict.fromkeys(numbers) if number in by_number):
            yield Citations(citations=new)

    for statement in answer.statements:
        yield from proved(*statement.citations)
        yield statement
    if answer.table is not None:
        yield from proved(*(number for row in answer.table.rows for cell in row for number in cell.citations))
        yield answer.table
    yield answer
