"""Find what only shows as debris once a page's chrome is known: its tail, captions, headings without text.

As in `ingest.clean_zones`, a text without any chrome is taken for hand-written and left whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.clean_blocks import Block, Fate, Shape, ends_sentence
from ingest.clean_chrome import count_words
from ingest.clean_zones import is_content, is_heading_like

_FILE_NAME = re.compile(r"^(\S+[-_]\S+[-_]\S+|\S+\.(jpe?g|png|gif|webp|svg))$", re.IGNORECASE)
_CAPTION = re.compile(r"(?!(or|and|but|then|with|by|where|for|from|to)\b)[^\W\d_A-Z]")
_CREDIT = re.compile(r"^(source|credits?|photo|image|via)\s?: .{1,60}$", re.IGNORECASE)


def find_leftovers(blocks: Sequence[Block]) -> set[int]:
    """Find what shows once the chrome is known: the page's tail, captions, headings left without text."""
    if not any(block.fate is Fate.CHROME for block in blocks):
        return set()
    dropped = {i for i, block in enumerate(blocks) if not block.kept}
    found = _find_tail(blocks, dropped)
    found |= _find_captions(blocks, dropped | found)
    return found | _find_orphans(blocks, dropped | found)


def _find_tail(blocks: Sequence[Block], dropped: set[int]) -> set[int]:
    """Find all that follows the first chrome after the last content."""
    content = [i for i in range(len(blocks)) if i not in dropped and is_content(blocks, i)]
    last = content[-1] if content else -1
    start = next((i for i in range(last + 1, len(blocks)) if i in dropped), len(blocks))
    return set(range(start, len(blocks)))


def _find_captions(blocks: Sequence[Block], dropped: set[int]) -> set[int]:
    """Find what is left of images: file names, lines that start small, and credits after them."""
    found: set[int] = set()
    for i, block in enumerate(blocks):
        if block.shape is not Shape.LINE or i in dropped:
            continue
        alone = block.gap > 0 and (i + 1 == len(blocks) or blocks[i + 1].gap > 0)
        small = _CAPTION.match(block.text) and not ends_sentence(block.text) and count_words(block.text) <= 12
        finished = i == 0 or blocks[i - 1].shape is not Shape.LINE or ends_sentence(blocks[i - 1].text)
        headed = finished or is_heading_like(blocks[i - 1])
        named = _FILE_NAME.match(block.text) and not (i + 1 < len(blocks) and is_content(blocks, i + 1))
        credit = _CREDIT.match(block.text) and {i - 1} & (dropped | found)
        if named or credit or (alone and small and headed):
            found.add(i)
    return found


def _find_orphans(blocks: Sequence[Block], dropped: set[int]) -> set[int]:
    """Find headings and introductions whose text was chrome."""
    gone = set(dropped)
    for i in reversed(range(len(blocks))):
        block = blocks[i]
        if i in gone or i + 1 not in gone:
            continue
        after = next((j for j in range(i + 1, len(blocks)) if j not in gone), None)
        bare = after is None or (
            is_heading_like(blocks[after])
            and not (block.shape is Shape.HEADING and 0 < block.level < blocks[after].level)
        )
        opens = block.shape is Shape.LINE and block.text.endswith(":") and count_words(block.text) <= 15
        if bare and (is_heading_like(block) or opens):
            gone.add(i)
    return gone - dropped
