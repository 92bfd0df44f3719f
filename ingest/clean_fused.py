"""Read tables whose cells were saved with nothing between them ("TermShortLong"), or one a line.

Fused cells part where a small letter meets a capital. Only a header that starts with a comparison's usual
corner word is trusted, since link bars and menus are saved in the same ways.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.clean_blocks import Block, Shape, table_text
from ingest.clean_chrome import count_words
from ingest.clean_tables import CORNER

_JOINT = re.compile(r"(?<=[a-z0-9.)])(?=[A-Z])")
_MAX_CELL_WORDS = 12


def read_fused_tables(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Replace each table of fused or stacked cells by a Markdown table; other blocks stay as they are."""
    made: list[Block] = []
    i = 0
    while i < len(blocks):
        group = _lines_of_group(blocks, i)
        rows = _fused_rows(group)
        taken = len(rows)
        if len(rows) < 3:
            rows = _stacked_rows(group, blocks)
            taken = len(group)
        if len(rows) < 3:
            made.append(blocks[i])
            i += 1
            continue
        rows[0][0] = "Aspect"
        made.append(Block(Shape.TABLE, table_text(rows), blocks[i].group, blocks[i].gap))
        i += taken
    return tuple(made)


def _lines_of_group(blocks: Sequence[Block], i: int) -> list[str]:
    """Return the texts of the plain lines from `i` to the end of its group."""
    lines: list[str] = []
    for block in blocks[i:]:
        if block.shape is not Shape.LINE or block.group != blocks[i].group:
            break
        lines.append(block.text)
    return lines


def _fused_rows(lines: Sequence[str]) -> list[list[str]]:
    """Cut lines at their joints, as long as each gives as many cells as the first, which is a header."""
    rows: list[list[str]] = []
    for line in lines:
        cells = _JOINT.split(line)
        if len(cells) < 3 or len(cells) != len(rows[0] if rows else cells) or not (rows or CORNER.match(cells[0])):
            break
        rows.append(cells)
    return rows


def _stacked_rows(lines: Sequence[str], blocks: Sequence[Block]) -> list[list[str]]:
    """Deal lines of one cell each into rows of three or four, if the page names the columns elsewhere."""
    if not lines or not CORNER.match(lines[0]) or any(count_words(line) > _MAX_CELL_WORDS for line in lines):
        return []
    others = " ".join(block.text for block in blocks if block.text not in lines).casefold()
    for width in (4, 3):
        named = all(column.casefold() in others for column in lines[1:width])
        if len(lines) % width == 0 and named:
            return [list(lines[at : at + width]) for at in range(0, len(lines), width)]
    return []
