"""The values that cleaning a saved page works on: blocks, what they look like, and what becomes of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_TERMINAL = re.compile(r"""[.!?:;…]["'”’)\]*_]*$""")


class Shape(StrEnum):
    """What a block looks like, before anything is known about its meaning."""

    LINE = "line"
    HEADING = "heading"
    LIST = "list"
    TABLE = "table"
    CODE = "code"


class Fate(StrEnum):
    """What becomes of a block: it is kept, it is chrome, or it says only what `Page` has fields for."""

    KEPT = "kept"
    CHROME = "chrome"
    FRONT = "front"


@dataclass(frozen=True, slots=True)
class Item:
    """A list item. `depth` counts from 0; `mark` is "-" or the item's number with its dot."""

    text: str
    depth: int
    mark: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a page.

    `text` is empty for a list, and holds all lines of a table or of code. `level` is a heading's, 1 to 6, and
    `guessed` tells that only its look makes it one.
    `group` is the same for blocks with no blank line between them; `gap` is the number of blank lines before.
    """

    shape: Shape
    text: str
    group: int
    gap: int
    level: int = 0
    guessed: bool = False
    items: tuple[Item, ...] = ()
    fate: Fate = Fate.KEPT

    @property
    def kept(self) -> bool:
        """Whether the block stays in the text."""
        return self.fate is Fate.KEPT


def ends_sentence(text: str) -> bool:
    """Tell whether a line ends where a sentence, or an introduction, may end."""
    return bool(_TERMINAL.search(text))


def table_text(rows: list[list[str]]) -> str:
    """Write rows as a Markdown table; the first is the header."""
    written = ["| " + " | ".join(cell.strip().replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([written[0], "|" + " --- |" * len(rows[0]), *written[1:]])
