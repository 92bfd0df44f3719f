"""Cut the text of a saved page into blocks: lines, lists, tables, headings.

Undoes what saving did to single lines (broken image marks, link debris, hard wraps, bullets of every kind).
Judges no content: what is web chrome is `ingest.clean_chrome`'s to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from ingest.clean_blocks import Block, Item, Shape, ends_sentence, table_text

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_IMAGE = re.compile(
    r"!\[[^\]\n]*\]\([^)\n]*\)|!?\[?\b(?:IMAGE|IMG|PICTURE):[^\]\s]*\](?:\([^)\n]*\))?"
    r"|\[(?i:image|img|photo|picture|video)\b ?[:\d][^\]\n]*\]"
)
_LINK = re.compile(r"\[([^\[\]\n]+)\]\([^()\n]*\)")
_LINK_TAIL = re.compile(r"\]\((?:https?://|/)[^)\s]*\)?")
_FOOTNOTE = re.compile(r"(?<=[^\s\[(])\[(?:\d{1,3}|edit)\]")
_BULLET = re.compile(r"^(\s*)([•◦▪▫‣·●○■□➢➤✓✔*+–—-])(?:\s+(.*))?$")
_NUMBER = re.compile(r"^(\s*)(\d{1,3}[.)])\s+(.*)$")
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_UNDERLINE = re.compile(r"^(={3,}|-{3,}|_{3,}|\*{3,}|~{3,})$")
_OPENS_TAG = re.compile(r"^<(?=[A-Za-z/!?])")


def read_blocks(text: str) -> tuple[Block, ...]:
    """Cut a page's text into blocks, in the order of the page."""
    blocks: list[Block] = []
    gap = 0
    group: list[str] = []
    for line in [*_tidy_lines(text), ""]:
        if line.strip():
            group.append(line)
            continue
        if group:
            blocks.extend(_read_group(group, len(blocks), gap))
            group, gap = [], 0
        gap += 1
    return tuple(_join_lists(blocks))


def _tidy_lines(text: str) -> Iterator[str]:
    text = "\n" + text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").replace("\xa0", " ")
    in_code = False
    fenced = text.count("\n```") % 2 == 0
    for line in _INVISIBLE.sub("", text).split("\n"):
        if fenced and line.startswith("```"):
            in_code = not in_code
            yield line.rstrip()
        elif in_code:
            yield line.rstrip() or " \\"  # a blank line of code must not end its group
        else:
            yield _tidy(line)


def _tidy(line: str) -> str:
    """Take image marks, link targets, footnote marks and unmatched brackets out of a line."""
    indent = line[: len(line) - len(line.lstrip())].replace("\t", "    ")
    body = _LINK.sub(r"\1", _IMAGE.sub("", line.strip()))
    body = _FOOTNOTE.sub("", _LINK_TAIL.sub("]", body))
    body = _without_stray_brackets(body)
    return (indent + _OPENS_TAG.sub(r"\\<", re.sub(r" {2,}", " ", body).strip())).rstrip()


def _without_stray_brackets(text: str) -> str:
    open_at: list[int] = []
    stray: set[int] = set()
    for i, char in enumerate(text):
        if char == "[":
            open_at.append(i)
        elif char == "]":
            if open_at:
                open_at.pop()
            else:
                stray.add(i)
    stray.update(open_at)
    return "".join(char for i, char in enumerate(text) if i not in stray)


def _read_group(lines: list[str], first_id: int, gap: int) -> list[Block]:
    """Read lines with no blank line between them; the group's id is the index of its first block."""
    made: list[Block] = []
    i = 0
    while i < len(lines):
        stop, block = _read_marked(lines, i, first_id)
        if block is None:
            stop = next((j for j in range(i + 1, len(lines)) if _is_marked(lines[j])), len(lines))
            made.extend(Block(Shape.LINE, text, first_id, 0) for text in _unwrap(lines[i:stop]))
        elif block.text or block.items:
            made.append(block)
        elif made and _is_underlined(made[-1], lines[i].strip()):
            made[-1] = replace(made[-1], shape=Shape.HEADING, level=1 if lines[i].strip()[0] == "=" else 2)
        i = stop
    if made:
        made[0] = replace(made[0], gap=gap)
    return made


def _is_underlined(block: Block, rule: str) -> bool:
    title = block.shape is Shape.LINE and len(block.text) <= 100 and not block.text.endswith(".")
    return title and bool(_UNDERLINE.match(rule)) and rule[0] in "=-~"


def _is_marked(line: str) -> bool:
    body = line.strip()
    patterns = (_BULLET, _NUMBER, _HEADING, _UNDERLINE)
    return body.startswith(("|", "```")) or "\t" in body or any(p.match(body) for p in patterns)


def _read_marked(lines: list[str], i: int, group: int) -> tuple[int, Block | None]:
    """Read the marked block at line `i`: the line after it, and the block, without text for a rule."""
    body = lines[i].strip()
    if lines[i].startswith("```"):
        stop = next((j + 1 for j in range(i + 1, len(lines)) if lines[j].strip() == "```"), len(lines))
        code = ("" if line == " \\" else line for line in lines[i:stop])
        return stop, Block(Shape.CODE, "\n".join(code), group, 0)
    if body.startswith("|"):
        stop = next((j for j in range(i, len(lines)) if not lines[j].strip().startswith("|")), len(lines))
        return stop, Block(Shape.TABLE, "\n".join(line.strip() for line in lines[i:stop]), group, 0)
    if _UNDERLINE.match(body):
        return i + 1, Block(Shape.LINE, "", group, 0)
    if heading := _HEADING.match(body):
        text = heading.group(2).strip("*_ ") or heading.group(2)
        return i + 1, Block(Shape.HEADING, text, group, 0, level=len(heading.group(1)))
    if _BULLET.match(body) or _NUMBER.match(body):
        return _read_list(lines, i, group)
    if "\t" in body:
        return _read_tabbed(lines, i, group)
    return i, None


def _read_tabbed(lines: list[str], i: int, group: int) -> tuple[int, Block]:
    """Read lines with tabs: a table where two or more in a row have as many cells, else a line."""
    count = lines[i].strip().count("\t")
    stop = next((j for j in range(i, len(lines)) if lines[j].strip().count("\t") != count), len(lines))
    if stop - i < 2:
        return i + 1, Block(Shape.LINE, re.sub(r"\s*\t\s*", " ", lines[i].strip()), group, 0)
    rows = [lines[j].strip().split("\t") for j in range(i, stop)]
    return stop, Block(Shape.TABLE, table_text(rows), group, 0)


def _read_list(lines: list[str], i: int, group: int) -> tuple[int, Block]:
    """Read a list; an empty bullet takes the line after it, a wrapped item the lines that go on with it."""
    items: list[Item] = []
    indents: list[int] = []
    while i < len(lines):
        found = _BULLET.match(lines[i]) or _NUMBER.match(lines[i])
        if found:
            indent, mark = len(found.group(1)), found.group(2)
            indents = [known for known in indents if known < indent] + [indent]
            text = (found.group(3) or "").replace("\t", " ").strip()
            items.append(Item(text, len(indents) - 1, mark if mark[0].isdigit() else "-"))
        elif _is_marked(lines[i]) or not items or not _continues(items[-1].text, lines[i]):
            break
        else:
            items[-1] = replace(items[-1], text=f"{items[-1].text} {lines[i].strip()}".strip())
        i += 1
    return i, Block(Shape.LIST, "", group, 0, items=tuple(item for item in items if item.text))


def _continues(item: str, line: str) -> bool:
    return not item or line.startswith("  ") or (line[0].islower() and not ends_sentence(item))


def _unwrap(lines: list[str]) -> list[str]:
    """Join the lines of hard-wrapped paragraphs; keep lines that stand for themselves apart."""
    bodies = [line.strip() for line in lines]
    headed = len(bodies) > 2 and not ends_sentence(bodies[0]) and len(bodies[0]) < 0.6 * max(map(len, bodies))
    if headed and bodies[1][0].isupper() and _is_wrapped(bodies[1:]):
        return [bodies[0], " ".join(bodies[1:])]
    if _is_wrapped(bodies):
        return [" ".join(bodies)]
    joined = [bodies[0]]
    for body in bodies[1:]:
        if body[0].islower() and not ends_sentence(joined[-1]):
            joined[-1] += f" {body}"
        else:
            joined.append(body)
    return joined


def _is_wrapped(lines: list[str]) -> bool:
    """Tell whether a line width made the breaks: no line had room for the first word of the next."""
    width = max(map(len, lines))
    breaks = [(a, b) for a, b in pairwise(lines) if not ends_sentence(a)]
    if not breaks or not 40 <= width <= 120:
        return False
    full = sum(len(a) + 1 + len(b.split()[0]) > width for a, b in breaks)
    return full >= 0.8 * len(breaks)


def _join_lists(blocks: list[Block]) -> Iterator[Block]:
    """Join lists with one blank line between them: a loose list, not two."""
    held: Block | None = None
    for block in blocks:
        if held and held.shape is block.shape is Shape.LIST and block.gap <= 1 and _same_marks(held, block):
            held = replace(held, items=held.items + block.items)
            continue
        if held:
            yield held
        held = block
    if held:
        yield held


def _same_marks(one: Block, two: Block) -> bool:
    return (one.items[0].mark == "-") == (two.items[0].mark == "-")
