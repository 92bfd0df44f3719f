"""Compare two runs question by question and metric by metric.

A baseline is a run saved without what changes from one machine to the next: times and retrieved passages.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from assistant.evaluation.intervals import NOT_APPLICABLE, Difference, Resampler
from assistant.evaluation.metrics import METRICS
from assistant.evaluation.results import Outcome, Problem, Run, Summary
from assistant.evaluation.settings import EvaluationSettings
from assistant.types import Answer, Timings, Value
from ingest.errors import AssistantError


class BaselineError(AssistantError):
    """A saved run cannot be read; the message names the file and the command that writes one."""


class Change(StrEnum):
    """What became of a case between two runs."""

    BROKEN = "broken"
    FIXED = "fixed"
    CHANGED = "changed"
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


class CaseChange(Value):
    """One case before and after. A changed case passes or fails as before, in other words or citations."""

    id: str
    change: Change
    before: str | None
    after: str | None
    problems: tuple[Problem, ...] = ()


class MetricChange(Value):
    """One metric before and after, over the cases that both runs have."""

    name: str
    title: str
    difference: Difference
    better: bool
    worse: bool


class Comparison(Value):
    """Two runs side by side."""

    before: str
    after: str
    cases: tuple[CaseChange, ...]
    metrics: tuple[MetricChange, ...]

    def of(self, change: Change) -> tuple[CaseChange, ...]:
        """Return the cases of one kind of change."""
        return tuple(case for case in self.cases if case.change is change)

    @property
    def counts(self) -> dict[str, int]:
        """The number of cases of each kind of change."""
        return {change.value: len(self.of(change)) for change in Change}


def compare(before: Run, after: Run, settings: EvaluationSettings | None = None) -> Comparison:
    """Compare two runs; the metrics are compared on the cases that both have, resampled in pairs."""
    settings = settings or EvaluationSettings()
    old = {one.id: one for one in before.outcomes}
    new = {one.id: one for one in after.outcomes}
    changes = [_case_change(case_id, old.get(case_id), new.get(case_id)) for case_id in {**new, **old}]
    shared = [case_id for case_id in new if case_id in old]
    resampler = Resampler.of(len(shared), settings)
    found = []
    for metric in METRICS:
        difference = resampler.difference(
            [old[case_id].scores.get(metric.name, NOT_APPLICABLE) for case_id in shared],
            [new[case_id].scores.get(metric.name, NOT_APPLICABLE) for case_id in shared],
        )
        if difference.change is None:
            continue
        gain = difference.change if metric.higher_is_better else -difference.change
        found.append(
            MetricChange(
                name=metric.name,
                title=metric.title,
                difference=difference,
                better=difference.beyond_noise and gain > 0,
                worse=difference.beyond_noise and gain < 0,
            )
        )
    return Comparison(
        before=_name(before, "before"), after=_name(after, "after"), cases=tuple(changes), metrics=tuple(found)
    )


def as_baseline(run: Run) -> Run:
    """Return a run with what comparing needs and no more, so that the same answers give the same file."""
    return run.model_copy(
        update={
            "seconds": 0.0,
            "started": "",
            "stages": (),
            "outcomes": tuple(_for_baseline(one) for one in run.outcomes),
            "summary": _without_times(run.summary),
            "by_kind": {kind: _without_times(summary) for kind, summary in run.by_kind.items()},
            "by_part": {part: _without_times(summary) for part, summary in run.by_part.items()},
            "setup": run.setup.model_copy(update={"snapshot": ""}),
        }
    )


def save_run(run: Run, file: Path) -> None:
    """Write a run as JSON, a case a line, so that a change of one shows as such in version control."""
    head = run.model_copy(update={"outcomes": ()}).model_dump_json(exclude_defaults=True, indent=1)
    lines = ",\n".join(one.model_dump_json(exclude_defaults=True) for one in run.outcomes)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(head.replace('"outcomes": []', f'"outcomes": [\n{lines}\n ]', 1) + "\n", encoding="utf-8")


def load_run(file: Path) -> Run:
    """Read a run that `save_run` wrote.

    Raises:
        BaselineError: the file is missing or is not a run of this version.
    """
    mending = "Write it anew: bpo-kpo evaluate --save-baseline FILE"
    try:
        return Run.model_validate_json(file.read_bytes())
    except OSError as error:
        raise BaselineError(f"{file} cannot be read: {error.strerror}. {mending}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BaselineError(f"{file} is not a saved run: {where}: {first['msg']}. {mending}") from error


def _case_change(case_id: str, before: Outcome | None, after: Outcome | None) -> CaseChange:
    if before is None or after is None:
        change = Change.ADDED if before is None else Change.REMOVED
    elif before.passed != after.passed:
        change = Change.FIXED if after.passed else Change.BROKEN
    else:
        change = Change.SAME if _said(before) == _said(after) else Change.CHANGED
    return CaseChange(
        id=case_id,
        change=change,
        before=_text(before),
        after=_text(after),
        problems=after.problems if after is not None else (),
    )


def _said(outcome: Outcome) -> object:
    """Return what makes two answers the same: words, table and the articles that prove them, not scores."""
    answer = outcome.answer
    if answer is None:
        return outcome.problems
    return answer.abstained, answer.text, answer.table, _proving_articles(answer)


def _proving_articles(answer: Answer) -> list[str]:
    """Return the articles that an answer cites, in the order of their first use."""
    return list(dict.fromkeys(citation.article_id for citation in answer.citations))


def _text(outcome: Outcome | None) -> str | None:
    if outcome is None:
        return None
    return outcome.answer.text if outcome.answer is not None else "(crashed)"


def _name(run: Run, otherwise: str) -> str:
    return run.setup.name or otherwise


def _for_baseline(outcome: Outcome) -> Outcome:
    """Leave out times, passages, quotes, and what stands in the case file."""
    answer = outcome.answer
    if answer is not None:
        first = {one.article_id: one for one in reversed(answer.citations)}
        bare = {
            "title": "",
            "publisher": None,
            "url": None,
            "heading": "",
            "quote": "",
            "start": 0,
            "end": 0,
            "score": 0.0,
        }
        proofs = tuple(first[name].model_copy(update=bare) for name in _proving_articles(answer))
        left_out = {"timings_ms": Timings(), "statements": (), "suggestions": (), "citations": proofs}
        answer = answer.model_copy(update=left_out)
    scores = {name: ratio for name, ratio in outcome.scores.items() if ratio.bottom}
    left_out = {"passages": (), "facts": (), "sources": (), "reference": None, "line": 0, "seconds": 0.0}
    return outcome.model_copy(update={**left_out, "answer": answer, "scores": scores})


def _without_times(summary: Summary) -> Summary:
    kept = {name: value for name, value in summary.quantiles.items() if "_ms_" not in name}
    return summary.model_copy(update={"quantiles": kept})
