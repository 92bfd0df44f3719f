"""The values that a run is made of. A run saved as JSON is `Run.model_dump_json()`; a baseline is one too."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import Field

from assistant.evaluation.intervals import Interval, Ratio
from assistant.support.measure import KindScore
from assistant.types import Answer, Passage, Value


class Fault(StrEnum):
    """What can be wrong with the answer to a case."""

    WRONGLY_REFUSED = "wrongly refused"
    WRONGLY_ANSWERED = "wrongly answered"
    FACT_MISSING = "fact missing"
    WRONG_SOURCE = "wrong source"
    QUOTE_DIFFERS = "quote differs from its article"
    UNCITED = "statement without citation"
    UNSUPPORTED = "statement not supported"
    CRASHED = "crashed"


class Problem(Value):
    """One thing that is wrong, with the words that show it."""

    fault: Fault
    detail: str


class Outcome(Value):
    """One case with its answer and scores. `answer` is None where asking crashed; `scores` are by metric name."""

    id: str
    kinds: tuple[str, ...]
    part: str
    file: str = ""
    line: int = 0
    asked: tuple[str, ...]
    facts: tuple[tuple[str, ...], ...] = ()
    sources: tuple[str, ...] = ()
    should_abstain: bool
    reference: str | None = None
    answer: Answer | None
    passages: tuple[Passage, ...] = ()
    problems: tuple[Problem, ...] = ()
    scores: Mapping[str, Ratio] = Field(default_factory=dict)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """True when nothing is wrong."""
        return not self.problems

    @property
    def abstained(self) -> bool:
        """True when the assistant said that the articles do not say."""
        return self.answer is not None and self.answer.abstained


class Summary(Value):
    """The metrics of a group of cases. `quantiles` are words and milliseconds, by name."""

    cases: int
    passed: int
    metrics: Mapping[str, Interval]
    quantiles: Mapping[str, float]


class Setup(Value):
    """What was evaluated: enough to tell two runs apart."""

    name: str = ""
    model: str = ""
    writer: str = ""
    snapshot: str = ""
    corpus: Mapping[str, str] = Field(default_factory=dict)
    settings: Mapping[str, Any] = Field(default_factory=dict)


class Stage(Value):
    """Retrieval with one stage left out: its metrics over all judged cases."""

    name: str
    metrics: Mapping[str, Interval]


class Run(Value):
    """A whole evaluation. `check` is how the check of sentences does on pairs by itself, where that was measured."""

    setup: Setup
    started: str
    seconds: float
    summary: Summary
    by_kind: Mapping[str, Summary]
    by_part: Mapping[str, Summary]
    outcomes: tuple[Outcome, ...]
    stages: tuple[Stage, ...] = ()
    check: tuple[KindScore, ...] = ()
