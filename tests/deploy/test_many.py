"""Several assistants and one Chroma server, as deploy/ has them, on loopback: what readers see of failures."""

from __future__ import annotations

import shutil

import httpx
import pytest

from ingest.embed import Embedder
from tests.benchmarks.many import expected_answers, load, restart, topology, wait_for
from tests.benchmarks.measure import QUESTIONS


def can_ask(url: str) -> bool:
    return httpx.post(f"{url}/api/ask", json={"question": QUESTIONS[0]}, timeout=60).status_code == 200


pytestmark = pytest.mark.slow


def test_a_killed_assistant_and_a_restarted_store_give_no_wrong_answer(embedder: Embedder) -> None:
    if shutil.which("nginx") is None:
        pytest.skip("no nginx: apt-get install nginx-light")
    with topology(2, embedder) as made:
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
