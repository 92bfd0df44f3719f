"""Tell the part of a text that asks from the story around it.

"My boss wants it settled by Friday. What are the risks of KPO?" asks about risks; what it tells of the boss may
help to find the answer, but an article need not mention it. Works by clauses and how they begin; knows no subject.
"""

from __future__ import annotations

import re

Span = tuple[int, int]

_ASKS = (
    r"(?:does|did|can|could|would|should|will|has|may|must|is|are|was|were)\s+(?!not\b|be\b|been\b|to\b)\w+\b"
    r"|(?:do|have)\s+(?:you|i|we|it|they|there|that|this|these|the|a|an|my|our|one|any|anyone|someone|somebody)\b"
    r"|(?:what|which|how|who|whom|whose|where|when|why)(?:'?s|'?re)?\b"
    r"|(?:tell|explain|describe|define|list|name|compare|show|give|summari[sz]e|outline|spell out)\b"
    r"|(?:i|we)(?:'d| would)? (?:want|need|like|wish) to (?:know|understand|see|hear|learn)\b"
)
_OPENER = re.compile(rf"\W*(?:(?:and|so|ok(?:ay)?|but|now|also|then|or|please|well)\b\W*)*(?:{_ASKS})", re.IGNORECASE)
# Where one clause ends and the next begins: a full stop; and where somebody tells of people, a dash between spaces, or
# a comma or colon before an opener. Elsewhere what stands before those is the subject: "In banking, what ...".
_BREAK = re.compile(
    rf"(?<=[.!?;])\s+(?=\S)|\s+[-–—]+\s+|[,:]\s+(?=(?:(?:and|so|but|then|please)\s+)?(?:{_ASKS}))", re.IGNORECASE
)
_TELLS = re.compile(r"\b(?:i|me|my|we|us|our|he|she|his|her|they|their|someone|somebody)\b|['’]m\b", re.IGNORECASE)
_ALSO = re.compile(r"\b(?:as well as|and also|plus|along with|on top of that|together with)\b", re.IGNORECASE)
# A full stop that ends no sentence: an abbreviation's, an initial's.
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|mr|mrs|ms|dr|co|inc|ltd|no|approx|[a-z])\.$", re.IGNORECASE)
# Words that stand for something said elsewhere; "it" of "is it cheaper to ..." does not.
_POINTS = re.compile(
    r"\b(?:its|that|this|they|them|their|these|those|he|she|him|his|her|such)\b|\bit\b(?!(?:\W+\w+){1,4}?\W+to\b)",
    re.IGNORECASE,
)
# Why somebody asks, said behind it: "..., I have to present it on Monday".
_ADDED = re.compile(
    r"(?<=\w)\s*[,;(–—-]\s+(?:because |since |as )?(?:i|we) (?:have|need|must|got) to\b[^?]*$", re.IGNORECASE
)


def clauses(text: str) -> list[Span]:
    """Return the (start, end) of each clause, in the order of the text."""
    spans: list[Span] = []
    start = 0
    for match in _BREAK.finditer(text):
        before = text[start : match.start()]
        if _ABBREVIATION.search(before) or (before[-1:] not in ".!?;" and not _TELLS.search(before)):
            continue
        if match.start() > start:
            spans.append((start, match.start()))
        start = match.end()
    return [*spans, (start, len(text))] if start < len(text) else spans


def tasks(text: str) -> list[Span]:
    """Return the parts of a text that name work of their own: "payroll as well as data analysis" has two."""
    cuts = [0, *(at for match in _ALSO.finditer(text) for at in match.span()), len(text)]
    return list(zip(cuts[::2], cuts[1::2], strict=True))


def asking(text: str) -> list[Span]:
    """Return the clauses that ask, where they can be understood without the others; else the whole text.

    Whether they have a subject of their own is for the caller to tell.
    """
    if added := _ADDED.search(text):
        text = text[: added.start()]
    chosen = asking_clauses(text)
    if not chosen or len(chosen) == len(clauses(text)) or any(_POINTS.search(text[slice(*span)]) for span in chosen):
        return [(0, len(text))]
    return chosen


def asking_clauses(text: str) -> list[Span]:
    """Return the clauses that ask, whether or not they can be understood without the others."""
    return [span for span in clauses(text) if text[slice(*span)].rstrip().endswith("?") or asks(text[slice(*span)])]


def asks(clause: str) -> bool:
    """Tell whether a clause begins as a question or a request does."""
    return _OPENER.match(clause) is not None
