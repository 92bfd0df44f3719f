"""Cut a text into claims: what is said, of which side, and against which.

A side is one of the things that a domain compares. A claim has the sides that it speaks of, and at most one
that it only sets them against: "KPO is dearer than BPO" speaks of KPO, against BPO.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.sides import SideFinder, Sides
from assistant.support.lexicon import lexicon, word_stems
from assistant.support.text import SENTENCE, TOKEN, Word, read_words

_CUT = re.compile(
    r"[,;:]\s+(?:and\s+|or\s+|but\s+)?|\s+(?:and|but|or|while|whereas|although|though)\s+|[,;]?\s+with\s+(?=\w+\s+being)",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^(?:while|whereas|although|though|but|and|or|in contrast|by contrast)\b[,\s]*", re.IGNORECASE)
# What stands right before a side that others are only set against.
_AGAINST = re.compile(
    r"(?:\b(?P<compare>than|unlike|versus|vs\.?|over|before|after|compared (?:to|with)|as opposed to"
    r"|in contrast (?:to|with)|rather than|instead of)|"
    r"\b(?P<part>(?:sub-?set|extension|part|kind|form|type|branch|division|subcategory) of))"
    r"(?:\s+(?:that|those|the|an?|what|hour|costs?|of|in|for|with|by|on|at|to|most|all|majority|\w+ing))*\s*$",
    re.IGNORECASE,
)
_AS_AS = re.compile(r"\bas (?!well\b)\w+(?: \w+){0,3} as(?: (?:that|those) of| in)?\s*$", re.IGNORECASE)
# A comparison before what it compares, and "the difference is that" before what differs.
_FRONTED = re.compile(
    r"^(?P<how>(?:(?:when|as) )?compared (?:to|with)|in comparison (?:to|with)|unlike|in contrast to|as opposed to)\s+"
    r"(?P<what>[^,]+),\s+(?P<rest>.+?)(?P<end>\W*)$",
    re.IGNORECASE,
)
_DIFFERS = re.compile(r"^.*\bdifferences? between\b.+?\b(?:is|are) that\s+", re.IGNORECASE)
_WHEN = re.compile(r"\b(?:before|after|earlier|later)\b", re.IGNORECASE)
# The fewest words of a half that is looked up by itself.
_HALF = 2
_TOGETHER = re.compile(r"^\W*(?:\w+\W+)?(?:(?:and|or|nor|as well as|both|with|together with)\W*)*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a text says.

    `bare` is its text without the names of sides, `named` with each side by its first name. `sides` are those that
    it speaks of, `against` the one that it sets them against, with `relation` "compare", "part" or "order"; `degree`
    is 1 for more, -1 for less, 0 where nothing is compared.
    """

    text: str
    bare: str
    named: str
    words: tuple[Word, ...]
    sides: Sides
    against: int | None = None
    relation: str = ""
    degree: int = 0


def read_claims(text: str, finder: SideFinder | None, context: str = "") -> list[Claim]:
    """Return the claims of a cleaned text; `context`, such as a heading, names the sides where the text does not."""
    around = finder.find(context) if finder else frozenset()
    claims = []
    for sentence in SENTENCE.split(text):
        for part in _parts(sentence, finder):
            claims += [_claim(piece, finder, around) for piece in _pieces(part, finder)]
    return [claim for claim in claims if claim.words or claim.sides]


def halves(claim: Claim, finder: SideFinder | None) -> list[tuple[Claim, Claim]]:
    """Return the ways to cut a claim in two where it lists what it says, each half with some words of its own."""
    found = []
    for match in _CUT.finditer(claim.text):
        one = _claim(claim.text[: match.start()], finder, claim.sides)
        other = _claim(claim.text[match.end() :], finder, claim.sides)
        if min(len(one.words), len(other.words)) >= _HALF or (one.against is not None and other.words):
            found.append((one, other))
    return found


def _parts(sentence: str, finder: SideFinder | None) -> list[str]:
    """Return a sentence with the side that it compares with behind, and apart what tells that two sides differ."""
    if finder is None:
        return [sentence]
    if (match := _DIFFERS.match(sentence)) and finder.find(match.group()):
        return [match.group().rstrip(), sentence[match.end() :]]
    if (match := _FRONTED.match(sentence)) and finder.find(match["what"]) and finder.find(match["rest"]):
        return [f"{match['rest']} {match['how'].lower()} {match['what']}{match['end']}"]
    return [sentence]


def _pieces(sentence: str, finder: SideFinder | None) -> list[str]:
    """Cut a sentence where it turns from one side to another, and both pieces say something."""
    if finder is None or len(set(finder.in_order(sentence))) < 2:
        return [sentence]
    pieces: list[str] = []
    start = 0
    for match in _CUT.finditer(sentence):
        head, tail = sentence[start : match.start()], sentence[match.end() :]
        ahead = finder.find(_until_cut(tail))
        turns = finder.find(head) and ahead and finder.find(head) != ahead
        if turns and _says(head, finder) and _says(tail, finder) and not _pairs(head, match.group(), tail, finder):
            pieces.append(head)
            start = match.end()
    return [*pieces, sentence[start:]]


def _pairs(head: str, joint: str, tail: str, finder: SideFinder) -> bool:
    """Tell whether a joint pairs two sides, as in "BPO and KPO" or "BPO components and KPO components"."""
    began = finder.spans(tail)[0][0]
    if _AGAINST.search(tail[:began]):
        return True
    if not re.search(r"\b(and|or)\b", joint, re.IGNORECASE):
        return False
    (_, ended), (began, ends) = finder.spans(head)[-1], finder.spans(tail)[0]
    if tail[:began].strip(" (").lower() not in ("", "the", "a", "both", "of", "in", "for", "with"):
        return False
    after, behind = TOKEN.findall(head[ended:].lower()), TOKEN.findall(tail[ends:].lower())
    return not after or (len(after) == 1 and after == behind[:1] and after[0] not in ("is", "has", "needs"))


def _until_cut(text: str) -> str:
    match = _CUT.search(text)
    return text[: match.start()] if match and match.start() else text


def _says(text: str, finder: SideFinder) -> bool:
    """Tell whether there is more in a text than the names of sides and what joins them to the next."""
    bare = finder.mask(_LEAD.sub("", text))
    return not _AGAINST.search(bare + " ") and bool(read_words(bare)) and not re.match(r"\W*unlike\b", bare, re.I)


def _claim(text: str, finder: SideFinder | None, around: Sides) -> Claim:
    bare = finder.mask(text) if finder else text
    words = read_words(bare)
    if finder is None:
        return Claim(text, bare, text, words, frozenset(), degree=_degree(text))
    order, spans = finder.in_order(text), finder.spans(text)
    against, relation = None, ""
    own: list[int] = []
    for side, (start, _end) in zip(order, spans, strict=True):
        before = text[:start]
        match = _AGAINST.search(before)
        as_as = _AS_AS.search(before)
        if against is None and (match or as_as) and (len(set(order)) > 1 or around):
            against = side
            relation = "part" if match and match["part"] else "compare"
        else:
            own.append(side)
    sides = frozenset(own) - ({against} if against is not None and set(own) != {against} else set())
    if not sides:
        sides = frozenset(around) - {against}
    if against is not None and not sides and len(finder.names) == 2:
        sides = frozenset({1 - against})
    if against is None and len(sides) == 2 and not _are_together(text, spans):
        # "KPO replaces BPO": an order that says who does it.
        against, relation = own[-1], "order"
        sides = frozenset(own) - {own[-1]}
    # "Before" and "after" compare sides; else they order deeds.
    degree = _degree(text if against is not None else _WHEN.sub(" ", text))
    return Claim(text, bare, named(text, finder), words, sides, against, relation, degree)


def named(text: str, finder: SideFinder | None) -> str:
    """Return a text with every side by its first name."""
    if finder is None:
        return text
    written, end = "", 0
    for side, (start, stop) in zip(finder.in_order(text), finder.spans(text), strict=True):
        written += text[end:start] + finder.names[side]
        end = stop
    return written + text[end:]


def _are_together(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether every two mentions that follow each other are joined by "and", "or" or the like."""
    between = (text[one[1] : other[0]] for one, other in pairwise(spans))
    return any(_TOGETHER.match(piece) for piece in between) or len(spans) < 2


def _degree(text: str) -> int:
    """Return whether a text says that its subject has more (1) or less (-1) of something, 0 if it does not compare."""
    known = lexicon()
    tokens = [token.lower() for token in TOKEN.findall(text)]
    # "Most companies have less than": the superlative only counts them.
    uncounted = {"most", "least"} if "than" in tokens else {"most"} if tokens[:1] == ["most"] else frozenset[str]()
    for place, token in enumerate(tokens):
        if token in uncounted or (place and tokens[place - 1] == "at" and token in ("most", "least")):
            continue  # "At least sixty" bounds a figure.
        denied = any(one in known.negations or one.endswith("n't") for one in tokens[max(place - 3, 0) : place])
        sign = -1 if denied else 1
        if place and tokens[place - 1] in ("or", "and", "some", "once"):
            continue
        if token in known.bare:
            following = word_stems(tokens[place + 1])[-1:] if place + 1 < len(tokens) else []
            pole = -1 if following and following[0] in known.low else 1
            return sign * pole * (1 if token in ("more", "most") else -1)
        if token in known.greater:
            return sign
        if token in known.lesser:
            return -sign
        if token == "as" and denied and place + 1 < len(tokens):
            return -1 * (-1 if word_stems(tokens[place + 1])[-1:][0] in known.low else 1)
    return 0
