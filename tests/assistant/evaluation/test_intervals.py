from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.intervals import NOT_APPLICABLE, Ratio, Resampler
from assistant.evaluation.settings import EvaluationSettings

SETTINGS = EvaluationSettings(resamples=2000)


def test_a_metric_is_the_sum_of_tops_over_the_sum_of_bottoms() -> None:
    found = Resampler.of(4, SETTINGS).interval([Ratio(1, 1), Ratio(0.5, 1), Ratio(3, 4), NOT_APPLICABLE])
    assert found.value == pytest.approx(4.5 / 6)
    assert found.cases == 3


def test_a_metric_that_applies_to_no_case_has_no_value() -> None:
    found = Resampler.of(2, SETTINGS).interval([NOT_APPLICABLE, NOT_APPLICABLE])
    assert (found.value, found.low, found.high, found.cases) == (None, None, None, 0)


def test_the_interval_of_a_proportion_is_near_the_normal_one() -> None:
    ratios = [Ratio(float(i < 300), 1.0) for i in range(400)]
    found = Resampler.of(400, SETTINGS).interval(ratios)
    margin = 1.96 * math.sqrt(0.75 * 0.25 / 400)
    assert found.low == pytest.approx(0.75 - margin, abs=0.01)
    assert found.high == pytest.approx(0.75 + margin, abs=0.01)


def test_a_change_inside_the_noise_is_told_from_one_beyond_it() -> None:
    resampler = Resampler.of(100, SETTINGS)
    before = [Ratio(float(i < 80), 1.0) for i in range(100)]
    # One case better and one worse cannot be told from luck; twenty worse and none better can.
    noise = [Ratio(1.0 - top if i in (0, 99) else top, 1.0) for i, (top, _) in enumerate(before)]
    worse = [Ratio(0.0 if i < 20 else top, 1.0) for i, (top, _) in enumerate(before)]
    assert not resampler.difference(before, noise).beyond_noise
    found = resampler.difference(before, worse)
    assert found.beyond_noise
    assert found.change == pytest.approx(-0.2)
    assert found.high is not None
    assert found.high < 0


def test_the_same_seed_gives_the_same_interval() -> None:
    ratios = [Ratio(random.Random(i).random(), 1.0) for i in range(50)]
    assert Resampler.of(50, SETTINGS).interval(ratios) == Resampler.of(50, SETTINGS).interval(ratios)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_the_value_lies_within_its_range(values: list[float]) -> None:
    found = Resampler.of(len(values), EvaluationSettings(resamples=200)).interval([Ratio(v, 1.0) for v in values])
    assert found.value is not None
    assert min(values) - 1e-4 <= found.low <= found.high <= max(values) + 1e-4  # type: ignore[operator]
