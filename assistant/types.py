"""The values that an answer is made of, as the JSON of every way in shows them.

All are frozen and hold tuples; `answer.model_dump(mode="json")` is the public JSON. Nothing here computes.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Value(BaseModel):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Turn(Value):
    """One question of a conversation and the answer that it got."""

    question: str
    answer: str = ""


class Passage(Value):
    """A retrieved chunk. `text` is `article.text[start:end]`; `score` is a similarity, higher is better."""

    article_id: str
    title: str
    publisher: str | None = None
    url: str | None = None
    heading: str
    quote: str
    start: int = Field(ge=0)
    end: int
    score: float


class Citation(Passage):
    """The proof of a statement: `article.text[start:end] == quote`. `number` starts at 1."""

    number: int = Field(ge=1)


class Statement(Value):
    """One sentence of an answer and the numbers of the citations that prove it."""

    text: str
    citations: tuple[int, ...]


class Table(Value):
    """A comparison: the first column names the aspect, every other column is one side.

    A cell without citations reads "not stated"; the aspect column carries none either.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Statement, ...], ...]


class Timings(Value):
    """Milliseconds of wall time in each stage of one answer."""

    embed: float = 0.0
    retrieve: float = 0.0
    write: float = 0.0
    total: float = 0.0


class Answer(Value):
    """What the assistant says to one question.

    An abstention has no citations; an answer that is not one cites every statement. `confidence` is the
    calibrated probability (0 to 1) that the articles answer the question. `text` is Markdown with [1] marks.
    """

    question: str
    query: str
    abstained: bool
    text: str
    statements: tuple[Statement, ...] = ()
    table: Table | None = None
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    confidence: float = Field(ge=0.0, le=1.0)
    writer: str = "extractive"
    timings_ms: Timings = Timings()
