"""`POST /api/feedback`, and that answering never depends on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant import Assistant
from tests.ui.asking import GivenBackend, assert_problem
from tests.ui.conftest import running, wait_until
from tests.ui.feedback.making import answered
from ui.feedback.store import FeedbackStore
from ui.server import create_app
from ui.settings import Settings

pytestmark = pytest.mark.slow

OFF_TOPIC = "Who won the football world cup in 1998?"
# Nothing listens on port 1: the connection is refused.
DOWN = "postgresql://reader@127.0.0.1:1/none"


@contextmanager
def serving_with(feedback: str, assistant: Assistant, index: Path) -> Iterator[str]:
    settings = Settings(feedback=feedback, index=index)
    with running(create_app(settings, GivenBackend(settings, assistant))) as url:
        yield url


def judged(**more: Any) -> dict[str, Any]:
    answer = answered("Is KPO dearer?", "educba").model_dump(mode="json")
    return {"question": "Is KPO dearer?", "answer": answer, "helpful": False, "comment": None} | more


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('feedback') / 'feedback.db'}"


@pytest.fixture(scope="module")
def url(stored: str, assistant: Assistant, index_dir: Path) -> Iterator[str]:
    with serving_with(stored, assistant, index_dir) as url:
        yield url


def test_a_verdict_is_taken_and_stored(url: str, stored: str, assistant: Assistant) -> None:
    asked = httpx.post(f"{url}/api/ask", json={"question": "What does KPO stand for?"}).json()
    body = {"question": "What does KPO stand for?", "answer": asked, "helpful": True, "comment": "  "}
    response = httpx.post(f"{url}/api/feedback", json=body)
    assert (response.status_code, response.content) == (204, b"")
    [row] = [row for row in FeedbackStore(stored).rows()[0] if row["helpful"]]
    assert (row["question"], row["comment"], row["snapshot"]) == (body["question"], None, assistant.snapshot)
    assert [passage["quote"] for passage in row["passages"]] == [c["quote"] for c in asked["citations"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "wrong",
    [
        {"helpful": "perhaps"},
        {"answer": {"text": "no answer"}},
        {"comment": "x" * 2_001},
        {"id": "short"},
        {"id": "../../etc/passwd"},
        {"reader": "me"},
        {"question": ""},
    ],
)
def test_what_is_no_verdict_is_refused(url: str, wrong: dict[str, Any]) -> None:
    assert_problem(httpx.post(f"{url}/api/feedback", json=judged(**wrong)), 422)


def test_abstentions_of_every_way_to_ask_are_counted(url: str, stored: str) -> None:
    httpx.post(f"{url}/api/ask", json={"question": OFF_TOPIC})
    with httpx.stream("POST", f"{url}/api/ask/stream", json={"question": OFF_TOPIC}) as response:
        response.read()
    store = FeedbackStore(stored)
    wait_until(lambda: [row["times"] for row in store.rows()[1]] == [2], "both are counted")


def test_a_database_that_is_down_stops_no_answer(
    assistant: Assistant, index_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serving_with(DOWN, assistant, index_dir) as url:
        for question in (OFF_TOPIC, "What does KPO stand for?", OFF_TOPIC):
            assert httpx.post(f"{url}/api/ask", json={"question": question}).status_code == 200
        problem = assert_problem(httpx.post(f"{url}/api/feedback", json=judged()), 503)
        assert "later" in problem["detail"]
    assert any("feedback was not stored" in record.message for record in caplog.records)


def test_feedback_that_is_off_is_not_there_and_stores_nothing(
    assistant: Assistant, index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with serving_with("off", assistant, index_dir) as url:
        assert_problem(httpx.post(f"{url}/api/feedback", json=judged()), 404)
        assert httpx.post(f"{url}/api/ask", json={"question": OFF_TOPIC}).json()["abstained"]
    assert list(tmp_path.iterdir()) == []
