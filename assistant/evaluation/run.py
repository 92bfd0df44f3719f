"""The whole path of an evaluation, top to bottom.

    cases -> ask each -> score its answer -> judge what was retrieved -> likeness to references -> summaries

`evaluate` gives a `Run`; comparing, reporting and exporting start from there.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from assistant.evaluation import metrics, retrieval
from assistant.evaluation.cases import LocatedCase
from assistant.evaluation.intervals import NOT_APPLICABLE, Ratio, Resampler
from assistant.evaluation.results import Outcome, Run, Setup, Stage, Summary
from assistant.evaluation.settings import EvaluationSettings
from assistant.types import Answer, Passage, Turn
from ingest.types import Article

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


class Answerer(Protocol):
    """What is evaluated: `assistant.Assistant`, or anything that answers and retrieves as it does."""

    @property
    def articles(self) -> Sequence[Article]:
        """The articles that answers come from."""

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question that follows the turns given."""

    def retrieve(self, question: str, top_k: int = 5) -> tuple[Passage, ...]:
        """Return the best passages, best first."""


def evaluate(
    assistant: Answerer,
    cases: Sequence[LocatedCase],
    *,
    settings: EvaluationSettings | None = None,
    setup: Setup | None = None,
    corpus_passages: Sequence[Passage] = (),
    embed: metrics.Embed | None = None,
    stages: Iterable[tuple[str, Answerer]] = (),
    progress: Progress = lambda _done, _total: None,
) -> Run:
    """Ask every case and score what comes back.

    Args:
        assistant: what is evaluated.
        cases: what to ask.
        settings: how to score.
        setup: what to record of the assistant.
        corpus_passages: all passages of the index, to judge retrieval against; without them, it is not judged.
        embed: texts to unit vectors, for the likeness to references; without it, that is left out.
        stages: assistants with a stage of retrieval left out, each with its name in the report.
        progress: called with (done, total) after each case.
    """
    settings = settings or EvaluationSettings()
    started, began = datetime.now(UTC), time.perf_counter()
    outcomes = []
    for done, located in enumerate(cases, start=1):
        outcomes.append(run_case(assistant, located, settings))
        progress(done, len(cases))
    return summarise_run(
        outcomes,
        settings=settings,
        setup=setup,
        corpus_passages=corpus_passages,
        embed=embed,
        started=started.isoformat(timespec="seconds"),
        seconds=time.perf_counter() - began,
        stages=lambda qrels: [measure_stage(name, one, cases, qrels, settings) for name, one in stages],
    )


def summarise_run(
    outcomes: Sequence[Outcome],
    *,
    settings: EvaluationSettings | None = None,
    setup: Setup | None = None,
    corpus_passages: Sequence[Passage] = (),
    embed: metrics.Embed | None = None,
    started: str = "",
    seconds: float = 0.0,
    stages: Callable[[retrieval.Qrels], Sequence[Stage]] = lambda _qrels: (),
) -> Run:
    """Return the run that some outcomes make: with retrieval judged, likeness measured, and summaries."""
    settings = settings or EvaluationSettings()
    qrels = retrieval.judge(outcomes, corpus_passages)
    outcomes = _add_retrieval(outcomes, qrels)
    if embed is not None:
        outcomes = _add_similarity(outcomes, embed)
    return Run(
        setup=setup or Setup(),
        started=started,
        seconds=round(seconds, 3),
        summary=summarise(outcomes, settings),
        by_kind=_grouped(outcomes, lambda one: one.kinds, settings),
        by_part=_grouped(outcomes, lambda one: (one.part or "cases",), settings),
        outcomes=tuple(outcomes),
        stages=tuple(stages(qrels)),
    )


def run_case(assistant: Answerer, located: LocatedCase, settings: EvaluationSettings) -> Outcome:
    """Ask one case, its earlier turns first with their real answers as history, and score the last answer."""
    case = located.case
    began = time.perf_counter()
    answer: Answer | None = None
    passages: tuple[Passage, ...] = ()
    try:
        answer = ask_in_turn(assistant, case.asked)
        passages = assistant.retrieve(answer.query, settings.top_k)
        scores, problems = metrics.score_answer(case, answer, {one.id: one for one in assistant.articles})
    except Exception as error:  # one crash fails its case, not the run; the traceback is logged
        log.exception("The question of case %s crashed", case.id)
        scores, problems = metrics.score_crash(case, error)
    return Outcome(
        id=case.id,
        kinds=case.kinds,
        part=located.part,
        file=located.file.as_posix(),
        line=located.line,
        asked=case.asked,
        facts=case.facts,
        sources=case.sources,
        should_abstain=case.abstain,
        reference=case.reference,
        answer=answer,
        passages=passages,
        problems=problems,
        scores=scores,
        seconds=round(time.perf_counter() - began, 4),
    )


def ask_in_turn(assistant: Answerer, questions: Sequence[str]) -> Answer:
    """Ask questions one after the other, each with those before it and their answers as history."""
    history: list[Turn] = []
    for question in questions[:-1]:
        history.append(Turn(question=question, answer=assistant.ask(question, tuple(history)).text))
    return assistant.ask(questions[-1], tuple(history))


def measure_stage(
    name: str,
    assistant: Answerer,
    cases: Sequence[LocatedCase],
    qrels: retrieval.Qrels,
    settings: EvaluationSettings,
) -> Stage:
    """Measure retrieval alone, with an assistant that has a stage left out.

    Only conversations are asked, for the query that their follow-up becomes.
    """
    found: dict[str, tuple[Passage, ...]] = {}
    by_facts: dict[str, Ratio] = {}
    for case in (located.case for located in cases if located.case.id in qrels):
        query = ask_in_turn(assistant, case.asked).query if len(case.asked) > 1 else case.asked[0]
        found[case.id] = assistant.retrieve(query, settings.top_k)
        by_facts[case.id] = retrieval.fact_recall_at(case, found[case.id], 5)
    ranking = {case_id: retrieval.ranked(passages) for case_id, passages in found.items()}
    scores = retrieval.score_retrieval(qrels, ranking)
    resampler = Resampler.of(len(scores), settings)
    columns = {name: [one[name] for one in scores.values()] for name in next(iter(scores.values()), {})}
    columns["fact_recall@5"] = [by_facts[case_id] for case_id in scores]
    return Stage(name=name, metrics={metric: resampler.interval(column) for metric, column in columns.items()})


def summarise(outcomes: Sequence[Outcome], settings: EvaluationSettings) -> Summary:
    """Return the metrics over some outcomes, each with its interval; metrics that apply to none are left out."""
    resampler = Resampler.of(len(outcomes), settings)
    found = {}
    for metric in metrics.METRICS:
        interval = resampler.interval([one.scores.get(metric.name, NOT_APPLICABLE) for one in outcomes])
        if interval.value is not None:
            found[metric.name] = interval
    return Summary(
        cases=len(outcomes),
        passed=sum(one.passed for one in outcomes),
        metrics=found,
        quantiles=metrics.quantiles(outcomes),
    )


def _add_retrieval(outcomes: Sequence[Outcome], qrels: retrieval.Qrels) -> list[Outcome]:
    scores = retrieval.score_retrieval(qrels, retrieval.ranking_of(outcomes))
    return [
        _with_scores(one, scores[one.id] | {"fact_recall@5": retrieval.fact_recall_at(one, one.passages, 5)})
        if one.id in scores
        else one
        for one in outcomes
    ]


def _add_similarity(outcomes: Sequence[Outcome], embed: metrics.Embed) -> list[Outcome]:
    ratios = metrics.score_similarity(outcomes, embed)
    return [_with_scores(one, {"reference_similarity": r}) for one, r in zip(outcomes, ratios, strict=True)]


def _with_scores(outcome: Outcome, more: Mapping[str, Ratio]) -> Outcome:
    return outcome.model_copy(update={"scores": {**outcome.scores, **more}})


def _grouped(
    outcomes: Sequence[Outcome], groups_of: Callable[[Outcome], tuple[str, ...]], settings: EvaluationSettings
) -> dict[str, Summary]:
    groups: dict[str, list[Outcome]] = {}
    for one in outcomes:
        for group in groups_of(one):
            groups.setdefault(group, []).append(one)
    return {group: summarise(members, settings) for group, members in sorted(groups.items())}
