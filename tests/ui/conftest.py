"""Real servers and a real browser for the tests of the ways in."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, expect, sync_playwright

from tests.install_browser import browser_arguments, find_browser
from tests.ui.visiting import WIDE, Visit

PATIENCE_SECONDS = 120.0
# A slow machine is no failure: a condition that holds is seen at once, however long this is.
expect.set_options(timeout=30_000)
PROGRAM = [sys.executable, "-m", "ui"]


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Ask for a condition until it holds; fail when it does not in time."""
    pause = threading.Event()
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, f"{what}: not within {seconds} s"
        pause.wait(0.05)


def is_ready(url: str, part: str = "ready") -> bool:
    """Return whether the server at an address says that it (or its `chat`) is ready."""
    return bool(httpx.get(f"{url}/readyz").json()[part])


class ServerProcess:
    """`bpo-kpo serve` as a process of its own, on a free port."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "serve", "--port", "0", *arguments],
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | environment,
        )
        self.log: list[str] = []
        self._listening = threading.Event()
        self.url = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._listening.wait(PATIENCE_SECONDS), "the server opened no port"
        assert self.url, "\n".join(self.log)

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line.rstrip())
            if found := re.search(r"Open (http://\S+) in", line):
                self.url = found[1]
                self._listening.set()
        self._listening.set()

    def stop(self) -> int:
        """Stop it as a service manager would; return its exit code."""
        self.process.terminate()
        code = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return code


@contextlib.contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[ServerProcess]:
    """Run a server process for a while."""
    server = ServerProcess(*arguments, **environment)
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def running(app: FastAPI, port: int = 0) -> Iterator[str]:
    """Run an application in this process, on a free port if none is given; yield its address."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, proxy_headers=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)


@pytest.fixture(scope="session")
def server_index(index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the index: a store is opened by one process only."""
    copy = tmp_path_factory.mktemp("server") / "index"
    shutil.copytree(index_dir, copy)
    return copy


@pytest.fixture(scope="session")
def feedback_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database that the server stores feedback in."""
    return f"sqlite:///{tmp_path_factory.mktemp('feedback') / 'feedback.db'}"


@pytest.fixture(scope="session")
def server(server_index: Path, feedback_url: str) -> Iterator[str]:
    """The address of a real server that is ready, its chat too."""
    # Tests ask faster than readers do.
    with serving("--index", str(server_index), BPO_KPO_RATE_LIMIT="off", BPO_KPO_FEEDBACK=feedback_url) as process:
        wait_until(lambda: is_ready(process.url, "chat"), "the chat is ready")
        yield process.url


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Visit]:
    """The chat, opened in a fresh browser."""
    with browser.new_context(viewport=WIDE) as context:
        visit = Visit(context.new_page())
        visit.open(server)
        yield visit


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    with chromium() as browser:
        yield browser


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Run a real Chromium for a while."""
    found = find_browser()
    if found is None:
        pytest.fail("no browser: run make test, or python tests/install_browser.py")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(found), args=browser_arguments())
        yield chromium
        chromium.close()
