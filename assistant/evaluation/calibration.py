"""How well confidence tells the questions that the articles answer from those that they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.evaluation.results import Outcome


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What abstaining below `threshold` would give. Precision is 1 where nothing is refused."""

    threshold: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class AbstentionCurve:
    """Precision and recall of abstention at every threshold, and what was really refused.

    `chosen` may lie off the curve: a question can be refused by another rule than its confidence. Its threshold
    is the highest confidence that was refused, or 0 where nothing was.
    """

    points: tuple[CurvePoint, ...]
    chosen: CurvePoint
    average_precision: float


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of confidence, `low` to `high`. Shares are of `cases`; `right` of those `answered`, None where none."""

    low: float
    high: float
    cases: int
    mean_confidence: float
    answerable: float
    answered: int
    right: float | None


def abstention_curve(outcomes: Sequence[Outcome]) -> AbstentionCurve | None:
    """Return precision and recall of refusing all cases below each threshold; None where no case is to be refused."""
    labelled = [(one.answer.confidence, one.should_abstain) for one in outcomes if one.answer is not None]
    positives = sum(label for _, label in labelled)
    if not positives:
        return None
    points = []
    average = 0.0
    caught = refused = 0
    thresholds = sorted({confidence for confidence, _ in labelled})
    for confidence in thresholds:
        here = [label for value, label in labelled if value == confidence]
        refused += len(here)
        caught += sum(here)
        average += caught / refused * sum(here) / positives
        points.append(CurvePoint(confidence, caught / refused, caught / positives))
    return AbstentionCurve(
        points=(CurvePoint(0.0, 1.0, 0.0), *points),
        chosen=_chosen(outcomes, positives),
        average_precision=average,
    )


def reliability(outcomes: Sequence[Outcome], bins: int) -> tuple[Bin, ...]:
    """Return equal bins of confidence with the share of answerable cases and of right answers; empty ones left out."""
    found = []
    for at in range(bins):
        low, high = at / bins, (at + 1) / bins
        members = [
            one for one in outcomes if one.answer is not None and min(int(one.answer.confidence * bins), bins - 1) == at
        ]
        if not members:
            continue
        answered = [one for one in members if not one.abstained]
        found.append(
            Bin(
                low=low,
                high=high,
                cases=len(members),
                mean_confidence=_mean([one.answer.confidence for one in members if one.answer is not None]),
                answerable=_mean([not one.should_abstain for one in members]),
                answered=len(answered),
                right=_mean([one.passed for one in answered]) if answered else None,
            )
        )
    return tuple(found)


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: the mean distance of confidence from the share answerable, by cases.

    Source: Guo et al., On Calibration of Modern Neural Networks (2017), equation 3.
    """
    total = sum(one.cases for one in bins)
    return sum(one.cases * abs(one.mean_confidence - one.answerable) for one in bins) / total if total else 0.0


def _chosen(outcomes: Sequence[Outcome], positives: int) -> CurvePoint:
    refused = [one for one in outcomes if one.answer is not None and one.answer.abstained]
    caught = sum(one.should_abstain for one in refused)
    return CurvePoint(
        threshold=max((one.answer.confidence for one in refused if one.answer is not None), default=0.0),
        precision=caught / len(refused) if refused else 1.0,
        recall=caught / positives,
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
