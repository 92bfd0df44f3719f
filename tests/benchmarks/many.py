"""The topology of deploy/compose.yaml on this machine's loopback, and a load on it.

    python -m tests.benchmarks.many [--processes 1,2,4] [--requests 400]

nginx (where it is installed) stands before several assistants that read one index from a Chroma server. One
assistant is killed and the Chroma server is restarted while questions come in. Every answer is compared with the
one that was given before the load.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx

from ingest import build_index
from ingest.embed import Embedder
from ingest.settings import IngestSettings, StoreSettings
from tests.benchmarks.measure import QUESTIONS, RESULTS, keep, p50, p95
from tests.chroma_server import ChromaServer, free_port
from tests.run_async import run_async

ROOT = Path(__file__).parents[2]


@dataclass
class Outcome:
    """What came of a load: how many answers were right, wrong, refused with a time to come again, or failed."""

    counts: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Return it as figures."""
        return {
            "answers_per_second": round(self.counts["right"] / max(self.seconds, 1e-9), 1),
            "p50_ms": p50(self.times) if self.times else None,
            "p95_ms": p95(self.times) if len(self.times) > 1 else None,
            **{name: self.counts[name] for name in ("right", "wrong", "later", "failed")},
        }


class Topology:
    """A Chroma server with an index, several assistants, and nginx before them."""

    def __init__(self, work: Path, processes: int, *, embedder: Embedder, cached_answers: int = 0) -> None:
        self._work = work
        self.chroma = ChromaServer(work / "chroma")
        self.chroma.start()
        store = StoreSettings(address=self.chroma.url)
        settings = IngestSettings(store=store)
        build_index(ROOT / "corpus", work / "ingest", settings=settings, embedder=embedder)
        environment = {
            "BPO_KPO_STORE": self.chroma.url,
            "BPO_KPO_PRECISION": embedder.precision,
            "BPO_KPO_CACHED_ANSWERS": str(cached_answers),
            "BPO_KPO_RATE_LIMIT": "1000000/second",
            "BPO_KPO_POLL_SECONDS": "0.5",
            "BPO_KPO_TRUSTED_PROXIES": "127.0.0.1/32",
            "BPO_KPO_LOG_LEVEL": "error",
            "BPO_KPO_FEEDBACK": "off",
        }
        self.ports = [free_port() for _ in range(processes)]
        self.apps = [self._start(port, environment) for port in self.ports]
        for port in self.ports:
            wait_for(lambda port=port: _status(f"http://127.0.0.1:{port}/readyz") == 200, "ready")  # type: ignore[misc]
        self._nginx: subprocess.Popen[bytes] | None = None
        self.url = self._start_nginx() if shutil.which("nginx") else f"http://127.0.0.1:{self.ports[0]}"

    def _start(self, port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        index = self._work / f"app-{port}"
        log = (self._work / f"app-{port}.log").open("wb")
        return subprocess.Popen(
            [sys.executable, "-m", "ui", "serve", "--port", str(port), "--index", str(index)],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=log,
            stderr=log,
        )

    def _start_nginx(self) -> str:
        port = free_port()
        text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        line = next(line for line in text.splitlines() if "server app:7860" in line)
        servers = "\n".join(line.replace("app:7860", f"127.0.0.1:{one}") for one in self.ports)
        text = text.replace(line, servers).replace("listen 8080", f"listen 127.0.0.1:{port}")
        text = text.replace("/tmp/nginx", str(self._work / "nginx"))
        conf = self._work / "nginx.conf"
        conf.write_text(text, encoding="utf-8")
        self._work.chmod(0o755)
        command = ["nginx", "-c", str(conf), "-g", "daemon off;"]
        self._nginx = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: _status(f"{url}/healthz") == 200, "nginx")
        return url

    def kill_one(self) -> None:
        """Kill the last assistant, as a machine that fails does."""
        self.apps[-1].send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Stop everything that was started."""
        for process in (*self.apps, *([self._nginx] if self._nginx else [])):
            process.terminate()
        for process in (*self.apps, *([self._nginx] if self._nginx else [])):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(30)
        self.chroma.stop()


@contextlib.contextmanager
def topology(processes: int, embedder: Embedder) -> Iterator[Topology]:
    """Start the topology in a folder of its own, and remove it in the end."""
    work = Path(tempfile.mkdtemp(prefix="bpo-kpo-many-"))
    made: Topology | None = None
    try:
        made = Topology(work, processes, embedder=embedder)
        yield made
    finally:
        if made is not None:
            made.close()
        shutil.rmtree(work, ignore_errors=True)


def expected_answers(url: str, questions: Sequence[str] = QUESTIONS) -> dict[str, str]:
    """Ask each question once; the answers are what a load must give too."""
    return {q: httpx.post(f"{url}/api/ask", json={"question": q}, timeout=120).json()["text"] for q in questions}


def load(
    url: str,
    expected: dict[str, str],
    requests: int,
    *,
    readers: int = 16,
    events: dict[int, Callable[[], object]] | None = None,
) -> Outcome:
    """Ask so many questions, `readers` at a time; `events` happen once so many were answered."""
    return run_async(_load(url, expected, requests, readers, events or {}))


async def _load(
    url: str, expected: dict[str, str], requests: int, readers: int, events: dict[int, Callable[[], object]]
) -> Outcome:
    outcome = Outcome()
    questions = cycle(expected)
    left = iter(range(requests))
    happening: list[asyncio.Future[object]] = []

    async def read(client: httpx.AsyncClient) -> None:
        for number in left:
            if number in events:
                happening.append(asyncio.ensure_future(asyncio.to_thread(events[number])))
            question = next(questions)
            began = time.perf_counter()
            try:
                response = await client.post(f"{url}/api/ask", json={"question": question})
            except httpx.HTTPError as error:
                outcome.counts["failed"] += 1
                outcome.failures.append(repr(error))
                continue
            if response.status_code == 200:
                outcome.times.append(1000 * (time.perf_counter() - began))
                outcome.counts["right" if response.json()["text"] == expected[question] else "wrong"] += 1
            elif response.status_code == 503 and "Retry-After" in response.headers:
                outcome.counts["later"] += 1
                await asyncio.sleep(0.2)  # a reader who is asked to come later does
            else:
                outcome.counts["failed"] += 1
                outcome.failures.append(f"{response.status_code} {response.text[:200]}")

    began = time.perf_counter()
    async with httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=readers)) as client:
        await asyncio.gather(*(read(client) for _ in range(readers)))
    await asyncio.gather(*happening)
    outcome.seconds = time.perf_counter() - began
    return outcome


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 180) -> None:
    """Ask for a condition until it holds."""
    pause, give_up = threading.Event(), time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError(f"{what}: not within {seconds} s")
        pause.wait(0.1)


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=10).status_code
    except httpx.TransportError:
        return 0


def restart(server: ChromaServer) -> None:
    """Stop a Chroma server and start it again."""
    server.stop()
    server.start()


def main() -> None:
    """Measure each number of processes, the last one also with failures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", default="1,2,4")
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    embedder = Embedder.load(precision="float32")
    figures: dict[str, Any] = {"nginx": shutil.which("nginx") is not None, "precision": embedder.precision}
    for processes in map(int, given.processes.split(",")):
        with topology(processes, embedder) as made:
            expected = expected_answers(made.url)
            load(made.url, expected, given.requests // 4)
            figures[f"processes-{processes}"] = load(made.url, expected, given.requests).figures()
            if processes > 1:
                events = {given.requests // 4: made.kill_one, given.requests // 2: lambda: restart(made.chroma)}
                figures[f"processes-{processes}-faults"] = load(
                    made.url, expected, given.requests, events=events
                ).figures()
    keep("many", figures, given.results)


if __name__ == "__main__":
    main()
