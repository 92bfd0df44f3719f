from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant
from ingest.snapshots import read_current
from tests.ingest.conftest import Library

ROOT = Path(__file__).parents[2]
QUESTIONS = ["What is KPO?", "BPO vs KPO", "Payroll: BPO or KPO?", "Who won the world cup?"]
# What keeps a library offline by itself: the test must pass without.
_SWITCHES = (
    "HF_HUB_OFFLINE",
    "TRANSFORMERS_OFFLINE",
    "ANONYMIZED_TELEMETRY",
    "HF_HUB_DISABLE_TELEMETRY",
    "DO_NOT_TRACK",
)
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in (*_SWITCHES, "NO_PROXY", "no_proxy")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def ask(assistant: Assistant) -> list[dict[str, Any]]:
    answers = (assistant.ask(question) for question in QUESTIONS)
    return [answer.model_dump(mode="json", exclude={"timings_ms"}) for answer in answers]


@pytest.mark.slow
def test_ingest_and_ask_connect_to_nothing_and_answer_as_always(
    assistant: Assistant, index_dir: Path, library: Library, tmp_path: Path
) -> None:
    shutil.copytree(index_dir, tmp_path / "asked")
    folders = [str(folder) for folder in (library.corpus, tmp_path / "new", tmp_path / "asked")]
    # Code that is not Python, as the store's, passes the audit hook by; a proxy that nobody calls shows it too.
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        arguments = ["-m", "tests.ingest.ask_offline", *folders, *QUESTIONS]
        done = run(*arguments, **dict.fromkeys(_PROXIES, address))
        with pytest.raises(BlockingIOError):
            proxy.accept()
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["tried"] == []
    # The same corpus and settings give the same ids and answers in every process.
    assert said["new"] == ask(Assistant.open(library.index, embedder=library.embedder))
    assert said["asked"] == ask(assistant)
    ids = [read_current(index)[0] / "chunk_ids.npy" for index in (tmp_path / "new", library.index)]
    assert ids[0].read_bytes() == ids[1].read_bytes()


@pytest.mark.parametrize(
    "code",
    [
        "socket.create_connection(('192.0.2.1', 80))",
        "socket.create_connection(('example.org', 80))",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
        "import urllib.request; urllib.request.urlopen('http://example.org')",
    ],
)
def test_what_would_leave_the_machine_is_refused_and_noted(code: str) -> None:
    start = "import socket; from tests.ingest import ask_offline as guard; guard.refuse_network()\n"
    done = run("-c", f"{start}try:\n    {code}\nexcept OSError:\n    pass\nprint(len(guard.tried))")
    assert done.stdout == "1\n", done.stderr


def test_local_sockets_are_not_refused() -> None:
    start = "import socket; from tests.ingest import ask_offline as guard; guard.refuse_network()\n"
    code = "server = socket.create_server(('127.0.0.1', 0)); socket.create_connection(server.getsockname())"
    assert run("-c", f"{start}{code}\nprint(guard.tried)").stdout == "[]\n"
