"""Tell what in a question stands for something that was said before: "it", "the other one", "there"."""

from __future__ import annotations

import re

from assistant.focus import asks
from assistant.question import Question
from assistant.sides import SideFinder
from ingest.keywords import stems

OTHER = re.compile(
    r"\bthe other( one| side| way round|(?: model| kind| type| sort| form)(?: of \w+)?)?\b"
    r"(?! (?:hand|two|three|four|ones|\w+s)\b)",
    re.IGNORECASE,
)
LATTER = re.compile(r"\bthe (latter|second one)\b|\bthe second(?=\W*$)", re.IGNORECASE)
FORMER = re.compile(r"\bthe (former|first one)\b|\bthe first(?=\W*$)", re.IGNORECASE)
WHICH = re.compile(r"^which (one|ones)\b", re.IGNORECASE)
RIGHT = re.compile(r"^which (?:one )?is (?:right|correct|true)\W*$", re.IGNORECASE)
THEM = re.compile(
    r"\b(which of (them|these|those|the two)|both of them|between them|they both|each of them)\b",
    re.IGNORECASE,
)
POSSESSIVE = re.compile(r"\b(its|their)\b", re.IGNORECASE)
# Not the "that" of "anything that I could read".
PRONOUN = re.compile(
    r"\b(it|they|them|that(?! (?:i|you|we|they|he|she)\b)|this|those|these|that one|this one)\b", re.IGNORECASE
)
IT = re.compile(r"\bit\b", re.IGNORECASE)
SAME = re.compile(r"\bthe same (?:for|of|with|in|true|go)\b|\bsame (?:for|with)\b|\bdo(?:es)? so\b", re.IGNORECASE)
# The most words of a question that only names a side: "For KPO?".
_ELLIPSIS = 3
THERE = re.compile(r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere\b(?! (is|are|was|were|any))", re.IGNORECASE)
# Stands for one thing, or for several.
_ONE = re.compile(r"\b(?:it|its|this|that)\b", re.IGNORECASE)
# "that sort of work": what it is called there is no subject of its own.
_POINTED = re.compile(r"\b(?:this|that|these|those|such)(?: (?:sort|kind|type|line)s? of)? \w+", re.IGNORECASE)
SEVERAL = re.compile(r"\b(?:they|them|these|those|their)\b", re.IGNORECASE)


def points_back(text: str, now: Question, finder: SideFinder) -> bool:
    """Tell whether a question cannot be understood without the one before it."""
    if any(pattern.search(text) for pattern in (WHICH, RIGHT, OTHER, LATTER, FORMER, THEM, SAME)):
        return True
    if now.sides:
        if not now.content and not asks(text) and len(text.split()) <= _ELLIPSIS:
            return True
        pointed = {stem for phrase in _POINTED.findall(text) for stem in stems(phrase)}
        return points_out(text, finder) and len(set(now.content) - pointed) <= 1
    return points(text) or bool(THERE.search(text)) or len(text.split()) <= 4


def points(text: str) -> bool:
    """Tell whether a text has a pronoun."""
    return bool(POSSESSIVE.search(text) or PRONOUN.search(text))


def points_out(text: str, finder: SideFinder) -> bool:
    """Tell whether a pronoun stands for something that a text itself does not name before it."""
    for pattern, least in ((_ONE, 1), (SEVERAL, 2)):
        match = pattern.search(text)
        if match and len(set(finder.find(text[: match.start()]))) < least:
            return True
    return False


def begins_with_it(text: str, finder: SideFinder) -> bool:
    """Tell whether "it" stands before the first side that a text names: "Is it dearer than KPO?"."""
    found = IT.search(text)
    return found is not None and not finder.find(text[: found.start()])
