"""A server under more than it can take, and one that is told to stop while it answers."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import select
import signal
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.run_async import run_async
from tests.ui.conftest import PATIENCE_SECONDS, is_ready, serving, wait_until

pytestmark = pytest.mark.slow

QUESTIONS = [f"What does a provider of service number {i} need?" for i in range(50)]


async def ask_many(url: str, count: int, readers: int) -> Counter[str]:
    found: Counter[str] = Counter()
    left = iter(range(count))

    async def read(client: httpx.AsyncClient) -> None:
        for number in left:
            question = QUESTIONS[number % len(QUESTIONS)]
            try:
                response = await client.post(f"{url}/api/ask", json={"question": question})
            except httpx.TransportError as error:
                found[repr(error)] += 1
                continue
            refused = response.status_code in (429, 503) and int(response.headers["Retry-After"]) > 0
            found["answered" if response.status_code == 200 else "refused" if refused else "failed"] += 1
            if response.status_code == 200:
                assert response.json()["question"] == question

    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, limits=httpx.Limits(max_connections=readers)) as client:
        await asyncio.gather(*(read(client) for _ in range(readers)))
    return found


def memory(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_ten_thousand_rapid_requests_are_answered_or_refused_and_leave_the_server_as_it_was(server_index: Path) -> None:
    with serving("--index", str(server_index), BPO_KPO_RATE_LIMIT="1000000/second") as server:
        wait_until(lambda: is_ready(server.url), "ready")
        run_async(ask_many(server.url, 1_000, 50))
        before = memory(server.process.pid)
        found = run_async(ask_many(server.url, 10_000, 200))
        assert server.process.poll() is None, "\n".join(server.log[-20:])
        assert found.keys() <= {"answered", "refused"}, found
        assert found.total() == 10_000
        assert found["answered"] > 0
        assert memory(server.process.pid) < 1.3 * before
        assert httpx.post(f"{server.url}/api/ask", json={"question": "What is KPO?"}).status_code == 200
        assert 'answer_cache_lookups_total{result="hit"}' in httpx.get(f"{server.url}/metrics").text


def test_a_connection_that_rests_takes_the_next_question(server: str) -> None:
    connection = http.client.HTTPConnection(server.removeprefix("http://"), timeout=PATIENCE_SECONDS)
    with contextlib.closing(connection):
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        # Longer than clients of the usual settings keep an idle connection, and uvicorn by default.
        assert not select.select([connection.sock], [], [], 6.0)[0], "the server closed the connection"
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200


def test_a_server_that_is_told_to_stop_finishes_its_answers(server_index: Path) -> None:
    with serving("--index", str(server_index), BPO_KPO_RATE_LIMIT="1000000/second") as server:
        wait_until(lambda: is_ready(server.url), "ready")

        async def ask_and_stop() -> list[httpx.Response]:
            async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
                asking = [
                    asyncio.ensure_future(client.post(f"{server.url}/api/ask", json={"question": question}))
                    for question in QUESTIONS[:30]
                ]
                await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
                os.kill(server.process.pid, signal.SIGTERM)
                return await asyncio.gather(*asking)

        responses = run_async(ask_and_stop())
        assert [response.status_code for response in responses] == [200] * 30
        assert server.process.wait(PATIENCE_SECONDS) in (0, -signal.SIGTERM)
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{server.url}/healthz")
