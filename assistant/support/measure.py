"""Measure the check by itself: how many altered statements of each kind it catches, how many true ones it drops."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.sides import SideFinder
from assistant.support.check import supports
from assistant.support.meaning import Reader
from assistant.support.pairs import KINDS, SAME, Pair
from assistant.types import Value

ALTERED = "all altered"


class KindScore(Value):
    """What the check did with the pairs of one kind.

    For altered ones, `recall` is the share that was caught, and `precision` the share of true catches among these and
    the true statements that were dropped. For true ones, `recall` is the share that was kept, and `precision` the
    share of true statements among all that were kept.
    """

    kind: str
    pairs: int
    right: int
    recall: float
    precision: float


def measure_pairs(pairs: Sequence[Pair], finder: SideFinder, reader: Reader) -> tuple[KindScore, ...]:
    """Return the scores of each kind that the pairs have, true statements first, all altered ones last."""
    verdicts = [supports(pair.statement, pair.quotes, finder=finder, reader=reader).ok for pair in pairs]
    kept_true = sum(ok for ok, pair in zip(verdicts, pairs, strict=True) if pair.supported)
    dropped_true = sum(not ok for ok, pair in zip(verdicts, pairs, strict=True) if pair.supported)
    kept_altered = sum(ok for ok, pair in zip(verdicts, pairs, strict=True) if not pair.supported)
    scores = []
    for kind in (SAME, *KINDS, ALTERED):
        own = [
            ok
            for ok, pair in zip(verdicts, pairs, strict=True)
            if pair.kind == kind or (kind == ALTERED and not pair.supported)
        ]
        if not own:
            continue
        right = sum(own) if kind == SAME else sum(not ok for ok in own)
        wrong = kept_altered if kind == SAME else dropped_true
        hits = kept_true if kind == SAME else right
        scores.append(
            KindScore(
                kind=kind,
                pairs=len(own),
                right=right,
                recall=round(right / len(own), 4),
                precision=round(hits / max(hits + wrong, 1), 4),
            )
        )
    return tuple(scores)
