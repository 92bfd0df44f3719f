"""Find what a saved page says of itself: its title, and its publisher and date where it states them.

Nothing is guessed: a publisher is only what follows the page's own title in its window title
("Title - Blog - Publisher"), or what its copyright notice names and the page names elsewhere too; a date only what
follows "Published" or a word like it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.clean_blocks import Block, Shape
from ingest.clean_chrome import count_words, is_prose
from ingest.clean_zones import is_content, is_heading_like

_SEPARATOR = re.compile(r"\s+[|»–—·-]\s+")
_SECTION = re.compile(r"^(blog|news|articles?|insights|magazine|journal|resources|guides?)$", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\b((?:19|20)\d\d-\d\d-\d\d|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d"
    rf"|\d{{1,2}}\.? {_MONTH},? (?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_DATE_LINE = re.compile(r"^\W*(first )?(published|posted)\b|^by \w.*\b(19|20)\d\d\b", re.IGNORECASE)
_BYLINE = re.compile(r"^(By|Written by|Author:)( [A-Z][\w.'’-]*){1,4}$")
_CHANGED = re.compile(r"\b(updated|modified|revised|reviewed)\b", re.IGNORECASE)
_TOPIC = re.compile(r"^(?:faqs?|frequently asked questions)\s*(?::|–|-|about|on)\s*(.+)$", re.IGNORECASE)
_COPYRIGHT = re.compile(
    r"^(?:copyright\b|©|\(c\))[\s©]*(?:(?:19|20)\d\d)?(?:\s*[–-]\s*(?:19|20)\d\d)?[\s,|–-]*(?:by\s+)?"
    r"(?P<name>[A-Z0-9][^.|©]{1,50}?(?:,? (?:inc|ltd|llc|co)\.?)?)"
    r"(?:\s*[.,|–-]*\s*all rights reserved\b.*|\.(?:\s.*)?|\s*\|.*)?$",
    re.IGNORECASE,
)
_HOME = re.compile(r"^home\b\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Front:
    """What a page says of itself, and the blocks (`used`) that say only that."""

    title: str | None
    publisher: str | None
    published: str | None
    used: frozenset[int]


def find_front(blocks: Sequence[Block]) -> Front:
    """Find a page's title, publisher and date."""
    dropped = {i for i, block in enumerate(blocks) if not block.kept}
    head = _head(blocks)
    at = _title_at(blocks, head)
    used: set[int] = set()
    title = published = None
    publisher = _copyright_holder(blocks)
    if at is not None:
        title, suffix = _split_window_title(blocks, at)
        publisher = suffix or _find_suffix(blocks, title) or publisher
        used = {at} | _find_echoes(blocks, title, head)
        if dropped:
            used |= {i for i in head if i < at}
    for i in head:
        if dropped and _BYLINE.match(blocks[i].text):
            used.add(i)
        if _DATE_LINE.match(blocks[i].text) and (date := _DATE.search(blocks[i].text)):
            used.add(i)
            if not _CHANGED.search(blocks[i].text[: date.start()]):
                published = published or date.group(1)
    return Front(title or _find_topic(blocks, dropped), publisher, published, frozenset(used))


def _head(blocks: Sequence[Block]) -> list[int]:
    """Return the blocks before the first content, chrome included."""
    first = next((i for i, block in enumerate(blocks) if block.kept and is_content(blocks, i)), len(blocks))
    return list(range(first))


def _title_at(blocks: Sequence[Block], head: list[int]) -> int | None:
    """Return the index of the title: a line that the window's title or chrome repeats, else the first."""
    if (named := _named_by_window(blocks, head)) is not None:
        return named
    candidates = [i for i in head if blocks[i].kept and _may_be_title(blocks, i)]
    if all(blocks[i].kept for i in head):
        return candidates[0] if candidates and candidates[0] == head[0] else None
    # A line of capitals before others, and apart from them, is a menu or the site's name.
    lower = [i for i in candidates if not blocks[i].text.isupper() and blocks[i].gap > 0]
    candidates = lower if candidates and blocks[candidates[0]].text.isupper() and lower else candidates
    for i in candidates:
        if count_words(blocks[i].text) > 2 and _is_repeated(blocks, i):
            return i
    menu = max((i for i in head if not blocks[i].kept and blocks[i].shape is Shape.LIST), default=-1)
    after = [i for i in candidates if i > menu]
    short = bool(candidates) and count_words(blocks[candidates[0]].text) < 3
    if menu >= 0 and after and (_is_repeated(blocks, after[0]) or (short and len(after) > 1)):
        return after[0]
    # A short first line among chrome is the site's name, if a longer one follows that does not head the text.
    longer = [i for i in candidates[1:] if count_words(blocks[i].text) > 2 and i + 1 in head]
    return longer[0] if short and longer else next(iter(candidates), None)


def _is_repeated(blocks: Sequence[Block], i: int) -> bool:
    """Tell whether a line stands on the page again, alone or within chrome (a breadcrumb)."""
    text = blocks[i].text.casefold()
    others = [block for j, block in enumerate(blocks) if j != i]
    return any(o.text.casefold() == text or (not o.kept and text in o.text.casefold()) for o in others)


def _named_by_window(blocks: Sequence[Block], head: list[int]) -> int | None:
    """Return the index of a line that stands in the head alone and with a suffix ("... - Blog - Site")."""
    for i in head:
        title = blocks[i].text
        if blocks[i].shape is not Shape.LIST and count_words(title) > 2 and not is_prose(title):
            tails = [b.text[len(title) :] for b in blocks if b.text.casefold().startswith(title.casefold())]
            if any(_SEPARATOR.match(tail) for tail in tails):
                return i
    return None


def _may_be_title(blocks: Sequence[Block], i: int) -> bool:
    """Tell whether a block can be the title: "# ..." or a short line that is not a section's heading."""
    block = blocks[i]
    if block.shape is Shape.HEADING:
        return block.level == 1
    if block.shape is not Shape.LINE or is_prose(block.text) or count_words(block.text) > 25:
        return False
    if block.text[0].islower() or block.text[-1] in ".,;:" or _DATE_LINE.match(block.text):
        return False
    mates = [j for j in range(i + 1, len(blocks)) if blocks[j].group == block.group and blocks[j].kept]
    if not mates:
        return i + 1 < len(blocks)
    next_is_text = is_content(blocks, mates[0])
    return count_words(block.text) > 1 and (next_is_text or len(mates) == 1 or is_content(blocks, mates[1]))


def _same(one: str, two: str) -> bool:
    return one.casefold() == two.casefold()


def _split_window_title(blocks: Sequence[Block], at: int) -> tuple[str, str | None]:
    """Split "Title - Blog - Publisher" where a section is named or the title also stands alone."""
    parts = _SEPARATOR.split(blocks[at].text)
    if len(parts) > 1:
        alone = any(_same(block.text, parts[0]) for i, block in enumerate(blocks) if i != at)
        if alone or any(_SECTION.match(part) for part in parts[1:-1]):
            return parts[0], parts[-1]
    return blocks[at].text, None


def _find_suffix(blocks: Sequence[Block], title: str) -> str | None:
    """Return what a line adds to the title behind a separator: the site's name."""
    for block in blocks:
        rest = block.text[len(title) :]
        if block.text.casefold().startswith(title.casefold()) and _SEPARATOR.match(rest):
            return _SEPARATOR.split(rest)[-1].strip() or None
    return None


def _copyright_holder(blocks: Sequence[Block]) -> str | None:
    """Return the name in a copyright notice, where another line of the page is that name or has it."""
    for block in blocks:
        if not (found := _COPYRIGHT.match(block.text)):
            continue
        name = found.group("name").strip()
        pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
        for other in blocks:
            if other is not block and (same := pattern.search(other.text)):
                return same.group()
    return None


def _find_echoes(blocks: Sequence[Block], title: str, head: list[int]) -> set[int]:
    """Find the title's repetitions: in the head, with a suffix, as an image's text, as a breadcrumb's end."""
    # An echo in the head is the whole line; further down a line that only repeats the title may head a part.
    echoes = {i for i in head if _same(blocks[i].text, title)}
    for i, block in enumerate(blocks):
        if block.shape is not Shape.LINE or is_prose(block.text):
            continue
        before, found, after = block.text.partition(title)
        suffixed = found and _SEPARATOR.match(after)
        prefixed = found and (_SEPARATOR.search(before) or _HOME.match(before)) and not after and i in head
        if suffixed or prefixed:
            echoes.add(i)
    return echoes


def _find_topic(blocks: Sequence[Block], dropped: set[int]) -> str | None:
    """Return the subject that a heading over questions names ("FAQ: green roofs")."""
    for i, block in enumerate(blocks):
        if i not in dropped and is_heading_like(block) and (found := _TOPIC.match(block.text)):
            return found.group(1)
    return None
