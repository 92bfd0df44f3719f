"""Read what a sentence puts in an order: causes before effects, doers before deeds, means before ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.support.doers import actor_stems, comma_before_clause, doer, subject
from assistant.support.lexicon import lexicon
from assistant.support.text import TOKEN
from assistant.support.verbs import verb_at

CAUSE = "cause"
THROUGH = "through"
REASON = "reason"
PART = "part of"
_INTO = "into"
_MEANS = "means"
_TIME = "time"

_FRONTED = re.compile(
    r"^(?:because(?: of)?|since|by|through|thanks to|due to|owing to|as a result of|as|(?P<aim>in order to|to|for))\s+",
    re.IGNORECASE,
)
_INTO_WHAT = re.compile(
    r"\b(?:from|(?:turn|transform|convert|make|change|develop|translate)(?:s|ed|ing|d)?) (?P<start>[^,.;]+?)"
    r" (?:in)?to (?P<end>[^,.;]+)",
    re.IGNORECASE,
)
_USED_FOR = re.compile(
    r"(?:\bus(?:e|es|ing) (?P<means>[^,;.]+?)|(?P<first>[^,;.]+?) (?:is|are|be|was|were) used(?: by [^,;.]+?)?)"
    r" (?:for|to|in order to) (?P<end>[^.;]+)",
    re.IGNORECASE,
)
_PART_OF = re.compile(
    r"\b(?:extension|sub-?set|part|component|division|branch|kind|form|type|member|example)s? of "
    r"(?P<whole>[^,;.]+?)(?=[,;.]|\s+(?:that|which|who|in|for|with)\b|$)",
    re.I,
)
_BEFORE = re.compile(r"\b(?P<how>before|after)\b", re.IGNORECASE)
_FRONTED_TIME = re.compile(r"^(?P<how>before|after)\s+(?P<one>[^,]+),\s*(?P<other>.+)$", re.IGNORECASE)
# "To" behind one of these tells no aim.
_NO_AIM = frozenset(
    re.findall(
        r"\w+",
        "has have had need needs able unable likely used want wants expected required going easy easier hard "
        "harder ability difficult help helps how due continue tend tends",
    )
)
_FOR_WHOM = re.compile(r"\bfor (?P<who>[^,;]+)$", re.IGNORECASE)
_WEAK = frozenset([("through",), ("via",)])
# Markers that are verbs, where they are used as such.
_LETS = frozenset(
    re.findall(r"\w+", "helps help lets let allows allow enables enable makes make ensure ensures bring brings")
)
_BE = frozenset(["is", "are", "was", "were", "be", "been", "being", "get", "gets", "got"])
# What begins another part of the sentence than what a verb is done to.
_BREAK_BEHIND = re.compile(
    r"\b(?:in order to|so as to|because|since|so|which|who|that|if|when|while|why|therefore)\b", re.IGNORECASE
)
_AUXILIARY = re.compile(r"(?<=\w)\s+(?:is|are|was|were|has been|have been|can|may|might|will|must|should)\b", re.I)
_BY = re.compile(r"\bby (?!\w+ing\b)", re.IGNORECASE)
# What something is done with, or by means of.
_WITH = re.compile(r"\bwith\b.*$", re.IGNORECASE)
_BY_MEANS = re.compile(
    r"\b(?:through|via|using|thanks to|by(?= \w+ing\b))\s+(?P<means>.*?)(?=[,;]|\bto\b|\band\b|$)", re.I
)
_MEANS_FIRST = re.compile(r"^(?:by|through|thanks to|with|via)\s+", re.IGNORECASE)
# What these verbs are done to comes before who does them: "A requires B" puts B before A.
_NEEDS = frozenset(["require", "need", "depend"])
# These say how something is, not what is done.
_STATES = frozenset(["stay", "remain", "become"])
# These put what does them before what comes of it.
_EFFECTS = frozenset(
    re.findall(
        r"\w+",
        "add affect boost bring build cause change create cut damage decrease drive enhance generate harm "
        "help improve increase influence lead lower produce raise reduce save strengthen transform weaken",
    )
)
# Without anything that it is done to, such a verb says what becomes of its subject.
_BECOMES = frozenset(
    re.findall(
        r"\w+", "increase decrease grow improve start begin change develop expand turn move accelerate lose shift"
    )
)
_PREPOSITION = re.compile(
    r"^\W*(?:\w+ly\s+)?(?:over|in|with|by|from|at|for|as|through|while|during|when|due)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Order:
    """`source` causes, does or comes before `target`, both as stems; `by` is the verb, or one of this module's names.

    An order that only a weak marker shows, such as "to", yields to one with a strong marker.
    """

    by: str
    source: frozenset[str]
    target: frozenset[str]
    weak: bool = False


@lru_cache(maxsize=4096)
def read_orders(text: str) -> tuple[Order, ...]:
    """Return what a sentence puts in an order."""
    return tuple(one for one in _read(text) if one.source and one.target)


def _read(text: str) -> Iterator[Order]:
    if (match := _FRONTED.match(text)) and (comma := comma_before_clause(text)):
        first, rest = actor_stems(text[match.end() : comma]), actor_stems(text[comma:])
        weak = not re.match(r"because|since|thanks|due|owing|as\b", text, re.IGNORECASE)
        yield Order(CAUSE, rest, first, weak) if match["aim"] else Order(CAUSE, first, rest, weak)
    if match := _INTO_WHAT.search(text):
        yield Order(_INTO, actor_stems(match["start"]), actor_stems(match["end"]))
    if match := _USED_FOR.search(text):
        yield Order(_MEANS, actor_stems(match["means"] or match["first"]), actor_stems(match["end"]))
    for match in _PART_OF.finditer(text):
        yield Order(PART, doer(text[: match.start()]), actor_stems(match["whole"]))
    yield from _timed(text)
    tokens = [(token.group().lower(), token.start(), token.end()) for token in TOKEN.finditer(text)]
    yield from _marked(text, tokens)
    yield from _done(text, tokens)


def _timed(text: str) -> Iterator[Order]:
    if match := _FRONTED_TIME.match(text):
        early, late = actor_stems(match["one"]), actor_stems(match["other"])
        yield Order(_TIME, early, late) if match["how"].lower() == "after" else Order(_TIME, late, early)
    elif (match := _BEFORE.search(text)) and match.start():
        one, other = actor_stems(text[: match.start()]), actor_stems(text[match.end() :])
        yield Order(_TIME, one, other) if match["how"].lower() == "before" else Order(_TIME, other, one)


def _marked(text: str, tokens: Sequence[tuple[str, int, int]]) -> Iterator[Order]:
    known = lexicon()
    words = [token for token, _, _ in tokens]
    for place in range(1, len(tokens)):
        for rows, forward in ((known.forward, True), (known.backward, False)):
            row = next((r for r in rows if tuple(words[place : place + len(r)]) == r), None)
            if row is None or (row[0] in _LETS and not verb_at(words, place)):
                continue
            left = actor_stems(text[: tokens[place][1]])
            behind = text[tokens[min(place + len(row), len(tokens)) - 1][2] :]
            right = actor_stems(behind if forward else re.split("[,;]", behind)[0])
            by = THROUGH if row in _WEAK else REASON if row[0].startswith("reason") else CAUSE
            yield Order(by, left, right) if forward else Order(by, right, left)
        token, start, end = tokens[place]
        following = words[place + 1] if place + 1 < len(tokens) else ""
        left, right = actor_stems(text[:start]), actor_stems(text[end:])
        if token == "as" and following not in _BE and text[:start].rstrip().endswith(","):
            yield Order(CAUSE, right, left)
        is_aim = token == "to" and words[place - 1] not in _NO_AIM and not _FOR_WHOM.search(text[:start])
        if is_aim and following and verb_at(words, place + 1):
            yield Order(CAUSE, left, right, weak=True)
        if token == "by" and following.endswith("ing"):
            yield Order(CAUSE, right, left, weak=True)


def _done(text: str, tokens: Sequence[tuple[str, int, int]]) -> Iterator[Order]:
    words = [token for token, _, _ in tokens]
    fronted = _MEANS_FIRST.match(text)
    comma = comma_before_clause(text) if fronted else 0
    # "By outsourcing tasks, they save": the outsourcing saves as well.
    means = actor_stems(text[fronted.end() : comma]) if fronted and comma else frozenset[str]()
    for place in range(1, len(tokens)):
        token, start, end = tokens[place]
        verb = verb_at(words, place)
        if not verb or verb in _STATES:
            continue
        # "It needs to reduce costs": who needs to, does.
        left = subject(text[: tokens[place - 1][1]]) if words[place - 1] == "to" else doer(text[:start])
        behind = _BREAK_BEHIND.split(text[end:])[0]
        if (cut := _AUXILIARY.search(behind)) and cut.start():
            behind = behind[: cut.start()]
        if place == 1 and words[0] == "to":
            # "To save costs, they outsource": who does it stands behind.
            continue
        if words[place - 1] == "to" and (whom := _FOR_WHOM.search(text[: tokens[place - 1][1]])):
            left = actor_stems(whom["who"])
        is_participle = token.endswith(("ed", "en")) or token in lexicon().irregular
        if is_participle and any(one in _BE for one in words[max(place - 3, 0) : place]):
            by = _BY.search(behind)
            if by is None:
                continue
            left, right = actor_stems(behind[by.end() :]), left | actor_stems(behind[: by.start()])
        elif _PREPOSITION.match(behind) and (verb in _BECOMES or (token.endswith("ed") and "have" not in words)):
            # "Costs increased over the years", "the innovation accelerated by it".
            continue
        else:
            if left and start > comma:
                left |= means
            if match := _BY_MEANS.search(behind):
                left |= actor_stems(match["means"])
                behind = behind[: match.start()]
            right = actor_stems(_WITH.sub("", behind))
        if verb == "benefit" and (source := re.search(r"\bfrom\b", behind)):
            left, right = actor_stems(behind[source.end() :]), left
        yield Order(verb, left, right)
        if verb in _NEEDS:
            yield Order(CAUSE, right, left, weak=True)
        elif verb in _EFFECTS:
            yield Order(CAUSE, left, right, weak=True)
