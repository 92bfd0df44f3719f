"""Read labels: headings over one short paragraph each as a list, and paragraphs that begin with a label as sections.

A sentence under a label does not repeat it ("These cover hiring and training."), so it is only understood with it:
in a list the label stands in front of it. Where a paragraph goes on for several sentences, its label is a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.clean_blocks import Block, Item, Shape
from ingest.clean_chrome import count_words, is_prose
from ingest.sentences import split_sentences

_NESTED = 3
_MOST_WORDS = 90
_LABEL = re.compile(
    r"^(?P<bold>\*\*|__)?(?P<label>[A-Z0-9][^.:!?*_]{1,60})(?(bold)(?::(?P=bold)|(?P=bold):)|:)\s+(?=\S)"
)
_LABEL_WORDS = 6
_SECTION_SENTENCES = 2


def read_labels(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks of a page whose headings are set, with its labels read."""
    return tuple(_read_run_in(list(_read_headings(blocks))))


def _read_headings(blocks: Sequence[Block]) -> Iterator[Block]:
    """Make nested headings over a short paragraph each a list: "- Label: what it is."

    What introduced them, and was taken for a heading over headings, introduces the list.
    """
    i = 0
    while i < len(blocks):
        opens = blocks[i].guessed and blocks[i].text.endswith(":")
        end = _region_end(blocks, i + opens)
        items = _labelled(blocks[i + opens : end])
        if items and opens:
            yield replace(blocks[i], shape=Shape.LINE, level=0, guessed=False)
        if items:
            yield Block(Shape.LIST, "", blocks[i + opens].group, 1, items=items)
        else:
            yield from blocks[i : max(end, i + 1)]
        i = max(end, i + 1)


def _region_end(blocks: Sequence[Block], i: int) -> int:
    """Return where the nested sections that begin at `i` end; `i` where none does."""
    start = i
    while i < len(blocks):
        nested = blocks[i].guessed and blocks[i].level == _NESTED
        inside = i > start and blocks[i].shape is not Shape.HEADING and blocks[i].gap <= 1
        if not (nested or inside):
            break
        i += 1
    return i


def _labelled(blocks: Sequence[Block]) -> tuple[Item, ...]:
    """Return sections as the items of a list; () where one is more than a label over a short paragraph, or alone."""
    pairs = list(zip(blocks[::2], blocks[1::2], strict=False))
    if len(pairs) < 2 or len(blocks) % 2:
        return ()
    for label, text in pairs:
        if label.shape is not Shape.HEADING or label.text.endswith("?") or not _is_short(text):
            return ()
    return tuple(Item(f"{label.text}: {text.text}", 0, "-") for label, text in pairs)


def _is_short(block: Block) -> bool:
    return block.shape is Shape.LINE and is_prose(block.text) and count_words(block.text) <= _MOST_WORDS


def _read_run_in(blocks: Sequence[Block]) -> Iterator[Block]:
    """Make the labels of neighbouring long paragraphs headings, where these fill a section to its end."""
    level = 1
    i = 0
    while i < len(blocks):
        if blocks[i].shape is Shape.HEADING:
            level = blocks[i].level
        run = _run_in(blocks, i)
        for block, label in run:
            yield Block(Shape.HEADING, label.group("label").strip(), block.group, 1, level=min(level + 1, 6))
            yield replace(block, text=block.text[label.end() :], gap=1)
        if not run:
            yield blocks[i]
        i += max(1, len(run))


def _run_in(blocks: Sequence[Block], i: int) -> list[tuple[Block, re.Match[str]]]:
    run: list[tuple[Block, re.Match[str]]] = []
    for block in blocks[i:]:
        if block.shape is Shape.HEADING:
            break
        label = _LABEL.match(block.text) if block.shape is Shape.LINE else None
        if label is None or count_words(label.group("label")) > _LABEL_WORDS:
            return []
        if len(split_sentences(block.text)) < _SECTION_SENTENCES:
            return []
        run.append((block, label))
    return run if len(run) > 1 else []
