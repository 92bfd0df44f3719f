"""Several assistants and one Chroma server, as deploy/ has them, on loopback: what readers see of failures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest import build_index
from ingest.embed import Embedder
from ingest.settings import IngestSettings, StoreSettings
from tests.benchmarks.many import Topology, expected_answers, load, restart, topology, wait_for
from tests.benchmarks.measure import QUESTIONS
from tests.conftest import CORPUS

NEW = """---
title: A report on Lisbon
---

A provider of claims handling in Lisbon charges 417 dollars an hour for BPO.
"""


def can_ask(url: str) -> bool:
    return httpx.post(f"{url}/api/ask", json={"question": QUESTIONS[0]}, timeout=60).status_code == 200


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(embedder: Embedder) -> Iterator[Topology]:
    """Two assistants, for all tests of this module in their order: the last one kills one of them."""
    with topology(2, embedder) as made:
        yield made


def ask(url: str, question: str) -> dict[str, Any]:
    answer: dict[str, Any] = httpx.post(f"{url}/api/ask", json={"question": question}, timeout=60).json()
    answer.pop("timings_ms")
    return answer


def test_assistants_take_what_is_ingested_while_they_are_asked(
    made: Topology, embedder: Embedder, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    shutil.copytree(CORPUS, corpus)
    (corpus / "lisbon.md").write_text(NEW, encoding="utf-8")
    settings = IngestSettings(store=StoreSettings(address=made.chroma.url))
    urls = [f"http://127.0.0.1:{port}" for port in made.ports]

    def ingest() -> None:
        build_index(corpus, tmp_path / "index", settings=settings, embedder=embedder)
        wait_for(lambda: all("lisbon" in articles(url) for url in urls), "every assistant has the new article")

    outcome = load(made.url, expected_answers(made.url), 300, readers=8, events={20: ingest})
    assert outcome.counts["failed"] == outcome.counts["later"] == 0, outcome.failures
    question = "What does claims handling cost in Lisbon?"
    answers = [ask(url, question) for url in urls]
    assert answers[0] == answers[1]
    assert "417" in answers[0]["text"]


def articles(url: str) -> set[str]:
    return {entry["id"] for entry in httpx.get(f"{url}/api/articles", timeout=60).json()}


def test_a_killed_assistant_and_a_restarted_store_give_no_wrong_answer(made: Topology) -> None:
    if shutil.which("nginx") is None:
        pytest.skip("no nginx: apt-get install nginx-light")
    expected = expected_answers(made.url)
    events = {60: made.kill_one, 140: lambda: restart(made.chroma)}
    outcome = load(made.url, expected, 300, readers=8, events=events)
    assert outcome.counts["wrong"] == 0
    assert outcome.counts["failed"] == 0, outcome.failures
    assert outcome.counts["right"] >= 60, "at least what was asked before the first failure"
    assert sum(outcome.counts.values()) == 300
    wait_for(lambda: can_ask(made.url), "answers after the failures")
    after = load(made.url, expected, 40, readers=4)
    assert after.counts == {"right": 40}, after.failures
