"""Turn plain text saved from a web page into tidy Markdown: `clean_page_text` shows the whole path.

Cuts the text into blocks, leaves web chrome out, reads flattened tables as rows, and writes headings, lists
and questions as Markdown. Text written by hand goes through unharmed: only single lines and sentences that
no author writes are taken from it. A block that is left out stays in the sequence until the end, marked by
its fate, because where it stood tells about its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ingest.clean_blocks import Block, Fate, Shape
from ingest.clean_chrome import without_chrome_sentences
from ingest.clean_fused import read_fused_tables
from ingest.clean_labels import read_labels
from ingest.clean_leftovers import find_leftovers
from ingest.clean_lines import read_blocks
from ingest.clean_outline import set_headings, without_alt_text, write_blocks
from ingest.clean_tables import read_flat_tables
from ingest.clean_title import find_front
from ingest.clean_zones import find_chrome
from ingest.errors import UnreadableArticle


@dataclass(frozen=True, slots=True)
class Page:
    """An imported page: its body as Markdown, without the title, and what it states of itself."""

    text: str
    title: str | None
    publisher: str | None
    url: str | None
    published: str | None


def clean_page_text(text: str) -> Page:
    """Turn the text of a saved web page into Markdown; Markdown and hand-written text stay what they are.

    Raises:
        UnreadableArticle: nothing readable is left when the chrome is gone.
    """
    blocks: Sequence[Block] = read_fused_tables(read_blocks(text))
    blocks = _mark(blocks, find_chrome(blocks), Fate.CHROME)
    blocks = _clean_sentences(blocks)
    front = find_front(blocks)
    if any(block.kept for i, block in enumerate(blocks) if i not in front.used):
        blocks = _mark(blocks, front.used, Fate.FRONT)
    blocks = read_flat_tables(without_alt_text(blocks))
    blocks = _mark(blocks, find_leftovers(blocks), Fate.CHROME)
    body = write_blocks(read_labels(set_headings(blocks)))
    if not re.search(r"\w", body):
        raise UnreadableArticle("nothing readable is left when menus, forms and notices are taken out")
    return Page(text=body, title=front.title, publisher=front.publisher, url=None, published=front.published)


def _mark(blocks: Sequence[Block], found: Collection[int], fate: Fate) -> tuple[Block, ...]:
    return tuple(replace(block, fate=fate) if i in found and block.kept else block for i, block in enumerate(blocks))


def _clean_sentences(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Take chrome sentences out of paragraphs, the doubtful ones only where there is other chrome."""
    on_page = any(not block.kept for block in blocks)
    made = []
    for block in blocks:
        if block.kept and block.shape is Shape.LINE:
            text = without_chrome_sentences(block.text, soft=on_page)
            block = replace(block, text=text) if text else replace(block, fate=Fate.CHROME)
        made.append(block)
    return tuple(made)
