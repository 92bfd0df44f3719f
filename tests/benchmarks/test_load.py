"""Fifty readers at once, who ask again as soon as they are answered, beside the bare embedding call of the same run.

    BENCH_SECONDS=60 make test ARGS="-s tests/benchmarks/test_load.py"

Asserts that no question fails and that memory stays; prints the figures. The readers run on the same processors as the
server, and no answer is kept, so that each question costs what it costs.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import httpx
import pytest

from assistant.evaluation.cases import load_cases
from ingest.embed import Embedder
from tests.run_async import run_async
from tests.ui.conftest import is_ready, serving, wait_until

READERS = 50
STREAMING = 10  # of the readers
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
SETTLING_SECONDS, SETTLING_ROUNDS = 5.0, 16
CASES = Path(__file__).parents[1] / "faq" / "fit"


@dataclass
class Tally:
    """What happened to the readers; times in seconds."""

    answered: list[float] = field(default_factory=list)
    first_events: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


async def ask(http: httpx.AsyncClient, question: str, tally: Tally) -> None:
    began = time.perf_counter()
    response = await http.post("/api/ask", json={"question": question})
    tally.answered.append(time.perf_counter() - began)
    if response.status_code != 200:
        tally.failures.append(response.text)


async def stream(http: httpx.AsyncClient, question: str, tally: Tally) -> None:
    began, last = time.perf_counter(), ""
    async with http.stream("POST", "/api/ask/stream", json={"question": question}) as response:
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                if not last:
                    tally.first_events.append(time.perf_counter() - began)
                last = line
    tally.answered.append(time.perf_counter() - began)
    if last != "event: done":
        tally.failures.append(f"{response.status_code} {last}")


async def load(url: str, questions: Iterator[str], seconds: float, readers: int = READERS) -> Tally:
    """Let readers ask for a time; a question that is asked by then is waited for."""
    tally = Tally()
    until = time.perf_counter() + seconds

    async def read(http: httpx.AsyncClient, number: int) -> None:
        asking = stream if number < STREAMING else ask
        while time.perf_counter() < until:
            try:
                await asking(http, next(questions), tally)
            except httpx.HTTPError as error:
                tally.failures.append(repr(error))

    async with httpx.AsyncClient(base_url=url, timeout=60, limits=httpx.Limits(max_connections=readers)) as http:
        await asyncio.gather(*(read(http, number) for number in range(readers)))
    return tally


def memory(url: str) -> float:
    """Return the server's memory in bytes, as it tells it itself."""
    lines = httpx.get(f"{url}/metrics").text.splitlines()
    return next((float(line.split()[1]) for line in lines if line.startswith("process_resident_memory_bytes ")), 0.0)


def settle(url: str, questions: Iterator[str]) -> float:
    """Load the server until its memory stays; return that.

    The model prepares each size of a pass when it first meets it, of which there are some hundreds.
    """
    before = memory(url)
    for _ in range(SETTLING_ROUNDS):
        run_async(load(url, questions, SETTLING_SECONDS))
        before, last = memory(url), before
        if before <= 1.01 * last:
            break
    return before


def bare(embedder: Embedder, questions: list[str]) -> float:
    """Return how many questions a second the model alone reads, one after the other."""
    began = time.perf_counter()
    for question in questions:
        embedder.encode([question])
    return len(questions) / (time.perf_counter() - began)


@pytest.mark.slow
def test_fifty_readers_at_once_are_all_answered_in_the_memory_that_there_was(
    index_dir: Path, embedder: Embedder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = [located.case.question for located in load_cases([CASES]) if located.case.question]
    floor = bare(embedder, questions[:100])
    settings = {"BPO_KPO_RATE_LIMIT": "off", "BPO_KPO_CACHED_ANSWERS": "0", "BPO_KPO_LOG_LEVEL": "warning"}
    index = tmp_path / "index"
    shutil.copytree(index_dir, index)
    with serving("--index", str(index), **settings) as server:
        wait_until(lambda: is_ready(server.url, "chat"), "the chat is open")
        endless = itertools.cycle(questions)
        alone = run_async(load(server.url, endless, SECONDS / 5, readers=1))
        before = settle(server.url, endless)
        tally = run_async(load(server.url, endless, SECONDS))
        after = memory(server.url)
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{READERS} readers for {SECONDS:g} s: {len(tally.answered) / SECONDS:.1f} answers/s beside {floor:.1f} "
            f"bare encodes/s one after the other; p50 {1000 * median(tally.answered):.0f} ms, "
            f"p95 {1000 * p95(tally.answered):.0f} ms, first event p95 {1000 * p95(tally.first_events):.0f} ms; "
            f"one reader alone, streaming: first event p50 "
            f"{1000 * median(alone.first_events):.0f} ms, p95 {1000 * p95(alone.first_events):.0f} ms; memory "
            f"{before / 2**20:.0f} MiB before, {after / 2**20:.0f} MiB after; failures {len(tally.failures)}"
        )
    assert tally.failures + alone.failures == [], "\n".join(server.log[-40:])
    assert len(tally.answered) > READERS
    assert after <= 1.05 * before


def p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1]
