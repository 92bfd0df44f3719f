"""Answers' texts and quotes as plain lines: what Markdown there is in them is read, not shown."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from markdown_it import MarkdownIt

from assistant.types import Answer

_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+")


class Prose(NamedTuple):
    """A statement: its sentence, and the items where that introduces a list."""

    lead: str
    items: tuple[str, ...]


def split_items(text: str) -> Prose:
    """Split a statement into its sentence and the list items below it, without their marks."""
    lead: list[str] = []
    items: list[str] = []
    for line in text.splitlines():
        if mark := _ITEM.match(line):
            items.append(line[mark.end() :])
        elif items:
            items[-1] += f" {line.strip()}"
        else:
            lead.append(line)
    return Prose("\n".join(lead), tuple(items))


def was_resolved(answer: Answer) -> bool:
    """Return whether another question was searched for than was typed: a follow-up's full form."""
    typed, searched = (" ".join(text.split()).casefold().rstrip("?.! ") for text in (answer.question, answer.query))
    return typed != searched


def one_line(markdown: str) -> str:
    """Return Markdown as one line of plain text, list items separated by semicolons."""
    line = ""
    in_list = False
    for token in _parser().parse(markdown):
        if token.type == "list_item_open":
            if in_list and line:
                line = f"{line.rstrip('.;,')};"
            in_list = True
        elif token.type in ("inline", "fence", "code_block"):
            children = token.children or [token]
            parts = (" " if child.type in ("softbreak", "hardbreak") else child.content for child in children)
            line = f"{line} {' '.join(''.join(parts).split())}".strip()
    return line


@functools.cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")
