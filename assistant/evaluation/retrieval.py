"""Judge and measure retrieval at the level of chunks.

A passage is relevant to a case when it is of one of the case's sources and holds at least one of its facts, by the
same matcher that reads answers. Facts anchored to the answer's start ("/^KPO/") say nothing of a passage and are
left out, unless a case has no other. Cases without facts, and those that must be refused, are not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import ir_measures
from ir_measures import RR, R, Success

from assistant.evaluation.cases import Case
from assistant.evaluation.facts import FactPattern, fold, has_fact
from assistant.evaluation.intervals import Ratio
from assistant.evaluation.results import Outcome
from assistant.types import Passage

Qrels = dict[str, dict[str, int]]
Ranking = dict[str, dict[str, float]]

_MEASURES = {
    "success@1": Success @ 1,
    "success@5": Success @ 5,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "mrr@10": RR @ 10,
}


class Judged(Protocol):
    """What judging needs to know of a case: a `Case` or an `Outcome` will do."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def facts(self) -> tuple[tuple[str, ...], ...]: ...  # noqa: D102
    @property
    def sources(self) -> tuple[str, ...]: ...  # noqa: D102


def passage_id(passage: Passage) -> str:
    """Return the id of a passage in qrels and runs: its article and span."""
    return f"{passage.article_id}:{passage.start}-{passage.end}"


def judge(cases: Iterable[Judged], passages: Sequence[Passage]) -> Qrels:
    """Return which of the corpus' passages are relevant to each case; a case without any is left out."""
    folded = [(passage_id(passage), passage.article_id, fold(passage.quote)) for passage in passages]
    qrels: Qrels = {}
    for case in cases:
        facts = passage_facts(case)
        relevant = {
            name: 1
            for name, article_id, text in folded
            if facts and _is_source(case, article_id) and any(has_fact(text, fact) for fact in facts)
        }
        if relevant:
            qrels[case.id] = relevant
    return qrels


def passage_facts(case: Judged) -> tuple[tuple[str, ...], ...]:
    """Return the facts that can be looked for in a passage."""
    free = tuple(fact for fact in case.facts if not all(FactPattern.parse(one).anchored for one in fact))
    return free or case.facts


def ranking_of(outcomes: Iterable[Outcome]) -> Ranking:
    """Return what was retrieved for each case, as scores that fall with the rank."""
    return {one.id: ranked(one.passages) for one in outcomes}


def ranked(passages: Sequence[Passage]) -> dict[str, float]:
    """Return passages by id with scores that keep their order, whatever ties their similarities have."""
    return {passage_id(passage): 1.0 / rank for rank, passage in enumerate(passages, start=1)}


def score_retrieval(qrels: Qrels, ranking: Ranking) -> dict[str, dict[str, Ratio]]:
    """Return the retrieval metrics of every judged case, by case and metric.

    A judged case that the ranking lacks scores 0.
    """
    scores = {case_id: dict.fromkeys(_MEASURES, Ratio(top=0.0, bottom=1.0)) for case_id in qrels}
    names = {str(measure): name for name, measure in _MEASURES.items()}
    run = {case_id: ranking.get(case_id) or {"none": 0.0} for case_id in qrels}
    if qrels:
        for found in ir_measures.iter_calc(list(_MEASURES.values()), qrels, run):
            scores[found.query_id][names[str(found.measure)]] = Ratio(top=round(float(found.value), 6), bottom=1.0)
    return scores


def fact_recall_at(case: Case | Outcome, passages: Sequence[Passage], k: int) -> Ratio:
    """Return the share of a case's facts that stand in the first k passages of its sources."""
    facts = passage_facts(case)
    texts = [fold(one.quote) for one in passages[:k] if _is_source(case, one.article_id)]
    found = sum(any(has_fact(text, fact) for text in texts) for fact in facts)
    return Ratio(top=found / len(facts) if facts else 0.0, bottom=float(bool(facts)))


def _is_source(case: Judged, article_id: str) -> bool:
    return not case.sources or article_id in case.sources
