"""The example in docs/ runs as it stands, against a server that speaks the OpenAI API."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.assistant.llm.servers import ScriptedServer

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_the_retriever_serves_a_chain_of_someone_else(index_dir: Path, server: ScriptedServer) -> None:
    server.say = "It means a neighboring country [1]."
    environment = os.environ | {
        "BPO_KPO_INDEX": str(index_dir),
        "BPO_KPO_LLM": "openai:scripted",
        "BPO_KPO_LLM_BASE_URL": server.url,
        "PYTHONPATH": str(ROOT),
    }
    script = ROOT / "docs" / "examples" / "retriever_in_a_chain.py"
    done = subprocess.run(
        [sys.executable, str(script), "What does nearshore mean?"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("It means a neighboring country [1].")
    assert "booth-and-partners" in done.stdout
    assert "neighboring country" in server.requests[0]["messages"][0]["content"]
