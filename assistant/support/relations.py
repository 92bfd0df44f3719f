"""Tell whether two texts put cause and effect, or doer and deed, the same way round.

Reads only what its markers and verbs show: "A because B", "A, so B", "by doing A, B", "A oversees B", "B is overseen
by A". Where a text shows none, nothing is said against it.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from assistant.support.doers import doers_by_noun
from assistant.support.lexicon import lexicon
from assistant.support.order import CAUSE, PART, REASON, THROUGH, Order, read_orders


def turns_cause(said: str, proofs: Sequence[str]) -> bool:
    """Tell whether a statement has cause and effect the other way round than its proofs, one sentence each."""
    return any(_turns(said, proofs, by) for by in (CAUSE, THROUGH, REASON))


def turns_deed(said: str, proof: str) -> str:
    """Return the verb whose doer a claim changes for another, "" when it changes none."""
    ours, theirs = read_orders(said), read_orders(proof)
    if (by_us := doers_by_noun(said)) and (by_them := doers_by_noun(proof)) and not _meets(by_us, by_them):
        return "by"
    for one in ours:
        alike = [other for other in theirs if _comparable(one, other)]
        turned = [_crosses(_turned(one) if _is_inverse(one, other) else one, other) for other in alike]
        if turned and all(turned):
            return one.by
    return ""


def _turns(said: str, proofs: Sequence[str], by: str) -> bool:
    ours = [one for one in read_orders(said) if one.by == by]
    agrees, crosses = False, False
    for proof in proofs:
        theirs = [one for one in read_orders(proof) if one.by == by]
        mine = ours
        if _has_strong(ours) and _has_strong(theirs):
            mine, theirs = ([one for one in own if not one.weak] for own in (mine, theirs))
        crosses = crosses or any(
            _crosses(one, other) and (one.weak == other.weak or _crosses_both_ways(one, other))
            for one in mine
            for other in theirs
        )
        agrees = agrees or any(_agrees(one, other) for one in mine for other in theirs)
    return crosses and not agrees


def _comparable(one: Order, other: Order) -> bool:
    if {CAUSE, THROUGH, REASON} & {one.by, other.by}:
        return False
    return one.by == other.by or lexicon().same(one.by, other.by) or _is_inverse(one, other)


def _is_inverse(one: Order, other: Order) -> bool:
    return (one.by, other.by) in lexicon().inverse


def _turned(one: Order) -> Order:
    return Order(one.by, one.target, one.source)


def _agrees(one: Order, other: Order) -> bool:
    return bool(_meets(one.source, other.source) and _meets(one.target, other.target)) and not _crosses(one, other)


def _has_strong(orders: Sequence[Order]) -> bool:
    return any(one.by == CAUSE and not one.weak for one in orders)


def _crosses(one: Order, other: Order) -> bool:
    done_by, done_to, to_doer, by_other = _shared(one, other)
    source, target = (own & lexicon().actors for own in _own(other))
    if _meets(one.source - one.target, target) and _meets(one.target - one.source, source):
        # Who does it in the one has it done in the other, and the other way round.
        return True
    if one.by == PART:
        return bool(to_doer and by_other) and to_doer + by_other > done_by + done_to
    # Either more is crossed than not, or who does it in the one has it done in the other.
    return to_doer + by_other > done_by + done_to or bool(by_other and not done_by)


def _crosses_both_ways(one: Order, other: Order) -> bool:
    _, _, to_doer, by_other = _shared(one, other)
    return bool(to_doer and by_other)


def _shared(one: Order, other: Order) -> tuple[int, int, int, int]:
    """Return how many words two orders share: of both sources, both targets, and across, ours named first."""
    source, target = _own(other)
    return (
        _meets(one.source, source),
        _meets(one.target, target),
        _meets(one.source, target),
        _meets(one.target, source),
    )


def _own(one: Order) -> tuple[set[str], set[str]]:
    """Return the words of a source and of a target that the other of the two has nothing like."""
    return (
        {stem for stem in one.source if not _meets({stem}, one.target)},
        {stem for stem in one.target if not _meets({stem}, one.source)},
    )


def _meets(ours: Set[str], theirs: Set[str]) -> int:
    known = lexicon()
    return sum(any(known.same(stem, other) for other in theirs) for stem in ours)
