"""Answers as server-sent events, from a real server."""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from assistant import Assistant
from assistant.types import Answer
from ingest.embed import Embedder
from tests.ui.asking import GivenBackend, HeldAssistant, assert_problem, sse_events
from tests.ui.conftest import running, wait_until
from ui import stream
from ui.server import create_app
from ui.settings import Settings

QUESTION = "What does KPO stand for?"
COMPARISON = "What is the difference between BPO and KPO?"
OFF_TOPIC = "Who won the football world cup in 1998?"


def events(url: str, question: str, **more: Any) -> list[tuple[str, Any]]:
    with httpx.stream("POST", f"{url}/api/ask/stream", json={"question": question, **more}, timeout=60) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        return list(sse_events(response.iter_lines()))


@pytest.mark.parametrize("question", [QUESTION, COMPARISON, OFF_TOPIC])
def test_the_parts_together_are_the_whole_answer(server: str, question: str) -> None:
    sent = events(server, question)
    assert [name for name, _ in sent].count("done") == 1
    name, done = sent[-1]
    assert name == "done"
    answer = Answer.model_validate(done)
    asked = httpx.post(f"{server}/api/ask", json={"question": question}).json()
    assert {**asked, "timings_ms": None} == {**done, "timings_ms": None}
    assert [data for name, data in sent if name == "statement"] == [
        statement.model_dump(mode="json") for statement in answer.statements
    ]
    assert [data for name, data in sent if name == "table"] == (
        [answer.table.model_dump(mode="json")] if answer.table else []
    )


def test_a_part_comes_after_the_citations_that_it_uses(server: str) -> None:
    shown: set[int] = set()
    for name, data in events(server, COMPARISON):
        if name == "citations":
            shown |= {citation["number"] for citation in data}
        elif name == "statement":
            assert set(data["citations"]) <= shown
        elif name == "table":
            assert {number for row in data["rows"] for cell in row for number in cell["citations"]} <= shown
    assert shown


def test_a_follow_up_is_streamed_too(server: str) -> None:
    history = [{"question": "What is BPO?", "answer": "BPO is business process outsourcing. [1]"}]
    assert "KPO" in events(server, "And KPO?", history=history)[-1][1]["query"]


def test_what_cannot_be_asked_is_a_problem_and_not_a_stream(server: str) -> None:
    assert_problem(httpx.post(f"{server}/api/ask/stream", json={"question": "?!"}), 422)
    assert_problem(httpx.post(f"{server}/api/ask/stream", json={}), 422)


@pytest.fixture
def held(assistant: Assistant, embedder: Embedder) -> Iterator[HeldAssistant]:
    held = HeldAssistant(assistant.index, embedder, assistant.settings)
    yield held
    held.go_on.set()


def serve(held: HeldAssistant, **given: Any) -> contextlib.AbstractContextManager[str]:
    settings = Settings(**given)
    return running(create_app(settings, GivenBackend(settings, held)))


def test_waiting_is_shown_by_comments(held: HeldAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.01)
    body = {"question": QUESTION}
    with serve(held) as url, httpx.stream("POST", f"{url}/api/ask/stream", json=body, timeout=60) as response:
        lines = response.iter_lines()
        comments = [line for line in itertools.islice(lines, 8) if line]
        assert len(comments) > 2
        assert all(line.startswith(":") for line in comments)
        held.go_on.set()
        assert [name for name, _ in sse_events(lines)][-1] == "done"


def test_the_reader_gone_ends_the_writing(held: HeldAssistant) -> None:
    body = {"question": QUESTION}
    with serve(held, concurrency=1, max_waiting=0) as url:
        with httpx.stream("POST", f"{url}/api/ask/stream", json=body, timeout=60) as response:
            next(response.iter_lines())
            assert held.begun.wait(60)
        held.go_on.set()
        wait_until(held.ended.is_set, "the writing has ended")
        wait_until(lambda: httpx.post(f"{url}/api/ask", json=body).status_code == 200, "there is room again")


def test_an_answer_that_takes_too_long_ends_with_an_error(held: HeldAssistant) -> None:
    body = {"question": QUESTION}
    with serve(held, answer_seconds=0.05, concurrency=2) as url:
        name, problem = events(url, QUESTION)[-1]
        assert_problem(httpx.post(f"{url}/api/ask", json=body), 504)
    assert (name, problem["status"]) == ("error", 504)
    assert problem["type"] == "urn:bpo-kpo:problem:time-limit"


def test_a_fault_on_the_way_is_an_error_event_and_is_logged(
    held: HeldAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    held.fault = RuntimeError("a fault that tells secrets")
    held.go_on.set()
    with serve(held) as url, caplog.at_level(logging.ERROR):
        name, problem = events(url, QUESTION)[-1]
    assert (name, problem["status"]) == ("error", 500)
    assert "secrets" not in str(problem)
    assert "a fault that tells secrets" in caplog.text


def test_more_questions_than_there_is_room_for_are_refused_at_once(
    held: HeldAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.01)
    body = {"question": QUESTION}
    with serve(held, concurrency=1, max_waiting=1) as url, ThreadPoolExecutor(1) as reader:
        answered = reader.submit(httpx.post, f"{url}/api/ask", json=body, timeout=60)
        assert held.begun.wait(60)
        with httpx.stream("POST", f"{url}/api/ask/stream", json=body, timeout=60) as waiting:
            lines = waiting.iter_lines()
            assert len([line for line in itertools.islice(lines, 8) if line]) > 2
            refused = httpx.post(f"{url}/api/ask", json=body)
            assert_problem(httpx.post(f"{url}/api/ask/stream", json=body), 503)
            held.go_on.set()
            assert [name for name, _ in sse_events(lines)][-1] == "done"
        assert answered.result().status_code == 200
    assert assert_problem(refused, 503)["type"] == "urn:bpo-kpo:problem:busy"
    assert int(refused.headers["retry-after"]) > 0
