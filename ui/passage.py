"""The part of an article that a quote stands in, as plain text in runs: what the chat shows beside an answer.

A block is a paragraph, a list item or a table row; a list comes with the sentence before it, of a table only the
marked rows. No Markdown is left in a run, and nothing of it is to be read as markup.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, HTTPException, Query
from markdown_it.token import Token
from pydantic import BaseModel

from ui.backend import Backend
from ui.mark import parse_marked
from ui.problems import documented

Kind = Literal["paragraph", "item", "row", "heading"]
_KINDS: dict[str, Kind] = {"li": "item", "tr": "row"}


class Run(BaseModel):
    """Some text, in the quote or outside of it."""

    text: str
    marked: bool


class Block(BaseModel):
    """One paragraph, list item, table row or heading, in the order of the article."""

    kind: Kind
    runs: tuple[Run, ...]


class QuotedPassage(BaseModel):
    """The blocks that a span of an article stands in; the runs that are marked are the span."""

    article_id: str
    title: str
    blocks: tuple[Block, ...]


class _Leaf(NamedTuple):
    """The text of one block with where it stands: in which top-level element, and in which table column."""

    block: Block
    group: int
    column: int | None

    @property
    def marked(self) -> bool:
        return any(run.marked for run in self.block.runs)


def passages_router(backend: Backend) -> APIRouter:
    """Return the endpoint of the passages. It goes before the API's own router, which takes all of /api."""
    router = APIRouter(prefix="/api", tags=["assistant"])

    @router.get("/articles/{article_id}/passage", operation_id="get_passage", responses=documented(404, 422, 503))
    def get_passage(
        article_id: str, start: Annotated[int, Query(ge=0)], end: Annotated[int, Query(ge=1)]
    ) -> QuotedPassage:
        """Return the paragraph, list or table row that a quote stands in, the quote marked."""
        article = backend.assistant().index.articles.get(article_id)
        if article is None:
            raise HTTPException(404, f"There is no article {article_id!r}. GET /api/articles lists them.")
        blocks = cut_passage(article.text, start, end)
        if not blocks:
            raise HTTPException(
                422, f"{start} to {end} is no span of text in {article_id!r}, which has {len(article.text)} characters."
            )
        return QuotedPassage(article_id=article.id, title=article.title, blocks=blocks)

    return router


def cut_passage(text: str, start: int, end: int) -> tuple[Block, ...]:
    """Return the blocks that `text[start:end]` stands in; none where that is no span of text."""
    tokens, marked = parse_marked(text, start, end)
    if not marked:
        return ()
    leaves = list(_leaves(tokens))
    groups = {leaf.group for leaf in leaves if leaf.marked}
    # A list is not understood without the sentence that introduces it.
    groups |= {group - 1 for group in groups if _is_list(leaves, group) and _introduces(leaves, group - 1)}
    chosen = [leaf for leaf in leaves if leaf.group in groups and (leaf.marked or leaf.column is None)]
    return tuple(leaf.block for leaf in chosen)


def _leaves(tokens: Sequence[Token]) -> Iterator[_Leaf]:
    """Yield every leaf of the text; the cells of a table row are one leaf, with the names of their columns."""
    group = -1
    open_tags: list[str] = []
    header: list[str] = []
    cells: list[list[Run]] = []
    for token in tokens:
        if token.level == 0 and token.nesting >= 0:
            group += 1
        if token.nesting == 1:
            open_tags.append(token.tag)
            if token.tag == "table":
                header = []
        elif token.nesting == -1:
            open_tags.pop()
            if token.tag == "tr" and cells:
                if header:
                    yield _Leaf(Block(kind="row", runs=_named(header, cells)), group, column=0)
                else:
                    header = ["".join(run.text for run in runs) for runs in cells]
                cells = []
        elif token.type == "inline":
            runs = _runs(token.children or ())
            if "tr" in open_tags:
                cells.append(runs)
            else:
                kind: Kind = next((_KINDS[tag] for tag in reversed(open_tags) if tag in _KINDS), "paragraph")
                if open_tags and open_tags[-1].startswith("h"):
                    kind = "heading"
                yield _Leaf(Block(kind=kind, runs=tuple(runs)), group, column=None)


def _runs(children: Sequence[Token]) -> list[Run]:
    """Return a leaf's text in runs, neighbours of one kind put together."""
    marked = False
    pieces: list[Run] = []
    for child in children:
        if child.type in ("mark_open", "mark_close"):
            marked = child.type == "mark_open"
        elif child.type in ("softbreak", "hardbreak"):
            pieces.append(Run(text=" ", marked=marked))
        elif child.content:
            pieces.append(Run(text=child.content, marked=marked))
    return [
        Run(text="".join(run.text for run in same), marked=marked)
        for marked, same in itertools.groupby(pieces, lambda run: run.marked)
    ]


def _named(header: Sequence[str], cells: Sequence[Sequence[Run]]) -> tuple[Run, ...]:
    """Return a table row as one line: each cell after the name of its column."""
    runs: list[Run] = []
    for name, cell in itertools.zip_longest(header, cells, fillvalue=()):
        if cell:
            label = "".join(name)
            runs += [Run(text=f"{' · ' if runs else ''}{label}{': ' if label else ''}", marked=False), *cell]
    return tuple(runs)


def _is_list(leaves: Sequence[_Leaf], group: int) -> bool:
    return any(leaf.group == group and leaf.block.kind == "item" for leaf in leaves)


def _introduces(leaves: Sequence[_Leaf], group: int) -> bool:
    texts = ["".join(run.text for run in leaf.block.runs) for leaf in leaves if leaf.group == group]
    return bool(texts) and texts[-1].rstrip().endswith(":")
