from __future__ import annotations

from pathlib import Path

import pytest

from assistant.evaluation.exports import (
    ExportError,
    RagasSample,
    cases_from_ragas,
    ragas_samples,
    read_qrels,
    read_ragas,
    read_trec_run,
    write_beir,
    write_ragas,
)
from assistant.evaluation.retrieval import fact_recall_at, judge, ranking_of, score_retrieval
from tests.assistant.evaluation.making import ARTICLE, OTHER, case, outcome, passage, run_of

SAVES = passage(ARTICLE, "BPO saves 60% of labor costs.")
EXPERTS = passage(ARTICLE, "KPO needs experts.")
COMPLEX = passage(ARTICLE, "BPO is not complex.")
COSTS = passage(OTHER, "KPO costs more than BPO.")
ALL = (SAVES, EXPERTS, COMPLEX, COSTS)


def test_a_passage_is_relevant_when_of_a_source_and_with_a_fact() -> None:
    wanted = case(facts=[["cost"], ["/expert/"]], sources=["one"])
    assert judge([wanted], ALL) == {"a-case": {"one:0-29": 1, "one:30-48": 1}}
    assert judge([case(facts=[["cost"]])], ALL) == {"a-case": {"one:0-29": 1, "two:0-24": 1}}
    assert judge([case(sources=["one"]), case(id="b", abstain=True), case(id="c", facts=[["never"]])], ALL) == {}


def test_a_fact_about_the_answers_first_word_is_left_out() -> None:
    wanted = case(facts=[[r"/^\W*KPO/"], ["60%"]])
    assert judge([wanted], ALL) == {"a-case": {"one:0-29": 1}}


def test_retrieval_metrics_by_hand() -> None:
    # Three relevant passages, found at ranks 2 and 7 of ten.
    qrels = {"q": {"a": 1, "b": 1, "c": 1}, "lost": {"a": 1}}
    ranking = {"q": {name: 1.0 / rank for rank, name in enumerate(["x1", "a", "x3", "x4", "x5", "x6", "b"], start=1)}}
    scores = score_retrieval(qrels, ranking)
    found = {name: ratio.top for name, ratio in scores["q"].items()}
    assert found == pytest.approx(
        {"success@1": 0, "success@5": 1, "recall@5": 1 / 3, "recall@10": 2 / 3, "mrr@10": 1 / 2}, abs=1e-6
    )
    assert all(ratio == (0.0, 1.0) for ratio in scores["lost"].values())


def test_fact_recall_at_k_looks_at_the_first_k_passages_of_the_sources() -> None:
    wanted = case(facts=[["60%"], ["cost"], ["expert"]], sources=["one"])
    assert fact_recall_at(wanted, [COSTS, SAVES, EXPERTS], 2) == pytest.approx((2 / 3, 1.0))
    assert fact_recall_at(wanted, [COSTS, SAVES, EXPERTS], 3) == (1.0, 1.0)


def test_what_is_written_for_beir_is_read_back_and_scores_the_same(tmp_path: Path) -> None:
    one = outcome("q", facts=(("60%",), ("expert",)), sources=("one",), passages=(COSTS, EXPERTS, SAVES))
    none = outcome("unanswerable", should_abstain=True)
    write_beir(run_of([one, none]), ALL, tmp_path)
    qrels, ranking = read_qrels(tmp_path / "qrels" / "test.tsv"), read_trec_run(tmp_path / "run.trec")
    assert qrels == judge([one], ALL)
    assert ranking == ranking_of([one])
    assert score_retrieval(qrels, ranking) == score_retrieval(judge([one], ALL), ranking_of([one]))
    assert score_retrieval(qrels, ranking)["q"]["mrr@10"].top == 0.5
    assert len((tmp_path / "corpus.jsonl").read_text().splitlines()) == len(ALL)
    assert (tmp_path / "queries.jsonl").read_text() == '{"_id": "q", "text": "How?"}\n'


def test_what_is_written_for_ragas_is_read_back_the_same(tmp_path: Path) -> None:
    run = run_of([outcome("a", reference="It saves.", passages=(SAVES,)), outcome("b"), outcome("c", answer=None)])
    samples = ragas_samples(run)
    assert samples[0] == RagasSample(
        user_input="How?", retrieved_contexts=(SAVES.quote,), response=SAVES.quote, reference="It saves."
    )
    write_ragas(samples, tmp_path / "s.jsonl")
    assert read_ragas(tmp_path / "s.jsonl") == samples
    assert [(one.question, one.reference) for one in cases_from_ragas(samples)] == [("How?", "It saves.")]


def test_wrong_files_to_import_are_named_with_their_line(tmp_path: Path) -> None:
    file = tmp_path / "x"
    for text, read, line in (
        ('{"user_input": "a"}\n{"response": 1}\n', read_ragas, 2),
        ("query-id\tcorpus-id\tscore\nq\td\n", read_qrels, 2),
        ("q Q0 d 1 0.5 tag\nq Q0 d 1 high tag\n", read_trec_run, 2),
    ):
        file.write_text(text)
        with pytest.raises(ExportError, match=f"line {line}"):
            read(file)  # type: ignore[operator]
