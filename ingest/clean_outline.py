"""Give a cleaned page its outline: which lines are headings and of which level, and write it as Markdown.

Plain text has lost its levels. A heading is "## "; what follows a heading, or an introduction, that stands
directly over other headings is "### " until the page breaks off; so are the questions under a FAQ heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.clean_blocks import Block, Item, Shape, ends_sentence
from ingest.clean_chrome import count_words
from ingest.clean_zones import is_content, is_heading_like

_FAQ = re.compile(r"^(faqs?\b|frequently asked\b|questions and answers\b|q ?& ?a\b)", re.IGNORECASE)
_ALT = re.compile(
    r"^(infographic|image|photo|picture|diagram|illustration|screenshot|chart|graphic|icon)s?"
    r" (of|showing|comparing|depicting|illustrating|about|with|explaining|for)\b",
    re.IGNORECASE,
)


def without_alt_text(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Cut an image's description off the sentence that saving has joined it to.

    The cut is before a capitalised word that the page also writes small, so that it is no name.
    """
    words = {word for block in blocks for word in re.findall(r"\b[a-z]+\b", block.text)}
    return tuple(replace(block, text=_after_alt(block.text, words)) if block.kept else block for block in blocks)


def _after_alt(text: str, words: set[str]) -> str:
    if not _ALT.match(text):
        return text
    for found in re.finditer(r"(?<=[a-z]) ([A-Z][a-z]+) [a-z]", text):
        before, after = text[: found.start()], text[found.start() + 1 :]
        if "." in before or count_words(before) < 4 or count_words(after) < 5:
            continue
        if found.group(1).lower() in words:
            return after
    return text


def set_headings(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the kept blocks, with their headings marked and lists that lost their bullets made lists."""
    kept = tuple(_restore_lists([block for block in blocks if block.kept]))
    breaks = _breaks(blocks)
    heads = _plain_headings(kept)
    made: list[Block] = []
    nested = in_faq = False
    for i, block in enumerate(kept):
        over = i + 1 in heads and not kept[i + 1].text.endswith("?")
        if id(block) in breaks:
            nested = False
        if block.shape is Shape.HEADING:
            nested, in_faq = False, bool(_FAQ.match(block.text)) or (in_faq and block.text.endswith("?"))
        elif i in heads or (over and block.text.endswith(":") and count_words(block.text) <= 12):
            question, faq = block.text.endswith("?"), bool(_FAQ.match(block.text))
            level = 3 if not faq and not over and (nested or (in_faq and question)) else 2
            nested = over or (nested and level == 3)
            in_faq = faq or (in_faq and question)
            block = replace(block, shape=Shape.HEADING, level=level, guessed=True)
        made.append(block)
    return tuple(made)


def _breaks(blocks: Sequence[Block]) -> set[int]:
    """Return the identities of blocks that a break comes before: two blank lines, or something left out."""
    return {
        id(block)
        for i, block in enumerate(blocks)
        if block.gap > 1 or (i > 0 and not blocks[i - 1].kept) or (i > 0 and blocks[i - 1].shape is Shape.TABLE)
    }


def _plain_headings(blocks: Sequence[Block]) -> set[int]:
    """Find the lines that are headings: not the last block, and no lines of an address or a poem."""
    heads: set[int] = set()
    for run in _runs(blocks):
        after = run[-1] + 1
        if after == len(blocks):
            continue
        same_group = blocks[after].group == blocks[run[-1]].group
        if len(run) == 1 or (len(run) == 2 and same_group):
            heads.update(run)
    return {i for i in heads if not blocks[i].text.endswith("?") or is_content(blocks, i + 1)}


def _runs(blocks: Sequence[Block]) -> Iterator[list[int]]:
    """Yield the runs of heading-like plain lines with no blank line between them."""
    run: list[int] = []
    for i, block in enumerate(blocks):
        plain = block.shape is Shape.LINE and is_heading_like(block)
        if run and not (plain and block.group == blocks[i - 1].group):
            yield run
            run = []
        if plain:
            run.append(i)
    if run:
        yield run


def _restore_lists(blocks: Sequence[Block]) -> Iterator[Block]:
    """Make the bare lines under an introduction ("... are:") a list where no blank line parts them."""
    i = 0
    while i < len(blocks):
        yield blocks[i]
        opens = blocks[i].shape is Shape.LINE and blocks[i].text.endswith(":")
        i += 1
        run = [block for block in blocks[i:] if block.group == blocks[i - 1].group]
        if opens and len(run) > 1 and all(_is_bare(block) for block in run):
            items = tuple(Item(block.text, 0, "-") for block in run)
            yield Block(Shape.LIST, "", run[0].group, 0, items=items)
            i += len(run)


def _is_bare(block: Block) -> bool:
    return block.shape is Shape.LINE and count_words(block.text) <= 12 and not ends_sentence(block.text)


def write_blocks(blocks: Sequence[Block]) -> str:
    """Write blocks as Markdown, one blank line between them; the lines of an address stay together."""
    parts: list[str] = []
    for i, block in enumerate(blocks):
        before = blocks[i - 1] if i else None
        lines = before is not None and before.shape is block.shape is Shape.LINE and before.group == block.group
        if before is not None:
            parts.append("\n" if lines and not ends_sentence(before.text) else "\n\n")
        parts.append(_write(block))
    return "".join(parts) + "\n" if parts else ""


def _write(block: Block) -> str:
    if block.shape is Shape.HEADING:
        return f"{'#' * block.level} {block.text.rstrip(':') if block.guessed else block.text}"
    if block.shape is Shape.LIST:
        return "\n".join(f"{'   ' * item.depth}{item.mark} {item.text}" for item in block.items)
    return block.text
