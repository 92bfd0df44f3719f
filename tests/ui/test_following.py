"""A server follows the index: it moves to a new snapshot by itself, without dropping a request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant import Answer, Assistant, Turn
from assistant.answer_cache import AnswerCache
from ingest import build_index, rollback
from ingest.embed import Embedder
from tests.chroma_server import ChromaServer
from tests.ingest.conftest import COSTS, SKILLS
from tests.ui.conftest import wait_until
from ui.backend import Backend
from ui.problems import NotReady
from ui.settings import Settings

QUESTION = "What does payroll outsourcing cost?"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "costs.md").write_text(COSTS)
    (tmp_path / "corpus" / "skills.md").write_text(SKILLS)
    return Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", poll_seconds=0.05, precision="float32")


@pytest.fixture
def backend(settings: Settings) -> Iterator[Backend]:
    backend = Backend(settings)
    backend.start()
    wait_until(lambda: backend.ready, "ready")
    yield backend
    backend.stop()


def change(settings: Settings, price: str, embedder: Embedder) -> str:
    (settings.corpus / "costs.md").write_text(COSTS.replace("forty", price))
    return build_index(settings.corpus, settings.index, settings=settings.ingest, embedder=embedder).snapshot


def test_a_new_snapshot_is_taken_and_no_question_is_dropped_meanwhile(
    settings: Settings, backend: Backend, embedder: Embedder
) -> None:
    stop = threading.Event()
    said: list[str] = []

    def keep_asking() -> None:
        while not stop.is_set():
            said.append(backend.assistant().ask(QUESTION).text)

    with ThreadPoolExecutor(3) as threads:
        asking = [threads.submit(keep_asking) for _ in range(3)]
        for price in ("fifty", "sixty"):
            snapshot = change(settings, price, embedder)
            wait_until(lambda snapshot=snapshot: backend.assistant().snapshot == snapshot, "the switch")
        rollback(settings.index)
        wait_until(lambda: backend.assistant().snapshot != snapshot, "the switch back")
        before = len(said)
        wait_until(lambda: len(said) > before + 10, "answers after the switch")
        stop.set()
        for future in asking:
            future.result(60)
    assert all(any(price in text for price in ("forty", "fifty", "sixty")) for text in said)
    assert "fifty" in backend.assistant().ask(QUESTION).text


def test_a_snapshot_that_cannot_be_opened_leaves_the_one_in_use(
    settings: Settings, backend: Backend, embedder: Embedder
) -> None:
    first = backend.assistant().snapshot
    (settings.index / "CURRENT").write_text("garbage")
    wait_until(lambda: "pointer" in backend.reason, "the damage is seen")
    assert backend.assistant().snapshot == first
    assert "forty" in backend.assistant().ask(QUESTION).text
    snapshot = change(settings, "fifty", embedder)
    wait_until(lambda: backend.assistant().snapshot == snapshot, "the switch")


def test_the_pointer_may_go_missing_while_a_server_runs(
    settings: Settings, backend: Backend, embedder: Embedder
) -> None:
    (settings.index / "CURRENT").unlink()
    polls = threading.Event()
    polls.wait(0.2)
    assert "forty" in backend.assistant().ask(QUESTION).text
    snapshot = change(settings, "fifty", embedder)
    wait_until(lambda: backend.assistant().snapshot == snapshot, "the switch")


def test_the_same_question_is_answered_once_a_snapshot(
    settings: Settings, backend: Backend, embedder: Embedder
) -> None:
    first = backend.assistant().ask(QUESTION)
    counts = backend.cache_counts()
    again = backend.assistant().ask(QUESTION)
    assert backend.cache_counts().hits == counts.hits + 1
    assert again.model_dump(exclude={"timings_ms"}) == first.model_dump(exclude={"timings_ms"})
    assert list(backend.assistant().stream(QUESTION))[-1] == again
    assert backend.cache_counts().hits == counts.hits + 2
    turn = Turn(question="What is KPO?", answer="Knowledge.")
    backend.assistant().ask(QUESTION, history=[turn])
    assert backend.cache_counts().hits == counts.hits + 2, "another conversation is another question"
    snapshot = change(settings, "fifty", embedder)
    wait_until(lambda: backend.assistant().snapshot == snapshot, "the switch")
    assert "fifty" in backend.assistant().ask(QUESTION).text


def test_the_cache_keeps_what_was_used_last_and_only_a_writers_own_answers(assistant: Assistant) -> None:
    answer = assistant.ask("What is KPO?")
    cache = AnswerCache(2)
    for question in ("a", "b"):
        cache.put("s", "extractive", question, (), answer)
    assert cache.get("s", "extractive", "a", ()) == answer
    cache.put("s", "extractive", "c", (), answer)
    assert cache.get("s", "extractive", "b", ()) is None
    assert cache.get("other", "extractive", "a", ()) is None
    cache.put("s", "openai:gpt", "a", (), answer)
    assert cache.get("s", "openai:gpt", "a", ()) is None, "what stood in for a model that failed is not kept"
    counts = cache.counts()
    assert (counts.hits, counts.misses, counts.size) == (1, 3, 2)


def test_a_store_that_goes_away_means_not_ready_until_it_is_back(
    settings: Settings, tmp_path: Path, embedder: Embedder
) -> None:
    server = ChromaServer(tmp_path / "chroma")
    backend = Backend(settings.model_copy(update={"store": server.url}))
    backend.start()
    try:
        wait_until(lambda: server.url in backend.reason, "the reason names the server")
        server.start()
        wait_until(lambda: backend.ready, "ready")
        answer = backend.assistant().ask(QUESTION)
        assert isinstance(answer, Answer)
        server.stop()
        with pytest.raises(NotReady, match="does not answer"):
            backend.assistant().ask("Where are nearshore providers?")
        assert backend.assistant().ask(QUESTION).text == answer.text, "what was answered needs no store"
        server.start()
        assert "Mexico" in backend.assistant().ask("Where are nearshore providers?").text
    finally:
        backend.stop()
        server.stop()
