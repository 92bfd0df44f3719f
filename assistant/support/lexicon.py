"""What the check knows of English words: `words.yaml`, read once and kept by stem."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ingest.keywords import stems


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Words by what they say, as stems but where it says else.

    `groups` gives a stem the numbers of the groups of like words that it is in; `phrases` are stems in a row that
    count as one, the longest first; `opposites` holds pairs of stems, in both orders; `places` gives the name of a
    place or its people the others that it goes by. Verbs and what they are compared with are whole words.
    """

    groups: dict[str, frozenset[int]]
    opposites: frozenset[tuple[str, str]]
    opposed_to: dict[str, frozenset[str]]
    phrases: tuple[tuple[str, ...], ...]
    low: frozenset[str]
    scales: frozenset[str]
    greater: frozenset[str]
    lesser: frozenset[str]
    bare: frozenset[str]
    strong: tuple[frozenset[str], ...]
    forward: tuple[tuple[str, ...], ...]
    backward: tuple[tuple[str, ...], ...]
    verbs: frozenset[str]
    nouns_too: frozenset[str]
    actors: frozenset[str]
    inverse: frozenset[tuple[str, str]]
    function: frozenset[str]
    negations: frozenset[str]
    denying: dict[str, str]
    not_denying: frozenset[str]
    hardly: frozenset[str]
    scant: frozenset[str]
    confining: frozenset[str]
    undo: frozenset[str]
    light: frozenset[str]
    irregular: dict[str, str]
    places: dict[str, frozenset[str]]

    def same(self, one: str, other: str) -> bool:
        """Tell whether two stems may stand for one another."""
        if (one, other) in self.opposites:
            return False
        return (
            one == other
            or bool(self.groups.get(one, _NO_GROUP) & self.groups.get(other, _NO_GROUP))
            or _akin(one, other)
        )

    def opposed(self, one: str, other: str) -> bool:
        """Tell whether two stems say the opposite."""
        return (one, other) in self.opposites


_NO_GROUP: frozenset[int] = frozenset()
# Of two stems of which the one begins the other, as "reduc" and "reduct", the least length and the most difference.
_AKIN = 5
_LONGER = 4
_NOT_AKIN = frozenset([("product", "productiv"), ("custom", "customiz"), ("intern", "internat"), ("organ", "organiz")])


def _akin(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return (
        len(short) >= _AKIN
        and len(long) - len(short) <= _LONGER
        and long.startswith(short)
        and (short, long) not in _NOT_AKIN
    )


def word_stems(token: str) -> list[str]:
    """Return the stems of a token in lower case; irregular forms and comparatives are those of their word."""
    known = lexicon()
    found = []
    for part in token.split("-"):
        part = known.irregular.get(part, part)
        found += stems(_positive(part, known))
    return found


def _positive(token: str, known: Lexicon) -> str:
    """Return "cheap" for "cheaper", where the word is a known one."""
    for ending, cut, added in (
        ("ier", 3, "y"),
        ("iest", 4, "y"),
        ("er", 2, ""),
        ("er", 1, ""),
        ("est", 3, ""),
        ("est", 2, ""),
    ):
        if token.endswith(ending) and len(token) > 4:
            base = token[:-cut] + added
            stem = stems(base)[0] if stems(base) else ""
            if stem in known.scales:
                return base
    return token


@cache
def lexicon() -> Lexicon:
    """Read the words that ship with the package."""
    data: dict[str, Any] = yaml.safe_load((files("assistant.support") / "words.yaml").read_text(encoding="utf-8"))
    groups: dict[str, set[int]] = {}
    phrases: set[tuple[str, ...]] = set()
    for number, line in enumerate(data["same"]):
        for word in line.split():
            groups.setdefault(_stem(word, phrases), set()).add(number)
    opposites: set[tuple[str, str]] = set()
    for line in data["opposite"]:
        ours, theirs = ([_stem(word, phrases) for word in half.split()] for half in line.split("|"))
        ours, theirs = _with_alike(ours, groups), _with_alike(theirs, groups)
        opposites |= {pair for one in ours for other in theirs for pair in ((one, other), (other, one))}
    inverse = [line.split() for line in data["inverse"]]
    return Lexicon(
        groups={stem: frozenset(found) for stem, found in groups.items()},
        opposites=frozenset(opposites),
        opposed_to=_by_first(opposites),
        phrases=tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase))),
        low=_stems(data["low"]),
        scales=_stems(data["scales"]) | _stems(data["low"]),
        greater=frozenset(data["greater"].split()),
        lesser=frozenset(data["lesser"].split()),
        bare=frozenset(data["bare"].split()),
        strong=tuple(frozenset(data[name].split()) for name in ("all", "only", "never")),
        forward=_in_rows(data["forward"]),
        backward=_in_rows(data["backward"]),
        verbs=frozenset(data["verbs"].split()),
        nouns_too=frozenset(data["nouns_too"].split()),
        actors=_stems(data["actors"]),
        inverse=frozenset(pair for one, other in inverse for pair in ((one, other), (other, one))),
        function=frozenset(data["function"].split()),
        negations=frozenset(data["negations"].split()),
        denying=dict(pair.split("=") for pair in data["denying"].split()),
        not_denying=frozenset(data["not_denying"].split()),
        hardly=frozenset(data["hardly"].split()),
        scant=frozenset(data["scant"].split()),
        confining=frozenset(data["confining"].split()),
        undo=frozenset(data["undo"].split()),
        light=_stems(data["light"]),
        irregular=dict(pair.split("=") for pair in data["irregular"].split()),
        places={name: frozenset(line.split()) for line in data["places"] for name in line.split()},
    )


def _by_first(pairs: set[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
    return {one: frozenset(others) for one, others in found.items()}


def _with_alike(words: list[str], groups: dict[str, set[int]]) -> list[str]:
    """Return stems with those that may stand for one of them."""
    wanted = {group for word in words for group in groups.get(word, ())}
    return sorted({*words, *(stem for stem, own in groups.items() if own & wanted)})


def _stem(word: str, phrases: set[tuple[str, ...]]) -> str:
    """Return the one stem of a word; of a phrase, its stems joined, and note it."""
    parts = tuple(stems(word.replace("_", " ").replace("-", " ")))
    if len(parts) > 1:
        phrases.add(parts)
    return "_".join(parts)


def _stems(words: str) -> frozenset[str]:
    return frozenset("_".join(stems(word.replace("_", " "))) for word in words.split())


def _in_rows(words: str) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(word.split("_")) for word in words.split()), key=lambda row: -len(row)))
