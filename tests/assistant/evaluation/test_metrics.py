"""Every formula of docs/evaluation.md, computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.disagree import LEAD
from assistant.evaluation.facts import missing_facts
from assistant.evaluation.intervals import Ratio
from assistant.evaluation.metrics import (
    count_words,
    plain_text,
    quantiles,
    score_answer,
    score_crash,
    score_similarity,
)
from assistant.evaluation.results import Fault
from assistant.types import Citation, Statement, Table, Timings
from tests.assistant.evaluation.making import (
    ARTICLES,
    OTHER,
    abstention,
    answer,
    case,
    citation,
    outcome,
)

SAVES = "BPO saves 60% of labor costs."
EXPERTS = "KPO needs experts."


def faults(problems: tuple[object, ...]) -> list[Fault]:
    return [problem.fault for problem in problems]  # type: ignore[attr-defined]


def test_fact_recall_is_the_share_of_facts_in_the_answer() -> None:
    wanted = case(facts=[["60%", "sixty percent"], ["expert"], ["offshore"]])
    given = answer((SAVES, [1]), (EXPERTS, [2]), citations=[citation(1, SAVES), citation(2, EXPERTS)])
    scores, problems = score_answer(wanted, given, ARTICLES)
    assert scores["fact_recall"] == pytest.approx((2 / 3, 1.0))
    assert scores["all_facts"] == Ratio(0.0, 1.0)
    assert [problem.detail for problem in problems] == ["fact 3: offshore"]


def test_a_fact_is_found_in_a_table_cell() -> None:
    cells = (Statement(text="Cost", citations=()), Statement(text=SAVES, citations=(1,)))
    given = answer(citations=[citation(1, SAVES)], text="", table=Table(columns=("Aspect", "BPO"), rows=(cells,)))
    assert score_answer(case(facts=[["60%"]]), given, ARTICLES)[0]["fact_recall"] == Ratio(1.0, 1.0)


def test_a_citation_mark_is_no_fact() -> None:
    given = answer((EXPERTS, [1]), citations=[citation(1, EXPERTS)])
    assert plain_text(given) == EXPERTS
    assert missing_facts(plain_text(given), [["1"]]) == (0,)


def test_an_abstention_holds_no_fact_whatever_its_words() -> None:
    given = abstention().model_copy(update={"text": "The articles do not say whether it is 60%."})
    scores, problems = score_answer(case(facts=[["60%"]], sources=["one"]), given, ARTICLES)
    assert scores["fact_recall"] == Ratio(0.0, 1.0)
    assert scores["source_any"] == Ratio(0.0, 1.0)
    assert faults(problems) == [Fault.WRONGLY_REFUSED]


def test_right_source_looks_at_any_citation_and_at_the_first() -> None:
    cost = "KPO costs more than BPO."
    given = answer((cost, [1]), (SAVES, [2]), citations=[citation(1, cost, OTHER), citation(2, SAVES)])
    scores, problems = score_answer(case(sources=["one"]), given, ARTICLES)
    assert (scores["source_any"], scores["source_first"]) == (Ratio(1.0, 1.0), Ratio(0.0, 1.0))
    assert not problems
    scores, problems = score_answer(case(sources=["three"]), given, ARTICLES)
    assert scores["source_any"] == Ratio(0.0, 1.0)
    assert faults(problems) == [Fault.WRONG_SOURCE]


def test_citation_precision_is_the_share_of_citations_that_do_their_part() -> None:
    # Of three, [1] supports its statement, [2] says something else, [3] supports its own.
    given = answer(
        (SAVES, [1, 2]),
        (EXPERTS, [3]),
        citations=[citation(1, SAVES), citation(2, "BPO is not complex."), citation(3, EXPERTS)],
    )
    scores, problems = score_answer(case(facts=[["60%"]]), given, ARTICLES)
    assert scores["citation_precision"] == Ratio(2.0, 3.0)
    assert not problems


def test_citations_that_only_together_support_a_statement_both_count() -> None:
    both = "BPO saves 60% of labor costs and KPO needs experts."
    given = answer((both, [1, 2]), citations=[citation(1, SAVES), citation(2, EXPERTS)])
    assert score_answer(case(facts=[["60%"]]), given, ARTICLES)[0]["citation_precision"] == Ratio(2.0, 2.0)


def test_a_statement_that_its_quotes_do_not_support_is_a_fault() -> None:
    given = answer(("BPO saves 70% of labor costs.", [1]), citations=[citation(1, SAVES)])
    scores, problems = score_answer(case(facts=[["labor"]]), given, ARTICLES)
    assert scores["citation_precision"] == Ratio(0.0, 1.0)
    assert faults(problems) == [Fault.UNSUPPORTED]


def test_that_the_articles_differ_is_supported_by_more_than_one_quote() -> None:
    sides = [citation(1, SAVES), citation(2, EXPERTS)]
    both, problems = score_answer(case(facts=[["differ"]]), answer((LEAD, [1, 2]), citations=sides), ARTICLES)
    assert both["citation_precision"] == Ratio(2.0, 2.0)
    assert not problems
    one, problems = score_answer(case(facts=[["differ"]]), answer((LEAD, [1]), citations=sides[:1]), ARTICLES)
    assert one["citation_precision"] == Ratio(0.0, 1.0)
    assert faults(problems) == [Fault.UNSUPPORTED]


def test_citation_coverage_is_the_share_of_statements_with_a_citation() -> None:
    given = answer((SAVES, [1]), ("It is nice.", []), citations=[citation(1, SAVES)])
    scores, problems = score_answer(case(facts=[["60%"]]), given, ARTICLES)
    assert scores["citation_coverage"] == Ratio(1.0, 2.0)
    assert faults(problems) == [Fault.UNCITED]


def test_the_aspect_column_and_a_cell_that_is_not_stated_need_no_citation() -> None:
    row = (
        Statement(text="Cost", citations=()),
        Statement(text=SAVES, citations=(1,)),
        Statement(text="not stated", citations=()),
    )
    table = Table(columns=("Aspect", "BPO", "KPO"), rows=(row,))
    scores, problems = score_answer(
        case(facts=[["60%"]]), answer(citations=[citation(1, SAVES)], table=table), ARTICLES
    )
    assert scores["citation_coverage"] == Ratio(1.0, 1.0)
    assert not problems


@pytest.mark.parametrize(
    "change", [{"start": 1}, {"quote": "BPO saves 61% of labor costs."}, {"article_id": "three"}, {"end": 28}]
)
def test_quote_validity_counts_quotes_that_stand_where_they_say(change: dict[str, object]) -> None:
    wrong: Citation = citation(1, SAVES).model_copy(update=change)
    given = answer((SAVES, [1]), (EXPERTS, [2]), citations=[wrong, citation(2, EXPERTS)])
    scores, problems = score_answer(case(facts=[["60%"]]), given, ARTICLES)
    assert scores["quote_validity"] == Ratio(1.0, 2.0)
    assert scores["citation_precision"] == Ratio(1.0, 2.0)
    assert faults(problems) == [Fault.QUOTE_DIFFERS]


def test_abstention_is_scored_as_finding_the_unanswerable() -> None:
    unanswerable, answerable = case(abstain=True), case(facts=[["60%"]])
    said = answer((SAVES, [1]), citations=[citation(1, SAVES)])
    names = ("abstention_precision", "abstention_recall", "wrongly_refused")
    found = [
        [score_answer(wanted, given, ARTICLES)[0][name] for name in names]
        for wanted, given in [
            (unanswerable, abstention()),
            (unanswerable, said),
            (answerable, abstention()),
            (answerable, said),
        ]
    ]
    assert found == [
        [(1, 1), (1, 1), (0, 0)],
        [(0, 0), (0, 1), (0, 0)],
        [(0, 1), (0, 0), (1, 1)],
        [(0, 0), (0, 0), (0, 1)],
    ]


def test_a_crash_finds_nothing_and_refuses_nothing() -> None:
    scores, problems = score_crash(case(facts=[["60%"]], sources=["one"]), RuntimeError("no"))
    assert faults(problems) == [Fault.CRASHED]
    assert {name: ratio.top for name, ratio in scores.items()} == dict.fromkeys(
        ("passed", "wrongly_refused", "all_facts", "fact_recall", "source_any", "source_first"), 0.0
    )


def test_likeness_is_the_cosine_of_answer_and_reference() -> None:
    def embed(texts: list[str]) -> np.ndarray:  # type: ignore[type-arg]
        vectors = {SAVES: (1.0, 0.0), "It saves money.": (0.6, 0.8)}
        return np.array([vectors[text] for text in texts], dtype=np.float32)

    outcomes = [
        outcome(reference="It saves money."),
        outcome(reference="It saves money.", answer=abstention()),
        outcome(reference=None),
    ]
    assert score_similarity(outcomes, embed) == [pytest.approx((0.6, 1.0)), (0.0, 1.0), (0.0, 0.0)]  # type: ignore[arg-type]


def test_words_are_counted_beside_the_table_and_without_marks() -> None:
    text = "BPO saves 60%. [1]\n\n| Aspect | BPO |\n|---|---|\n| Cost | low [1] |\n\nKPO does not. [2]"
    assert count_words(answer(text=text)) == 6


def test_quantiles_are_of_answers_for_words_and_of_all_for_time() -> None:
    outcomes = [
        outcome(answer=answer(text="word " * words, timings_ms=Timings(total=ms)))
        for words, ms in [(10, 1.0), (20, 2.0), (60, 3.0)]
    ]
    outcomes.append(outcome(answer=abstention().model_copy(update={"timings_ms": Timings(total=4.0)})))
    found = quantiles(outcomes)
    assert (found["words_p50"], found["words_max"]) == (20, 60)
    assert found["total_ms_p50"] == 2.5
    assert found["total_ms_p95"] == pytest.approx(3.85)
