"""The values that an answer is made of, as the JSON of every way in shows them.

All are frozen and hold tuples; `answer.model_dump(mode="json")` is the public JSON. Nothing here computes.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Verdict = Literal["kept", "re-cited", "dropped"]


def _numeric(value: object) -> object:
    """Refuse what pydantic would read as a number though it is none: true, false and texts.

    Raises:
        ValueError: it is one of those.
    """
    if isinstance(value, (bool, str, bytes)):
        raise ValueError("a number is expected")
    return value


# An answer comes back with a reader's verdict on it, so its numbers are checked.
Number = Annotated[float, BeforeValidator(_numeric)]
Whole = Annotated[int, BeforeValidator(_numeric)]
Truth = Annotated[bool, Field(strict=True)]


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
    start: Whole = Field(ge=0)
    end: Whole
    score: Number


class Citation(Passage):
    """The proof of a statement: `article.text[start:end] == quote`. `number` starts at 1."""

    number: Whole = Field(ge=1)


class Statement(Value):
    """One sentence of an answer and the numbers of the citations that prove it."""

    text: str
    citations: tuple[Whole, ...]


class Table(Value):
    """A comparison: the first column names the aspect, every other column is one side.

    A cell without citations reads "not stated"; the aspect column carries none either.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Statement, ...], ...]


class Timings(Value):
    """Milliseconds of wall time in each stage of one answer."""

    embed: Number = 0.0
    retrieve: Number = 0.0
    write: Number = 0.0
    total: Number = 0.0


class CheckedSentence(Value):
    """A sentence that a language model wrote, by its position from 1, and what became of it.

    `reasons` are single words such as "figure" or "side". The text of a dropped sentence is left out: what was not
    proved is not shown, here neither, unless the settings ask for it.
    """

    position: Whole = Field(ge=1)
    verdict: Verdict
    text: str | None = None
    reasons: tuple[str, ...] = ()


class Checks(Value):
    """What a language model was asked and what became of its sentences.

    `prompt` names the words that it was asked with; `note` tells a reader why an answer is quoted instead of worded, or
    why it ends early. `seconds` are those that all of it took; tokens are 0 where the model does not tell them.
    """

    model: str
    prompt: str
    sentences: tuple[CheckedSentence, ...] = ()
    note: str | None = None
    rewritten: Truth = False
    seconds: Number = 0.0
    prompt_tokens: Whole = 0
    completion_tokens: Whole = 0

    def count(self, verdict: Verdict) -> int:
        """Return how many sentences got a verdict."""
        return sum(sentence.verdict == verdict for sentence in self.sentences)


class Answer(Value):
    """What the assistant says to one question.

    An abstention has no citations; an answer that is not one cites every statement. `confidence` is the
    calibrated probability (0 to 1) that the articles answer the question. `text` is Markdown with [1] marks.
    `checks` is there when a language model was asked.
    """

    question: str
    query: str
    abstained: Truth
    text: str
    statements: tuple[Statement, ...] = ()
    table: Table | None = None
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    confidence: Number = Field(ge=0.0, le=1.0)
    writer: str = "extractive"
    timings_ms: Timings = Timings()
    checks: Checks | None = Field(default=None, exclude_if=lambda checks: checks is None)
