"""The shapes that other programs rely on: the answer's JSON, passages, and the parts that LangChain takes."""

from __future__ import annotations

import inspect
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable
from pydantic import ValidationError

from assistant import Answer, Asked, Assistant, Citation, Citations, Passage, Statement, Table, Turn
from assistant.langchain import ArticleRetriever
from ingest import build_index
from ingest.errors import IndexMissing

CITATION = ["number", "article_id", "title", "publisher", "url", "heading", "quote", "start", "end", "score"]
ANSWER = {
    "question": str,
    "query": str,
    "abstained": bool,
    "text": str,
    "statements": list,
    "table": (dict, type(None)),
    "citations": list,
    "suggestions": list,
    "confidence": float,
    "writer": str,
    "timings_ms": dict,
}
QUESTIONS = ["What is KPO?", "BPO vs KPO", "Payroll: BPO or KPO?", "Who won the world cup?"]


@pytest.fixture(scope="module", params=QUESTIONS)
def answer(request: pytest.FixtureRequest, assistant: Assistant) -> Answer:
    return assistant.ask(request.param)


def test_an_answer_as_json_has_exactly_the_fields_that_are_promised(answer: Answer) -> None:
    dumped = answer.model_dump(mode="json")
    assert list(dumped) == list(ANSWER)
    for name, kind in ANSWER.items():
        assert isinstance(dumped[name], kind), name
    assert set(dumped["timings_ms"]) == {"embed", "retrieve", "write", "total"}
    for statement in dumped["statements"]:
        assert set(statement) == {"text", "citations"}
    for citation in dumped["citations"]:
        assert set(citation) == set(CITATION)
    if dumped["table"] is not None:
        assert set(dumped["table"]) == {"columns", "rows"}
        assert dumped["table"]["columns"] == ["Aspect", "BPO", "KPO"]
        assert all(set(cell) == {"text", "citations"} for row in dumped["table"]["rows"] for cell in row)


def test_an_answer_survives_json(answer: Answer) -> None:
    assert Answer.model_validate_json(answer.model_dump_json()) == answer
    assert Answer.model_validate(json.loads(json.dumps(answer.model_dump(mode="json")))) == answer


def test_an_answer_cannot_be_changed(answer: Answer) -> None:
    with pytest.raises(ValidationError):
        answer.text = "other"
    assert isinstance(answer.statements, tuple)
    assert isinstance(answer.citations, tuple)


def test_the_text_holds_every_statement_and_its_marks(answer: Answer) -> None:
    for statement in answer.statements:
        assert statement.text.partition("\n")[0] in answer.text
        assert all(f"[{number}]" in answer.text for number in statement.citations)


def test_the_total_time_is_that_of_the_stages(answer: Answer) -> None:
    timings = answer.timings_ms
    assert timings.total == pytest.approx(timings.embed + timings.retrieve + timings.write, abs=0.01)
    assert min(timings.embed, timings.retrieve, timings.write) >= 0


def test_the_questions_cover_every_form_of_an_answer(assistant: Assistant) -> None:
    lookup, compare, choose, unanswered = (assistant.ask(question) for question in QUESTIONS)
    assert lookup.statements
    assert lookup.table is None
    assert compare.table is not None
    assert choose.statements[0].text.startswith("BPO")
    assert unanswered.abstained
    assert all(one.writer == "extractive" for one in (lookup, compare, choose, unanswered))


def test_a_passage_is_a_citation_without_its_number(assistant: Assistant) -> None:
    passages = assistant.retrieve("What is KPO?", top_k=3)
    assert len(passages) == 3
    for passage in passages:
        assert type(passage) is Passage
        assert set(passage.model_dump()) == set(CITATION) - {"number"}
    assert set(Citation.model_fields) == set(CITATION)
    assert len(assistant.retrieve("What is KPO?")) == 5


def test_the_signatures_are_those_that_are_promised() -> None:
    assert list(inspect.signature(Assistant.ask).parameters) == ["self", "question", "history"]
    assert list(inspect.signature(Assistant.retrieve).parameters) == ["self", "question", "top_k"]
    assert list(inspect.signature(build_index).parameters)[:2] == ["corpus", "index"]
    assert set(Turn.model_fields) == {"question", "answer"}
    assert set(Statement.model_fields) == {"text", "citations"}


def test_history_may_be_a_list_of_turns(assistant: Assistant) -> None:
    answer = assistant.ask("And BPO?", history=[Turn(question="What does KPO stand for?", answer="...")])
    assert answer.question == "And BPO?"
    assert "BPO" in answer.query
    assert "stand for" in answer.query


def test_the_chain_is_a_runnable_that_can_be_batched(assistant: Assistant) -> None:
    assert isinstance(assistant.chain, Runnable)
    answers = assistant.chain.batch([Asked(question) for question in QUESTIONS])
    assert [answer.question for answer in answers] == QUESTIONS


def test_threads_get_the_answers_that_one_gets_alone(assistant: Assistant) -> None:
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(assistant.ask, QUESTIONS * 3))
    alone = [assistant.ask(question) for question in QUESTIONS] * 3
    for one, other in zip(together, alone, strict=True):
        assert one.model_dump(exclude={"timings_ms"}) == other.model_dump(exclude={"timings_ms"})


def test_asking_before_ingest_names_the_command(tmp_path: Path, assistant: Assistant) -> None:
    with pytest.raises(IndexMissing, match=f"bpo-kpo ingest --index {tmp_path}"):
        Assistant.open(tmp_path, embedder=assistant._embedder)


def test_the_retriever_gives_langchain_the_same_passages(assistant: Assistant) -> None:
    retriever = ArticleRetriever(assistant=assistant, top_k=3)
    assert isinstance(retriever, BaseRetriever)
    passages = assistant.retrieve("What is KPO?", top_k=3)
    documents = retriever.invoke("What is KPO?")
    assert [document.page_content for document in documents] == [passage.quote for passage in passages]
    for document, passage in zip(documents, passages, strict=True):
        assert document.metadata == passage.model_dump(exclude={"quote"})


@pytest.mark.parametrize("question", ["What is BPO?", "Compare BPO and KPO", "Who won the football game?"])
def test_a_stream_shows_each_part_after_its_proof_and_ends_with_the_whole_answer(
    assistant: Assistant, question: str
) -> None:
    *parts, answer = assistant.stream(question)
    whole = assistant.ask(question)
    assert isinstance(answer, Answer)
    assert answer.model_dump(exclude={"timings_ms"}) == whole.model_dump(exclude={"timings_ms"})
    shown: list[int] = []
    for part in parts:
        match part:
            case Citations():
                shown += [citation.number for citation in part.citations]
            case Statement():
                assert set(part.citations) <= set(shown)
            case Table():
                assert {number for row in part.rows for cell in row for number in cell.citations} <= set(shown)
    assert shown == [citation.number for citation in whole.citations]
    assert tuple(part for part in parts if isinstance(part, Statement)) == whole.statements


def test_what_is_suggested_was_not_just_asked_and_no_two_of_it_ask_the_same(assistant: Assistant) -> None:
    suggested = assistant.ask("What is the difference between BPO and KPO?").suggestions
    assert len(suggested) == 3
    assert not [question for question in suggested if "difference" in question]
    assert sum("difference" in question for question in assistant.ask("Hello").suggestions) <= 1
