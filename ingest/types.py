"""The values that ingest makes: articles, sentences, chunks, and the report of a run.

All offsets are characters of `Article.text`, half-open: `article.text[start:end]` is the span.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

# Unit vectors, float32, shape (n, dimension).
Vectors = npt.NDArray[np.float32]
# Token vectors as signed bytes, 127 for 1.0, shape (n_tokens, ingest.tokens.DIMENSION).
TokenBytes = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Article:
    """One source article. `id` is the file's stem; `text` is the body as read, front matter left out."""

    id: str
    title: str
    text: str
    publisher: str | None = None
    url: str | None = None
    published: str | None = None
    sha256: str = ""


class Kind(StrEnum):
    """What a span of an article is, which decides how it may be quoted."""

    PROSE = "prose"
    LIST = "list"
    TABLE_ROW = "table_row"
    FAQ = "faq"


@dataclass(frozen=True, slots=True)
class Sentence:
    """The smallest span that is quoted as proof: a sentence, a list item, or a table cell.

    `intro` is the span that a list item cannot be read without (its introducing sentence), `column` the
    header of a table cell; both are None elsewhere. `text` is the span without Markdown marks.
    """

    start: int
    end: int
    text: str
    intro: tuple[int, int] | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span of one article that is embedded and retrieved as one.

    `heading` is the path of headings above it, joined with " > ". `id` is made of the article's id, the
    span and what was embedded, so the same corpus and settings give the same ids.
    """

    id: str
    article_id: str
    heading: str
    kind: Kind
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]

    @property
    def embedded_text(self) -> str:
        """The heading path and the text: what the model reads for this chunk."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text


@dataclass(frozen=True, slots=True, eq=False)
class StoredQuestion:
    """A reader's question: its text, its unit vector (dim,), and its tokens."""

    text: str
    vector: Vectors
    tokens: TokenBytes


@dataclass(frozen=True, slots=True, eq=False)
class StoredChunk:
    """A chunk with its unit vector (dim,), its sentences' (n_sentences, dim), and each sentence's tokens.

    `questions` has, for each sentence, the readers' questions that it is known to answer.
    """

    chunk: Chunk
    vector: Vectors
    sentence_vectors: Vectors
    tokens: tuple[TokenBytes, ...]
    questions: tuple[tuple[StoredQuestion, ...], ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file of the corpus that was left out, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one ingest did. `reused` counts the chunks whose vectors were taken from the snapshot before."""

    index: Path
    snapshot: str
    articles: int
    chunks: int
    sentences: int
    embedded: int
    reused: int
    seconds: float
    skipped: tuple[Skipped, ...] = field(default=())
