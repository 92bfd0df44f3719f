"""The HTTP API of a real server."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from assistant import Assistant, Turn
from assistant.types import Answer
from tests.ui.asking import assert_problem
from tests.ui.conftest import is_ready, running, wait_until
from ui.backend import Backend
from ui.server import create_app
from ui.settings import Settings

QUESTION = "What does KPO stand for?"


@pytest.fixture(scope="module")
def http(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=60) as client:
        yield client


def test_ask_answers_with_citations_that_hold(http: httpx.Client) -> None:
    response = http.post("/api/ask", json={"question": QUESTION})
    assert response.status_code == 200
    answer = Answer.model_validate(response.json())
    assert not answer.abstained
    assert answer.statements
    for citation in answer.citations:
        text = http.get(f"/api/articles/{citation.article_id}").json()["text"]
        assert text[citation.start : citation.end] == citation.quote


def test_ask_takes_the_turns_before(http: httpx.Client) -> None:
    history = [{"question": "What is BPO?", "answer": "BPO is business process outsourcing. [1]"}]
    response = http.post("/api/ask", json={"question": "And KPO?", "history": history})
    assert response.status_code == 200
    assert "KPO" in response.json()["query"]


def test_what_the_articles_do_not_say_is_an_abstention_not_an_error(http: httpx.Client) -> None:
    response = http.post("/api/ask", json={"question": "Who won the football world cup in 1998?"})
    assert response.status_code == 200
    assert response.json()["abstained"]
    assert response.json()["citations"] == []


@pytest.mark.parametrize("question", ["", "  \n ", "?!… ---", "x" * 2001, "why " * 2500])
def test_a_question_that_cannot_be_asked_is_a_problem(http: httpx.Client, question: str) -> None:
    problem = assert_problem(http.post("/api/ask", json={"question": question}), 422)
    assert problem["type"] == "urn:bpo-kpo:problem:question"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"question": 5}',
        '{"question": "x", "more": 1}',
        '{"question": "x", "history": [{"answer": "y"}]}',
        '{"question": "x", "history": "y"}',
    ],
)
def test_a_request_that_is_not_valid_is_a_problem(http: httpx.Client, body: str) -> None:
    response = http.post("/api/ask", content=body, headers={"content-type": "application/json"})
    problem = assert_problem(response, 422)
    assert problem["type"] == "urn:bpo-kpo:problem:invalid"
    assert problem["errors"]


def test_a_body_that_is_too_large_is_refused(http: httpx.Client) -> None:
    response = http.post("/api/ask", json={"question": "x" * 1_100_000})
    assert_problem(response, 413)


@pytest.mark.parametrize("path", ["/api/articles/none", "/api/none", "/api/articles/a/b"])
def test_unknown_paths_are_problems(http: httpx.Client, path: str) -> None:
    assert_problem(http.get(path), 404)


def test_the_wrong_method_is_a_problem_that_names_the_right_one(http: httpx.Client) -> None:
    response = http.get("/api/ask")
    assert_problem(response, 405)
    assert response.headers["allow"] == "POST"


def test_articles_are_listed_and_read(http: httpx.Client, assistant: Assistant) -> None:
    listed = http.get("/api/articles").json()
    assert [entry["id"] for entry in listed] == [article.id for article in assistant.articles]
    assert set(listed[0]) == {"id", "title", "publisher", "url"}
    for article in assistant.articles:
        assert http.get(f"/api/articles/{article.id}").json()["text"] == article.text


def test_the_article_page_marks_the_quote(http: httpx.Client, assistant: Assistant) -> None:
    article = assistant.articles[0]
    start = article.text.index("KPO")
    page = http.get(f"/articles/{article.id}", params={"start": start, "end": start + 3})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert 'id="quote"' in page.text


@pytest.mark.parametrize("span", ["", "?start=5", "?start=x&end=y", "?start=-1&end=4", "?start=9&end=3", "?end=5"])
def test_an_odd_span_shows_the_article_without_a_mark(http: httpx.Client, assistant: Assistant, span: str) -> None:
    page = http.get(f"/articles/{assistant.articles[0].id}{span}")
    assert page.status_code == 200
    assert "<mark" not in page.text


def test_an_unknown_article_is_a_page_that_helps(http: httpx.Client, assistant: Assistant) -> None:
    page = http.get("/articles/%3Cscript%3E")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "<script>" not in page.text
    for article in assistant.articles:
        assert f'href="/articles/{article.id}"' in page.text


def test_an_address_that_leads_nowhere_is_a_page_for_readers_and_json_for_programs(http: httpx.Client) -> None:
    wait_until(lambda: is_ready(str(http.base_url).rstrip("/"), "chat"), "the chat")
    page = http.get("/nowhere/<b>", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 404
    assert "No such page" in page.text
    assert 'href="/"' in page.text
    assert "<b>" not in page.text
    assert http.get("/", headers={"Accept": "text/html"}).status_code == 200
    assert http.get("/nowhere").json() == {"detail": "Not Found"}


def test_health_is_told(http: httpx.Client, assistant: Assistant) -> None:
    assert http.get("/healthz").json() == {"alive": True}
    ready = http.get("/readyz").json()
    assert ready["ready"]
    assert ready["articles"] == len(assistant.articles)


def test_the_documentation_loads_from_this_server_only(http: httpx.Client) -> None:
    page = http.get("/docs").text
    assert "://" not in page.replace("window.location.origin", "")
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert f"/docs/{name}" in page
        assert http.get(f"/docs/{name}").status_code == 200


def test_openapi_describes_answers_and_problems(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()
    ask = document["paths"]["/api/ask"]["post"]["responses"]
    assert ask["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Answer")
    for status in ("413", "422", "503"):
        assert ask[status]["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")
    assert "HTTPValidationError" not in document["components"]["schemas"]


@pytest.mark.parametrize("path", ["/", "/docs", "/articles/none", "/api/articles", "/healthz"])
def test_every_response_forbids_loading_from_outside(http: httpx.Client, path: str) -> None:
    headers = http.get(path).headers
    assert (
        "default-src 'self'" in headers["content-security-policy"]
        or "default-src 'none'" in (headers["content-security-policy"])
    )
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_the_chats_page_says_nothing_of_gradio_to_those_who_share_it(http: httpx.Client) -> None:
    head = http.get("/").text.split("<script", 1)[0]
    assert "gradio" not in head.lower()
    assert "og:image" not in head


class FailingAssistant(Assistant):
    """Fails on purpose."""

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        raise RuntimeError("a fault that tells secrets")


class FailingBackend(Backend):
    def open(self) -> Assistant:
        return FailingAssistant.open(self._settings.index)


def test_an_unexpected_error_is_a_problem_and_its_traceback_is_logged(
    server_index: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = tmp_path / "index"
    shutil.copytree(server_index, index)
    settings = Settings(index=index)
    with running(create_app(settings, FailingBackend(settings))) as url, caplog.at_level(logging.ERROR):
        wait_until(lambda: is_ready(url), "the assistant is open")
        response = httpx.post(f"{url}/api/ask", json={"question": QUESTION})
    problem = assert_problem(response, 500)
    assert "secrets" not in str(problem)
    assert "a fault that tells secrets" in caplog.text
