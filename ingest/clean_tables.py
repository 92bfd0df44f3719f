"""Read tables that saving has flattened to lines: a header's cells, then a line for each row.

A row reads "Label It is this. It is that.": its label is cut off before the first sentence, its sentences are
dealt to the columns. A row that cannot be cut with confidence is kept as text, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.clean_blocks import Block, Shape, ends_sentence, table_text
from ingest.clean_chrome import count_words, is_prose
from ingest.sentences import split_sentences

# Words that a comparison's first header cell is made of; as a column's name they say nothing.
CORNER = re.compile(
    r"^(heads?|aspects?|parameters?( of .*)?|basis( (of|for) .*)?|criteri(a|on)|features?|factors?"
    r"|points?( of .*)?|attributes?|category|comparison( .*)?|characteristics?|particulars|s\.? ?no\.?)$",
    re.IGNORECASE,
)
_OPENERS = re.compile(
    r"(An?|The|Its?|They|Their|These|This|Those|That|There|You|Your|We|Our|He|She|One|Each|Every|All|Both|Most"
    r"|Many|Some|No|Any|In|On|At|For|With|When|While|If)"
)
_MAX_COLUMNS = 4
_MAX_LABEL_WORDS = 6


def read_flat_tables(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Replace each flattened table by a Markdown table; rows that could not be cut follow it as text."""
    made: list[Block] = []
    i = 0
    while i < len(blocks):
        rows = _row_run(blocks, i)
        table = _read_table(made, rows) if len(rows) > 1 else None
        if table is None:
            made.append(blocks[i])
            i += 1
            continue
        used, written = table
        del made[len(made) - used :]
        made.extend(written)
        i += len(rows)
    return tuple(made)


def _row_run(blocks: Sequence[Block], i: int) -> list[Block]:
    """Return the lines of one group from `i` on: what may be a table's rows."""
    if (
        not blocks[i].kept
        or blocks[i].shape is not Shape.LINE
        or (i and blocks[i - 1].group == blocks[i].group and is_prose(blocks[i - 1].text))
    ):
        return []
    run = []
    for block in blocks[i:]:
        if not block.kept or block.shape is not Shape.LINE or block.group != blocks[i].group:
            break
        run.append(block)
    return run


def _read_table(before: Sequence[Block], rows: list[Block]) -> tuple[int, list[Block]] | None:
    """Try the lines before the rows as a header.

    Returns:
        How many blocks the header takes, and the blocks that replace header and rows; None for no table.
    """
    best: tuple[int, int, list[str], list[list[str] | None]] | None = None
    for header, used in _headers(before):
        columns = header[1:]
        cut = [_cut_row(row.text, columns) for row in rows]
        good = sum(cells is not None for cells in cut)
        if good >= max(2, 0.6 * len(rows)) and (best is None or good > best[0]):
            best = (good, used, header, cut)
    if best is None:
        return None
    _good, used, header, cut = best
    lines = [header, *(cells for cells in cut if cells is not None)]
    table = Block(Shape.TABLE, table_text(lines), rows[0].group, 1)
    rest = [
        replace(row, text=_with_label(row.text), gap=1) for row, cells in zip(rows, cut, strict=True) if cells is None
    ]
    return used, [table, *rest]


def _headers(before: Sequence[Block]) -> list[tuple[list[str], int]]:
    """Return the headers that the last short lines may make, likeliest first, with their number of lines."""
    short: list[str] = []
    for block in reversed(before):
        if not block.kept or block.shape is not Shape.LINE or count_words(block.text) > 5 or ends_sentence(block.text):
            break
        short.insert(0, block.text)
    for size in range(2, min(len(short), _MAX_COLUMNS + 1) + 1):
        if CORNER.match(short[-size]):
            return [(["Aspect", *short[-size + 1 :]], size)] if size > 2 else []
    found = [(short[-size:], size) for size in range(3, min(len(short), _MAX_COLUMNS + 1) + 1)]
    told = " ".join(block.text for block in before[: len(before) - 2])
    if len(short) >= 2 and all(_names(told, column) for column in short[-2:]):
        found.append((["Aspect", *short[-2:]], 2))
    return found


def _cut_row(text: str, columns: list[str]) -> list[str] | None:
    """Cut a row into its label and one cell a column; None where the cut is not sure."""
    start = _label_end(text, columns)
    if start is None:
        return _cut_words(text, len(columns))
    units = _cut_sentences(text[start:])
    cells = _deal(units, columns)
    return [text[:start].strip(" :–-"), *cells] if cells else None


def _label_end(text: str, columns: list[str]) -> int | None:
    """Return where a row's first cell starts: a capitalised word after a label that is no sentence's part."""
    words = list(re.finditer(r"\S+", text))
    fallback = None
    for before, word in list(pairwise(words))[:_MAX_LABEL_WORDS]:
        if before.group().endswith((".", ",", ";", "!", "?")):
            break
        if not word.group()[0].isupper():
            continue
        if _OPENERS.fullmatch(word.group()) or any(text.startswith(f"{column} ", word.start()) for column in columns):
            return word.start()
        after = text[word.end() :].lstrip()
        if fallback is None and after[:1].islower() and is_prose(text[word.start() :]):
            fallback = word.start()
    return fallback


def _cut_sentences(text: str) -> list[str]:
    """Cut a row's cells into sentences, also where a full stop is missing ("... low It is")."""
    units: list[str] = []
    for start, end in split_sentences(text):
        sentence = text[start:end]
        at = 0
        for word in re.finditer(r"(?<=[a-z\d)]) ([A-Z]\w*)", sentence):
            if _OPENERS.fullmatch(word.group(1)):
                units.append(sentence[at : word.start()].strip())
                at = word.start(1)
        units.append(sentence[at:].strip())
    return [unit for unit in units if unit]


def _deal(units: list[str], columns: list[str]) -> list[str]:
    """Deal sentences to columns, in order: by what they name or how they open; [] where unsure."""
    count = len(columns)
    if len(units) < count:
        return []
    if len(units) == count:
        return units
    starts = _starts_by_name(units, columns) or _starts_by_opening(units, count)
    if not starts and len(units) % count == 0:
        starts = list(range(0, len(units), len(units) // count))
    if not starts and count == 2:
        starts = _starts_by_length(units)
    if not starts:
        return []
    return [" ".join(units[a:b]) for a, b in zip(starts, [*starts[1:], len(units)], strict=True)]


def _starts_by_name(units: list[str], columns: list[str]) -> list[int]:
    """Start a column's cell at the first sentence that names that column alone."""
    starts = [0]
    for column in columns[1:]:
        others = [other for other in columns if other != column]
        named = [
            i
            for i, unit in enumerate(units)
            if i > starts[-1] and _names(unit, column) and not any(_names(unit, other) for other in others)
        ]
        if not named:
            return []
        starts.append(named[0])
    return starts


def _names(text: str, column: str) -> bool:
    return bool(re.search(rf"\b{re.escape(column)}s?\b", text, re.IGNORECASE))


def _starts_by_opening(units: list[str], count: int) -> list[int]:
    """Start a cell at each sentence that opens with the same two words as the first."""
    opening = [word.casefold() for word in units[0].split()[:2]]
    starts = [i for i, unit in enumerate(units) if [word.casefold() for word in unit.split()[:2]] == opening]
    return starts if len(starts) == count else []


def _starts_by_length(units: list[str]) -> list[int]:
    """Halve the sentences where one cut alone leaves halves of like length."""
    lengths = [len(unit) for unit in units]
    cuts = [i for i in range(1, len(units)) if 0.6 <= sum(lengths[:i]) / sum(lengths[i:]) <= 1.67]
    return [0, cuts[0]] if len(cuts) == 1 else []


def _cut_words(text: str, count: int) -> list[str] | None:
    """Cut a row of bare words ("Price Low High") at its capitals, if there is one for each cell."""
    starts = [found.start() for found in re.finditer(r"(?:(?<=\s)|^)[A-Z]", text)]
    if len(starts) != count + 1 or starts[0] != 0 or ends_sentence(text):
        return None
    return [text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def _with_label(text: str) -> str:
    """Write an uncut row as text: "Label: rest"."""
    start = _label_end(text, [])
    return f"{text[:start].strip(' :')}: {text[start:]}" if start else text
