"""Metrics as ratios of sums over cases, with bootstrap intervals.

Every metric is a sum of numerators over a sum of denominators, one pair a case, so one resampling serves means
(denominators 1 or 0) and pooled shares alike. A case that a metric does not apply to has the pair (0, 0).

Source: percentile bootstrap, Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.evaluation.settings import EvaluationSettings
from assistant.types import Value

Floats = npt.NDArray[np.float64]


class Ratio(NamedTuple):
    """One case's share in a metric; [top, bottom] in JSON."""

    top: float
    bottom: float


NOT_APPLICABLE = Ratio(top=0.0, bottom=0.0)


class Interval(Value):
    """A metric's value with its bootstrap interval; `cases` is the number it rests on. None where there is none."""

    value: float | None
    low: float | None
    high: float | None
    cases: int


class Difference(Value):
    """What changed between two runs of the same cases. `beyond_noise`: the interval does not hold 0."""

    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    cases: int
    beyond_noise: bool


@dataclass(frozen=True, slots=True, eq=False)
class Resampler:
    """Draws of `n` cases with replacement: `counts[b, i]` is how often draw b holds case i."""

    counts: Floats
    level: float

    @classmethod
    def of(cls, n: int, settings: EvaluationSettings) -> Resampler:
        """Draw `settings.resamples` samples of n cases; the same seed gives the same draws."""
        generator = np.random.default_rng(settings.seed)
        draws = generator.multinomial(n, np.full(n, 1.0 / n), size=settings.resamples) if n else np.zeros((1, 0))
        return cls(draws.astype(np.float64), settings.level)

    def interval(self, ratios: Sequence[Ratio]) -> Interval:
        """Return a metric over all cases, with its interval."""
        pairs = _pairs(ratios)
        value = _share(pairs.sum(axis=0))
        applies = int((pairs[:, 1] > 0).sum())
        if value is None:
            return Interval(value=None, low=None, high=None, cases=0)
        low, high = self._bounds(_shares(self.counts @ pairs))
        return Interval(value=_round(value), low=_round(low), high=_round(high), cases=applies)

    def difference(self, before: Sequence[Ratio], after: Sequence[Ratio]) -> Difference:
        """Return how a metric changed from one run to another; both list the same cases in the same order."""
        old, new = _pairs(before), _pairs(after)
        first, second = _share(old.sum(axis=0)), _share(new.sum(axis=0))
        applies = int(((old[:, 1] > 0) | (new[:, 1] > 0)).sum())
        if first is None or second is None:
            return Difference(
                before=first, after=second, change=None, low=None, high=None, cases=applies, beyond_noise=False
            )
        low, high = self._bounds(_shares(self.counts @ new) - _shares(self.counts @ old))
        return Difference(
            before=_round(first),
            after=_round(second),
            change=_round(second - first),
            low=_round(low),
            high=_round(high),
            cases=applies,
            beyond_noise=low > 0 or high < 0,
        )

    def _bounds(self, values: Floats) -> tuple[float, float]:
        known = values[~np.isnan(values)]
        if not known.size:
            return 0.0, 0.0
        tail = (1.0 - self.level) / 2
        low, high = np.quantile(known, [tail, 1.0 - tail])
        return float(low), float(high)


def _pairs(ratios: Sequence[Ratio]) -> Floats:
    return np.array(list(ratios), dtype=np.float64).reshape(-1, 2)


def _share(total: Floats) -> float | None:
    return float(total[0] / total[1]) if total[1] > 0 else None


def _shares(totals: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(totals[:, 1] > 0, totals[:, 0] / totals[:, 1], np.nan))


def _round(value: float) -> float:
    return round(value, 4) + 0.0
