"""The gate: no case that passed when the baseline was saved may break, and no metric may leave its bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.evaluation.cases import LocatedCase, load_cases, schema_text
from assistant.evaluation.compare import Change, compare, load_run
from assistant.evaluation.floors import check_floors, load_floors
from assistant.evaluation.plugin import FaqSession
from assistant.evaluation.results import Run

FAQ = Path(__file__).parent
BASELINE = FAQ / "baseline.json"


@pytest.fixture(scope="module")
def cases() -> tuple[LocatedCase, ...]:
    return load_cases([FAQ])


@pytest.fixture(scope="module")
def run(faq: FaqSession, cases: tuple[LocatedCase, ...]) -> Run:
    # No bound is set on the likeness to references, which takes a minute.
    return faq.run(cases, likeness=False)


def test_every_metric_keeps_within_its_bounds(run: Run) -> None:
    breaches = check_floors(run, load_floors(FAQ / "floors.yaml"))
    assert not breaches, "\n".join(str(breach) for breach in breaches)


def test_no_case_of_the_baseline_broke(run: Run) -> None:
    if not BASELINE.is_file():
        pytest.skip(
            "no baseline was saved yet: bpo-kpo evaluate --corpus corpus --save-baseline tests/faq/baseline.json"
        )
    broken = compare(load_run(BASELINE), run).of(Change.BROKEN)
    assert not broken, "\n".join(
        f"{one.id}: {'; '.join(f'{p.fault.value}: {p.detail}' for p in one.problems)}" for one in broken
    )


def test_there_are_at_least_250_cases_in_a_part_for_fitting_and_one_that_is_only_scored(
    cases: tuple[LocatedCase, ...],
) -> None:
    parts = {part: sum(one.part == part for one in cases) for part in ("fit", "held-out")}
    assert len(cases) >= 250
    assert min(parts.values()) >= 100


def test_every_source_of_a_case_is_an_article(faq: FaqSession, cases: tuple[LocatedCase, ...]) -> None:
    known = {article.id for article in faq.opened().assistant.articles}
    unknown = {one.case.id: set(one.case.sources) - known for one in cases if set(one.case.sources) - known}
    assert not unknown


def test_the_checked_in_schema_is_the_models_own() -> None:
    assert (FAQ / "cases.schema.json").read_text(encoding="utf-8") == schema_text(), (
        "write it anew: bpo-kpo cases schema > tests/faq/cases.schema.json"
    )
