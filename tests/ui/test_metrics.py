"""What is counted and what is logged."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from assistant import Assistant
from tests.ui.asking import GivenBackend
from tests.ui.conftest import ServerProcess, is_ready, running, serving, wait_until
from ui.server import create_app
from ui.settings import Settings

SECRET = "zanzibar"


def samples(url: str) -> dict[tuple[str, ...], float]:
    """Read the metrics: by name and labels' values, in the order of the labels' names."""
    response = httpx.get(f"{url}/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_requests_answers_abstentions_and_stages_are_counted(assistant: Assistant) -> None:
    settings = Settings(max_history=1)
    with running(create_app(settings, GivenBackend(settings, assistant))) as url:
        httpx.post(f"{url}/api/ask", json={"question": "What does KPO stand for?"})
        httpx.post(f"{url}/api/ask/stream", json={"question": "What is BPO?"})
        httpx.post(f"{url}/api/ask", json={"question": f"Who won the football world cup in {SECRET}?"})
        httpx.post(f"{url}/api/ask", json={"question": "?!"})
        httpx.get(f"{url}/api/articles/none")
        httpx.get(f"{url}/{SECRET}")
        counted = samples(url)
    assert counted["bpo_kpo_answers_total", "answered", "extractive"] == 2
    assert counted["bpo_kpo_answers_total", "abstained", "extractive"] == 1
    assert counted["bpo_kpo_answers_total", "question", ""] == 1
    assert counted["bpo_kpo_http_requests_total", "POST", "/api/ask", "200"] == 2
    assert counted["bpo_kpo_http_requests_total", "POST", "/api/ask", "422"] == 1
    assert counted["bpo_kpo_http_requests_total", "GET", "/api/articles/{article_id}", "404"] == 1
    for stage in ("embed", "retrieve", "write", "total"):
        assert counted["bpo_kpo_answer_stage_seconds_count", stage] == 3
    assert counted["bpo_kpo_answer_stage_seconds_sum", "total"] > 0
    assert counted["bpo_kpo_index_age_seconds",] > 0
    assert counted["bpo_kpo_index_articles",] == len(assistant.articles)
    assert counted["bpo_kpo_questions_in_progress",] == 0
    assert counted["bpo_kpo_ready",] == 1
    assert not any(SECRET in part for key in counted for part in key)


def test_a_request_keeps_its_id_or_gets_one(server: str) -> None:
    assert httpx.get(f"{server}/healthz", headers={"x-request-id": "abc-1"}).headers["x-request-id"] == "abc-1"
    made = {httpx.get(f"{server}/healthz", headers={"x-request-id": 'x" y'}).headers["x-request-id"] for _ in range(2)}
    assert len(made) == 2
    assert all(identity.isalnum() for identity in made)


@pytest.mark.slow
@pytest.mark.parametrize("wanted", ["false", "true"])
def test_the_log_is_json_and_holds_questions_only_if_wanted(server_index: Path, wanted: str) -> None:
    settings = {"BPO_KPO_LOG_FORMAT": "json", "BPO_KPO_LOG_QUESTIONS": wanted, "BPO_KPO_INDEX": str(server_index)}
    with serving(**settings) as server:
        wait_until(lambda: is_ready(server.url), "the assistant is open")
        asked = {"question": f"Is KPO used in {SECRET}?"}
        httpx.post(f"{server.url}/api/ask", json=asked, headers={"x-request-id": "r-1"}, timeout=60)
        wait_until(lambda: len(of_request(server, "r-1")) == 2, "both lines are logged")
        answered, requested = of_request(server, "r-1")
        said = "\n".join(server.log)
    assert (answered["logger"], requested["logger"]) == ("ui.answers", "ui.requests")
    assert answered["outcome"] in ("answered", "abstained")
    assert answered["total_ms"] > 0
    assert (requested["method"], requested["route"], requested["status"]) == ("POST", "/api/ask", 200)
    assert (SECRET in said) == (wanted == "true")
    assert "127.0.0.1" not in "".join(json.dumps(line) for line in (answered, requested))


def of_request(server: ServerProcess, identity: str) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in list(server.log) if line.startswith("{")]
    return [line for line in lines if line["request_id"] == identity]
