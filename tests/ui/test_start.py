"""How the server starts, waits, recovers and stops."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.conftest import CORPUS
from tests.ui.conftest import PATIENCE_SECONDS, PROGRAM, is_ready, serving, wait_until

# Each starts a server of its own, which loads the libraries and the model.
pytestmark = pytest.mark.slow

ARTICLE = "---\ntitle: One\n---\n\nKPO means knowledge process outsourcing.\n"


def test_the_port_answers_before_the_assistant_is_open(server_index: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    shutil.copytree(server_index, index)
    with serving("--index", str(index)) as server:
        assert httpx.get(f"{server.url}/healthz").status_code == 200
        ready = httpx.get(f"{server.url}/readyz")
        assert ready.status_code == 503
        assert ready.json()["reason"]
        asked = httpx.post(f"{server.url}/api/ask", json={"question": "What is KPO?"})
        assert asked.status_code == 503
        assert asked.headers["content-type"] == "application/problem+json"
        assert int(asked.headers["retry-after"]) > 0
        page = httpx.get(server.url)
        assert page.status_code == 503
        assert "is starting" in page.text
        wait_until(lambda: is_ready(server.url), "the assistant is open")


def test_serve_builds_the_index_when_there_is_none(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "one.md").write_text(ARTICLE)
    with serving("--corpus", str(corpus), "--index", str(tmp_path / "index")) as server:
        wait_until(lambda: is_ready(server.url), "the assistant is open")
        assert [entry["id"] for entry in httpx.get(f"{server.url}/api/articles").json()] == ["one"]


def test_a_server_that_cannot_open_its_index_says_why_and_recovers(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    with serving("--corpus", str(corpus), "--index", str(tmp_path / "index")) as server:
        wait_until(lambda: str(corpus) in httpx.get(f"{server.url}/readyz").json()["reason"], "the reason is said")
        assert any("Traceback" in line for line in server.log)
        assert httpx.get(f"{server.url}/healthz").status_code == 200
        corpus.mkdir()
        (corpus / "one.md").write_text(ARTICLE)
        wait_until(lambda: is_ready(server.url), "the assistant is open")


def test_sigterm_stops_the_server_cleanly(server_index: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    shutil.copytree(server_index, index)
    with serving("--index", str(index)) as server:
        wait_until(lambda: is_ready(server.url, "chat"), "the chat is ready")
        assert server.stop() in (0, -signal.SIGTERM)
        assert not any("Traceback" in line for line in server.log), "\n".join(server.log)


def test_ctrl_c_stops_a_server_that_is_still_loading(tmp_path: Path) -> None:
    with serving("--corpus", str(CORPUS), "--index", str(tmp_path / "index")) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(PATIENCE_SECONDS) in (0, 130, -signal.SIGINT)
        assert not any("Traceback" in line for line in server.log), "\n".join(server.log)


def test_a_port_in_use_is_one_line(server_index: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*PROGRAM, "serve", "--port", port, "--index", str(server_index)],
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    assert done.returncode == 1
    assert f"Error: Cannot listen on 127.0.0.1, port {port}" in done.stderr
    assert "Traceback" not in done.stderr
