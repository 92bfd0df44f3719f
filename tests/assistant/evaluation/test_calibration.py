from __future__ import annotations

import pytest

from assistant.evaluation.calibration import abstention_curve, calibration_error, reliability
from assistant.evaluation.results import Outcome
from tests.assistant.evaluation.making import abstention, answer, outcome


def answered(confidence: float, *, should_abstain: bool = False, wrong: str = "") -> Outcome:
    return outcome(answer=answer(("It is.", []), confidence=confidence), should_abstain=should_abstain, wrong=wrong)


def refused(confidence: float, *, should_abstain: bool = True) -> Outcome:
    return outcome(answer=abstention(confidence), should_abstain=should_abstain)


def test_the_curve_gives_precision_and_recall_below_each_threshold() -> None:
    # By confidence: to refuse (0.1), to answer (0.3), to refuse (0.6), to answer (0.9).
    outcomes = [refused(0.1), refused(0.3, should_abstain=False), answered(0.6, should_abstain=True), answered(0.9)]
    curve = abstention_curve(outcomes)
    assert curve is not None
    assert [(one.threshold, one.precision, one.recall) for one in curve.points] == [
        (0.0, 1.0, 0.0),
        (0.1, 1.0, 0.5),
        (0.3, 0.5, 0.5),
        (0.6, pytest.approx(2 / 3), 1.0),
        (0.9, 0.5, 1.0),
    ]
    assert (curve.chosen.threshold, curve.chosen.precision, curve.chosen.recall) == (0.3, 0.5, 0.5)
    assert curve.average_precision == pytest.approx(0.5 * 1.0 + 0.5 * 2 / 3)


def test_without_a_case_to_refuse_there_is_no_curve() -> None:
    assert abstention_curve([answered(0.9)]) is None


def test_reliability_compares_confidence_with_what_came_true() -> None:
    outcomes = [refused(0.1), answered(0.9), answered(1.0, wrong="x"), answered(0.8, should_abstain=True, wrong="x")]
    low, high = reliability(outcomes, bins=2)
    assert (low.cases, low.answerable, low.answered, low.right) == (1, 0.0, 0, None)
    assert (high.cases, high.answered) == (3, 3)
    assert high.answerable == pytest.approx(2 / 3)
    assert high.right == pytest.approx(1 / 3)
    assert calibration_error([low, high]) == pytest.approx((1 * 0.1 + 3 * (0.9 - 2 / 3)) / 4)
