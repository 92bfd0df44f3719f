"""Find the sentence of a proof that supports a claim best, and tell what is wrong with it even so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.sides import SideFinder
from assistant.support.agree import against_fault, compare_words, comparing
from assistant.support.claims import Claim, halves
from assistant.support.owners import changes_owner
from assistant.support.relations import turns_deed
from assistant.support.strength import overstated
from assistant.support.text import Word

_THAN = re.compile(r"\bthan\b", re.IGNORECASE)
_COMPARES = re.compile(
    r"\b(than|compared|comparison|beyond|instead|rather|exceeds?|unlike|versus|over|as|less|fewer|lower|smaller|more"
    r"|higher|greater|larger|further|not only)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a quote with its claims; `named` is its text with each side by its first name."""

    named: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """How a claim meets a sentence: what is wrong, as kind and detail, and which of its words are not there."""

    faults: tuple[tuple[str, str], ...]
    words: tuple[Word, ...]
    lacking: tuple[Word, ...]

    @property
    def rank(self) -> tuple[int, float]:
        """How good it is; higher is better."""
        return -len(self.faults), -len(self.lacking) / max(len(self.words), 1)


def best_match(claim: Claim, sentences: Sequence[Sentence], finder: SideFinder | None) -> Match:
    """Return how a claim meets the sentence that supports it best; of several sides, each may have its own."""
    whole = [_match(claim, [sentence]) for sentence in sentences]
    if not any(one.sides for sentence in sentences for one in sentence.claims):
        # Where no sides are told apart, words of several sentences cannot be mixed up between them.
        whole.append(_match(claim, sentences))
    best = max(whole, key=_rank)
    if (best.faults or best.lacking) and len(sentences) > 1:
        for half in halves(claim, finder):
            matches = [max((_match(one, [sentence]) for sentence in sentences), key=_rank) for one in half]
            both = Match(
                tuple(fault for match in matches for fault in match.faults),
                tuple(word for match in matches for word in match.words),
                tuple(word for match in matches for word in match.lacking),
            )
            best = max(best, both, key=_rank)
    if best.faults and len(claim.sides) > 1 and claim.against is None:
        apart = [best_match(replace(claim, sides=frozenset({side})), sentences, finder) for side in sorted(claim.sides)]
        worst = min(apart, key=_rank)
        return max(best, worst, key=_rank)
    return best


def _rank(match: Match) -> tuple[int, float]:
    return match.rank


def _match(claim: Claim, sentences: Sequence[Sentence]) -> Match:
    near = [one for sentence in sentences for one in sentence.claims if _speaks_of(claim, one)]
    if not near:
        return Match((("side", "the quotes do not say it of this side"),), claim.words, claim.words)
    faults: list[tuple[str, str]] = []
    if claim.against is not None:
        named = frozenset().union(*(one.sides | {one.against} for s in sentences for one in s.claims))
        fault = against_fault(claim, near, frozenset(side for side in named if side is not None))
        faults += [("direction", fault)] if fault else []
    elif claim.degree and _THAN.search(claim.text) and not any(_COMPARES.search(one.text) for one in near):
        faults.append(("direction", "the quotes do not compare this"))
    elif claim.degree and (signs := {one.degree for one in near} - {0}) and claim.degree not in signs:
        faults.append(("direction", f"the quotes compare the other way: {comparing(claim.text)}"))
    proof = [word for one in near for word in one.words]
    faults += [("overstated", fault) for fault in overstated(claim.text, " ".join(one.text for one in near))]
    compares = claim.relation == "compare"
    lacking, denied = compare_words(claim.words, proof, compared=compares)
    faults += [("negation", detail) for detail in denied[:2]]
    if not (compares and claim.degree and any(one.degree for one in near)):
        turned = [turns_deed(claim.named, one.named) for one in near]
        if turned and all(turned):
            faults.append(("relation", f"the quotes have it done by another: {turned[0]}"))
        owned = [changes_owner(claim.named, one.named) for one in near]
        if owned and all(owned):
            faults.append(("relation", f"the quotes say it of another's: {owned[0]}"))
    return Match(tuple(faults), claim.words, tuple(lacking))


def _speaks_of(claim: Claim, proof: Claim) -> bool:
    """Tell whether a claim of a quote is of the side that a claim speaks of, or sets the same sides against another."""
    if not claim.sides or claim.sides <= proof.sides:
        return True
    return claim.against is not None and proof.against is not None and claim.sides == {proof.against}
