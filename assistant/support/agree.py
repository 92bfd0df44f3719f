"""Compare one claim with claims of its proof: which side is set against which, and what is asserted or denied."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.support.claims import Claim
from assistant.support.lexicon import lexicon
from assistant.support.text import TOKEN, Word

_CONTRAST = re.compile(r"\b(unlike|in contrast to|as opposed to)\b", re.IGNORECASE)


def against_fault(claim: Claim, proofs: Sequence[Claim], named: frozenset[int]) -> str:
    """Return what is wrong with how a claim sets one side against another, "" where its proofs agree.

    `named` are the sides that the sentences of the proofs speak of.
    """
    set_apart = any(proof.sides == claim.sides for proof in proofs) and not any(
        proof.against is not None for proof in proofs
    )
    if set_apart and not claim.degree and _CONTRAST.search(claim.text) and claim.against in named:
        # "Unlike BPO, KPO ...": what is said of each is in the proofs, or is lacking from their words.
        return ""
    fault = "the quotes do not compare these sides"
    for proof in proofs:
        if proof.against is None:
            alike = claim.relation == "compare" and claim.degree == proof.degree and claim.degree
            other = claim.relation == "order" and claim.sides | {claim.against} <= proof.sides
            if alike or other:
                return ""
            continue
        turned = claim.sides == {proof.against}
        if turned and not claim.degree:
            fault = "the quotes have the sides the other way round"
        elif claim.relation != "compare" or proof.relation != "compare":
            if claim.relation == proof.relation and not turned:
                return ""
            fault = "the quotes have the sides the other way round" if turned else fault
        elif claim.degree == (-proof.degree if turned else proof.degree):
            return ""
        else:
            fault = f"the quotes compare the other way: {comparing(claim.text)}"
    return fault


def comparing(text: str) -> str:
    """Name the word that a text compares with."""
    known = lexicon()
    found = [token for token in TOKEN.findall(text.lower()) if token in known.bare | known.greater | known.lesser]
    return f"the word {found[0]}" if found else "more against less"


def compare_words(ours: Sequence[Word], theirs: Sequence[Word], *, compared: bool) -> tuple[list[Word], list[str]]:
    """Return the words that a proof lacks, and what is wrong with those it has with another polarity.

    `compared` tells that both compare the same way, by whatever words: "simpler" is "less complex".
    """
    known = lexicon()
    lacking: list[Word] = []
    denied: list[str] = []
    ours, theirs = _settled(ours, theirs)
    # A light word is held to its polarity only where nothing else is denied.
    bound = any(word.polarity < 0 for word in ours) and all(w.polarity >= 0 or w.stem in known.light for w in ours)
    for word in ours:
        # The word itself tells more than words that are like it or against it.
        meets = [(other, 1) for other in theirs if word.stem == other.stem]
        if not meets:
            meets = [(other, 1) for other in theirs if known.same(word.stem, other.stem)]
            meets += [(other, -1) for other in theirs if known.opposed(word.stem, other.stem)]
        if not meets:
            if word.stem not in known.light:
                lacking.append(word)
        elif compared and any(sign < 0 for _, sign in meets):
            continue
        elif (bound or word.stem not in known.light) and not any(
            _agree(word.polarity, sign * other.polarity) for other, sign in meets
        ):
            how = ("negated", "assert") if word.polarity < 0 else ("asserted", "negate")
            denied.append(f"{word.stem!r} is {how[0]}, the quotes {how[1]} it")
    return lacking, denied


def _settled(ours: Sequence[Word], theirs: Sequence[Word]) -> tuple[Sequence[Word], Sequence[Word]]:
    """Return both with their denied words open, where a denied word has its opposite asserted in the other.

    "Not in the same place" is "in a different place": what is denied is the sameness, not the place.
    """
    known = lexicon()
    for deniers, others in ((ours, theirs), (theirs, ours)):
        asserted = {other.stem for other in others if other.polarity > 0}
        if any(
            one.polarity < 0 and one.stem not in asserted and any(known.opposed(one.stem, other) for other in asserted)
            for one in deniers
        ):
            opened = [
                replace(one, polarity=0)
                if one.polarity < 0 and not any(known.opposed(one.stem, other.stem) for other in others)
                else one
                for one in deniers
            ]
            return (opened, theirs) if deniers is ours else (ours, opened)
    return ours, theirs


def _agree(ours: int, theirs: int) -> bool:
    return not ours or not theirs or ours == theirs
