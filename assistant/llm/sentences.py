"""Cut what a model writes into sentences while it comes, each with the passage numbers that it cites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.sentences import plain_text, split_sentences

_MARK = re.compile(
    r"[\[【(]\s*(?:passages?\s*)?(\d+(?:\s*(?:,|;|and|-|–)\s*(?:passage\s*)?\d+)*)\s*[\]】)]", re.IGNORECASE
)
# A heading that a model repeats before its sentence.
_ASIDE = re.compile(r"^\([^()]{0,120}\)\s+(?=[A-Z])")
_ROUND = re.compile(r"^\(")
_LATE_MARKS = re.compile(r"([.!?])(\s*)((?:\[\d+(?:\s*,\s*\d+)*\]\s*)+)")
_BULLET = re.compile(r"^\s*(?:[-*•]+|\d{1,2}[.)]|#+|>)\s+")
_RANGE = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
_WIDEST_RANGE = 12
# What a line may be at most before it is read without its end.
_LONGEST = 1200
_ENDINGS = ".!?:;)\"”'"
NO_ANSWER = "NO ANSWER"


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as the model wrote it, citation marks taken out.

    `cited` are the numbers in the marks, as written; `whole` is false where it has neither an end nor a mark: a
    heading, or where the text broke off.
    """

    text: str
    cited: tuple[int, ...]
    whole: bool = True


def read_sentences(chunks: Iterable[str]) -> Iterator[Written]:
    """Yield sentences as soon as each is whole: when the next has begun, or the text ends."""
    rest = ""
    for chunk in chunks:
        rest += chunk
        if not re.search(r"[.!?\n]", chunk) and len(rest) < _LONGEST:
            continue
        whole, rest = _cut(rest)
        yield from _read(whole)
    yield from _read([rest])


def _cut(text: str) -> tuple[list[str], str]:
    """Return the pieces that are whole, and what is still being written."""
    *lines, last = text.split("\n")
    pieces = [piece for line in lines for piece in _sentences(line)]
    begun = _sentences(last)
    if len(last) >= _LONGEST:
        return [*pieces, *begun], ""
    # The last sentence may still get its mark, and "e.g." may turn out to end none.
    space = last[len(last.rstrip()) :]
    return [*pieces, *begun[:-1]], begun[-1] + space if begun else last


def _sentences(line: str) -> list[str]:
    """Return the sentences of a line; a mark behind a full stop belongs to the sentence before it."""
    moved = _LATE_MARKS.sub(lambda match: f" {match[3].strip()}{match[1]} ", line)
    bare = _BULLET.sub("", moved)
    return [bare[start:end] for start, end in split_sentences(bare)]


def _read(pieces: Iterable[str]) -> Iterator[Written]:
    for line in pieces:
        for piece in _sentences(line):
            numbers: list[int] = []
            for match in _MARK.finditer(piece):
                if not _ROUND.match(match.group()) or "passage" in match.group().lower():
                    numbers += _numbers(match[1])
            text = _MARK.sub(
                lambda m: m.group() if _ROUND.match(m.group()) and "passage" not in m.group().lower() else "", piece
            )
            text = _ASIDE.sub("", text) or text
            text = re.sub(r"\s+([.,;:!?])", r"\1", plain_text(text)).strip()
            if any(char.isalpha() for char in text):
                yield Written(text, tuple(dict.fromkeys(numbers)), whole=bool(numbers) or text[-1] in _ENDINGS)


def _numbers(text: str) -> list[int]:
    found = [int(number) for number in re.findall(r"\d+", text)]
    for low, high in _RANGE.findall(text):
        if 0 < int(high) - int(low) <= _WIDEST_RANGE:
            found += range(int(low), int(high) + 1)
    return found
