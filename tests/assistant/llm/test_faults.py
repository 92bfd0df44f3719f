"""A model that is down, slow or broken costs a reader a bound time once, and never an answer."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from assistant import Assistant
from assistant.llm.breaker import Breaker
from tests.assistant.llm.conftest import worded_by_server
from tests.assistant.llm.servers import ScriptedServer
from tests.assistant.llm.test_writer import COSTS, TRUE


@pytest.mark.parametrize(
    ("fault", "note", "requests"),
    [
        ("slow", "longer than 1 s", 1),
        ("garbage", "could not be read", 2),
        ("empty", "said nothing", 1),
        (429, "asked too often (429)", 2),
        (500, "reported an error (500)", 2),
        (401, "refuses the key (401)", 1),
        (400, "reported an error (400)", 1),
    ],
)
def test_a_fault_gives_the_quoted_answer_with_a_note_and_is_met_once(
    assistant: Assistant, server: ScriptedServer, fault: str | int, note: str, requests: int
) -> None:
    worded = worded_by_server(assistant, server, timeout=1.0 if fault == "slow" else 10.0)
    server.faults = (fault,)
    answer = worded.ask(COSTS)
    assert answer.writer == "extractive"
    assert answer.statements == assistant.ask(COSTS).statements
    assert answer.checks is not None
    assert note in (answer.checks.note or "")
    assert len(server.requests) == requests
    again = worded.ask("What are the drawbacks of BPO?")
    assert again.checks is not None
    assert "not answering at the moment" in (again.checks.note or "")
    assert len(server.requests) == requests


def test_a_server_that_is_not_there_gives_the_quoted_answer(assistant: Assistant, server: ScriptedServer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    answer = worded_by_server(assistant, server, base_url=url).ask(COSTS)
    assert answer.writer == "extractive"
    assert answer.checks is not None
    assert "cannot be reached" in (answer.checks.note or "")


def test_a_server_that_does_not_keep_to_the_bound_is_left(assistant: Assistant, server: ScriptedServer) -> None:
    # No sentence ends, and the second half never comes.
    server.say, server.hold = f"{TRUE} [1]. " + "and so on " * 2_000, threading.Event()
    answer = worded_by_server(assistant, server, max_tokens=50, timeout=60.0).ask(COSTS)
    assert answer.writer == "openai:scripted"
    assert answer.checks is not None
    assert answer.checks.note is None, "it was left for the time it took"
    assert server.reader_gone.wait(20)


@pytest.mark.parametrize(
    ("model", "name"),
    [("scripted", "max_tokens"), ("my-gpt-5-clone", "max_tokens"), ("openai/gpt-5-mini", "max_completion_tokens")],
)
def test_the_bound_on_tokens_is_sent_by_the_name_that_the_server_most_likely_knows(
    assistant: Assistant, server: ScriptedServer, model: str, name: str
) -> None:
    server.say = f"{TRUE} [1]."
    worded_by_server(assistant, server, model=f"openai:{model}", max_tokens=50).ask(COSTS)
    names = {"max_tokens", "max_completion_tokens"}
    assert [{key: request[key] for key in names & request.keys()} for request in server.requests] == [{name: 50}]


def test_too_many_requests_are_tried_again(assistant: Assistant, server: ScriptedServer) -> None:
    server.faults = (429, 429, None)
    server.say = f"{TRUE} [1]."
    answer = worded_by_server(assistant, server, retries=2).ask(COSTS)
    assert answer.writer == "openai:scripted"
    assert len(server.requests) == 3


def test_what_was_proved_before_the_stream_was_cut_stays(assistant: Assistant, server: ScriptedServer) -> None:
    server.faults = ("cut",)
    server.say = f"{TRUE} [1]. KPO is more expensive by the hour than BPO [1]. " + "More of it to come. " * 20
    answer = worded_by_server(assistant, server).ask(COSTS)
    assert answer.writer == "openai:scripted"
    assert [statement.text for statement in answer.statements][:1] == [f"{TRUE}."]


def test_a_model_that_is_up_again_is_found_in_the_background(assistant: Assistant, server: ScriptedServer) -> None:
    worded = worded_by_server(assistant, server, cool_down=0.0, retries=0)
    server.faults = (500, None)
    server.say = f"{TRUE} [1]."
    assert worded.ask(COSTS).writer == "extractive"
    # This one is not held up: it is quoted while the model is tried.
    assert worded.ask(COSTS).writer == "extractive"
    until = time.monotonic() + 20
    while worded.ask(COSTS).writer == "extractive":
        assert time.monotonic() < until, "the model was never found again"


def test_the_breaker_tries_once_at_a_time() -> None:
    tried, go_on = [], threading.Event()

    def probe() -> bool:
        tried.append(1)
        return go_on.wait(10)

    breaker = Breaker(0.0, probe)
    breaker.failed()
    assert not any(breaker.allows() for _ in range(5))
    assert len(tried) <= 1
    go_on.set()
    until = time.monotonic() + 10
    while not breaker.closed:
        assert time.monotonic() < until
    assert breaker.allows()
    assert len(tried) == 1
