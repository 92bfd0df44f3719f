"""Tell whether two texts put cause and effect, or doer and deed, the same way round.

Reads only what its markers and verbs show: "A because B", "A, so B", "by doing A, B", "A oversees B", "B is overseen
by A". Where a text shows none, nothing is said against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.support.lexicon import lexicon, word_stems
from assistant.support.text import TOKEN, read_words

_FRONTED = re.compile(
    r"^(?:because(?: of)?|since|by|through|thanks to|due to|owing to|as a result of|as|(?P<aim>in order to|to|for))\s"
    r"(?P<first>[^,]+),\s*(?P<rest>.+)$",
    re.IGNORECASE,
)
_FROM_TO = re.compile(r"\bfrom (?P<start>[^,.;]+?) (?:in)?to (?P<end>[^,.;]+)", re.IGNORECASE)
# "To" behind one of these tells no aim.
_NO_AIM = frozenset(
    re.findall(
        r"\w+",
        "has have had need needs able unable likely used want wants expected required going easy easier hard harder "
        "ability difficult help helps how due continue tend tends",
    )
)
_WEAK = frozenset([("through",), ("via",)])
_BE = frozenset(["is", "are", "was", "were", "be", "been", "being", "get", "gets", "got"])
_BREAK = re.compile(r"[,;:]|\b(?:and|or|but|because|since|so|which|who|that|to|if|when|while|why|how|where)\b", re.I)
_BREAK_BEHIND = re.compile(r"\b(?:because|since|so|which|who|that|if|when|while|why|therefore)\b", re.IGNORECASE)
_BY_WHOM = re.compile(
    r"\bby (?!\w+ing\b)(?P<who>[^,;.]+?)"
    r"(?=\s+(?:of|in|for|to|that|which|who|when|through|with|bring|reduce|is|are|can|will)\b"
    r"|[,;.]|$)",
    re.IGNORECASE,
)
_CAUSE = "cause"
_THROUGH = "through"


@dataclass(frozen=True, slots=True)
class Relation:
    """`source` causes, does or comes before `target`, both as stems; `by` is the verb's stem, or "cause".

    A relation that only a weak marker shows, such as "to", yields to one with a strong marker.
    """

    by: str
    source: frozenset[str]
    target: frozenset[str]
    weak: bool = False


def turns_cause(said: str, proofs: Sequence[str]) -> bool:
    """Tell whether a statement has cause and effect the other way round than its proofs, one sentence each."""
    return any(_turns(said, proofs, by) for by in (_CAUSE, _THROUGH))


def _turns(said: str, proofs: Sequence[str], by: str) -> bool:
    ours = [one for one in _relations(said) if one.by == by]
    agrees, crosses = False, False
    for proof in proofs:
        theirs = [one for one in _relations(proof) if one.by == by]
        mine = ours
        if _has_strong(ours) and _has_strong(theirs):
            mine, theirs = ([one for one in own if not one.weak] for own in (mine, theirs))
        crosses = crosses or any(_crosses(one, other) for one in mine for other in theirs)
        agrees = agrees or any(_agrees(one, other) for one in mine for other in theirs)
    return crosses and not agrees


def turns_deed(said: str, proof: str) -> str:
    """Return the verb whose doer a claim changes for another, "" when it changes none."""
    ours, theirs = _relations(said), _relations(proof)
    if (by_us := _doers(said)) and (by_them := _doers(proof)) and not _meets(by_us, by_them):
        return "by"
    for one in ours:
        for other in theirs:
            if _CAUSE in (one.by, other.by) or _THROUGH in (one.by, other.by):
                continue
            if one.by == other.by or lexicon().same(one.by, other.by):
                turned = _crosses(one, other)
            elif (one.by, other.by) in lexicon().inverse:
                turned = _crosses(Relation(one.by, one.target, one.source), other)
            else:
                continue
            if turned:
                return one.by
    return ""


def _agrees(one: Relation, other: Relation) -> bool:
    return bool(_meets(one.source, other.source) and _meets(one.target, other.target)) and not _crosses(one, other)


def _doers(text: str) -> frozenset[str]:
    """Return who did it by a noun: "improvements by the provider"."""
    found = [_stems(match["who"]) for match in _BY_WHOM.finditer(text)]
    return frozenset().union(*found)


def _has_strong(relations: Sequence[Relation]) -> bool:
    return any(one.by == _CAUSE and not one.weak for one in relations)


def _crosses(one: Relation, other: Relation) -> bool:
    both = {stem for stem in other.source if _meets({stem}, other.target)}
    source, target = other.source - both, other.target - both
    done_by, done_to = _meets(one.source, source), _meets(one.target, target)
    to_doer, by_other = _meets(one.source, target), _meets(one.target, source)
    # Either more is crossed than not, or who does it in the one has it done in the other.
    return to_doer + by_other > done_by + done_to or bool(by_other and not done_by)


def _meets(ours: set[str] | frozenset[str], theirs: set[str] | frozenset[str]) -> int:
    known = lexicon()
    return sum(any(known.same(stem, other) for other in theirs) for stem in ours)


@lru_cache(maxsize=4096)
def _relations(text: str) -> tuple[Relation, ...]:
    return tuple(_read_relations(text))


def _read_relations(text: str) -> Iterator[Relation]:
    if match := _FRONTED.match(text):
        first, rest = _stems(match["first"]), _stems(match["rest"])
        weak = not re.match(r"because|since|thanks|due|owing|as\b", text, re.IGNORECASE)
        yield Relation(_CAUSE, rest, first, weak) if match["aim"] else Relation(_CAUSE, first, rest, weak)
    if match := _FROM_TO.search(text):
        yield Relation("from", _stems(match["start"]), _stems(match["end"]))
    tokens = [(token.group().lower(), token.start(), token.end()) for token in TOKEN.finditer(text)]
    yield from _marked(text, tokens)
    yield from _done(text, tokens)


def _marked(text: str, tokens: Sequence[tuple[str, int, int]]) -> Iterator[Relation]:
    known = lexicon()
    for place in range(1, len(tokens)):
        for rows, forward in ((known.forward, True), (known.backward, False)):
            row = next((r for r in rows if tuple(token for token, _, _ in tokens[place : place + len(r)]) == r), None)
            if row is None:
                continue
            left = _stems(text[: tokens[place][1]])
            right = _stems(text[tokens[min(place + len(row), len(tokens)) - 1][2] :])
            if left and right:
                by = _THROUGH if row in _WEAK else _CAUSE
                yield Relation(by, left, right) if forward else Relation(by, right, left)
        token, start, end = tokens[place]
        is_aim = token == "to" and tokens[place - 1][0] not in _NO_AIM
        following = tokens[place + 1][0] if place + 1 < len(tokens) else ""
        if token == "as" and following not in _BE and text[:start].rstrip().endswith(","):
            left, right = _stems(text[:start]), _stems(text[end:])
            if left and right:
                yield Relation(_CAUSE, right, left)
        if is_aim and _verb(following) and not following.endswith("ing"):
            left, right = _stems(text[:start]), _stems(text[end:])
            if left and right:
                yield Relation(_CAUSE, left, right, weak=True)
        if token == "by" and place + 1 < len(tokens) and tokens[place + 1][0].endswith("ing"):
            left, right = _stems(text[:start]), _stems(text[end:])
            if left and right:
                yield Relation(_CAUSE, right, left, weak=True)


def _done(text: str, tokens: Sequence[tuple[str, int, int]]) -> Iterator[Relation]:
    for place in range(1, len(tokens)):
        token, start, end = tokens[place]
        verb = _verb(token)
        if not verb or tokens[place - 1][0] in ("to", "a", "an", "the", "their", "its"):
            continue
        left, right = _doer(text[:start]), _stems(_BREAK_BEHIND.split(text[end:])[0])
        is_participle = token.endswith(("ed", "en")) or token in lexicon().irregular
        passive = is_participle and any(one in _BE for one, _, _ in tokens[max(place - 3, 0) : place])
        by_doer = place + 1 < len(tokens) and "by" in [one for one, _, _ in tokens[place + 1 : place + 3]]
        if passive and not by_doer:
            continue
        if left and right:
            yield Relation(verb, right, left) if passive else Relation(verb, left, right)


def _doer(before: str) -> frozenset[str]:
    """Return the words for who does what follows."""
    breaks = list(_BREAK.finditer(before))
    if not breaks:
        return _stems(before)
    last = breaks[-1]
    near = _stems(before[last.end() :])
    if near:
        return near
    if last.group().lower() in ("who", "which", "that"):
        words = read_words(before[: last.start()])
        return frozenset(word.stem for word in words[-1:])
    return _stems(before) if last.group() == "," else frozenset()


def _verb(token: str) -> str:
    found = [] if token.endswith(("ing", "ings")) else word_stems(token)
    return found[0] if len(found) == 1 and found[0] in lexicon().verbs else ""


def _stems(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in read_words(text))
