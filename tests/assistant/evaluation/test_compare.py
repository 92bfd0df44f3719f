from __future__ import annotations

from pathlib import Path

import pytest

from assistant.evaluation.compare import BaselineError, Change, as_baseline, compare, load_run, save_run
from assistant.evaluation.floors import FloorsError, check_floors, load_floors
from assistant.evaluation.settings import EvaluationSettings
from tests.assistant.evaluation.making import ARTICLE, abstention, answer, outcome, passage, run_of

SETTINGS = EvaluationSettings(resamples=500)


def test_each_case_is_fixed_broken_changed_same_added_or_removed() -> None:
    other = answer(("Other words.", []))
    before = run_of([outcome("a", wrong="x"), outcome("b"), outcome("c"), outcome("d"), outcome("f")])
    after = run_of([outcome("a"), outcome("b", wrong="x"), outcome("c", answer=other), outcome("d"), outcome("e")])
    found = compare(before, after, SETTINGS)
    assert {one.id: one.change for one in found.cases} == {
        "a": Change.FIXED,
        "b": Change.BROKEN,
        "c": Change.CHANGED,
        "d": Change.SAME,
        "e": Change.ADDED,
        "f": Change.REMOVED,
    }
    assert found.of(Change.BROKEN)[0].problems[0].detail == "x"


def test_a_baseline_of_the_same_answers_is_the_same_file_and_changes_nothing(tmp_path: Path) -> None:
    outcomes = [outcome("a"), outcome("b", wrong="x"), outcome("c", answer=abstention()), outcome("d", answer=None)]
    slow = [
        one.model_copy(update={"seconds": 9.0, "passages": (passage(ARTICLE, "KPO needs experts."),)})
        for one in outcomes
    ]
    save_run(as_baseline(run_of(outcomes)), tmp_path / "first.json")
    save_run(as_baseline(run_of(slow)), tmp_path / "second.json")
    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()
    found = compare(load_run(tmp_path / "first.json"), run_of(outcomes), SETTINGS)
    assert {one.change for one in found.cases} == {Change.SAME}
    assert all(not one.worse and not one.better for one in found.metrics)


def test_a_metric_that_falls_beyond_noise_is_worse_and_one_within_is_not() -> None:
    before = run_of([outcome(str(i)) for i in range(50)])
    slightly = run_of([outcome(str(i), wrong="x" * (i < 1)) for i in range(50)])
    clearly = run_of([outcome(str(i), wrong="x" * (i < 20)) for i in range(50)])
    assert not any(one.worse for one in compare(before, slightly, SETTINGS).metrics)
    assert {one.name for one in compare(before, clearly, SETTINGS).metrics if one.worse} == {"passed", "fact_recall"}
    assert {one.name for one in compare(clearly, before, SETTINGS).metrics if one.better} == {"passed", "fact_recall"}


def test_a_file_that_is_no_run_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(BaselineError, match=r"x\.json is not a saved run: setup"):
        load_run(tmp_path / "x.json")
    with pytest.raises(BaselineError, match="cannot be read"):
        load_run(tmp_path / "gone.json")


def test_floors_name_the_metrics_out_of_bounds(tmp_path: Path) -> None:
    file = tmp_path / "floors.yaml"
    file.write_text(
        "all:\n  passed: {min: 0.9}\n  fact_recall: {min: 0.4}\n  words_max: {max: 3}\n"
        "kinds:\n  single-fact:\n    passed: {min: 0.6}\n  gone:\n    passed: {min: 1}\n"
    )
    breaches = check_floors(run_of([outcome("a"), outcome("b", wrong="x")]), load_floors(file))
    assert [str(one) for one in breaches] == [
        "passed of all is 0.5, below its floor of 0.9",
        "words_max of all is 6, above its ceiling of 3",
        "passed of single-fact is 0.5, below its floor of 0.6",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("all:\n  nonsense: {min: 1}\n", "there is no metric 'nonsense'"),
        ("all:\n  passed: {min: 1, max: 2}\n", "give min or max"),
        ("all:\n  passed: 0.9\n", "all.passed"),
        ("everything: {}\n", "everything"),
        ("all: [\n", "not valid YAML"),
    ],
)
def test_wrong_floors_are_named(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "floors.yaml"
    file.write_text(text)
    with pytest.raises(FloorsError) as caught:
        load_floors(file)
    assert str(file) in str(caught.value)
    assert says in str(caught.value)
