"""The API's description tried out against a live server, and the examples of the guide as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from assistant import Assistant
from assistant.types import Answer
from tests.ui.asking import sse_events
from ui.api import AskRequest
from ui.examples import ANSWER, REQUEST

EXAMPLES = 20
GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
HERE = "http://127.0.0.1:7860"


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_server_keeps_to_its_description(server: str, mode: GenerationMode, subtests: pytest.Subtests) -> None:
    described = schemathesis.openapi.from_url(f"{server}/openapi.json")
    operations = [result.ok() for result in described.get_all_operations()]
    assert len(operations) > 10
    for operation in operations:
        # Without a body nothing that is sent can be wrong: any path and any parameter is a text.
        if mode is GenerationMode.POSITIVE or operation.body:
            with subtests.test(operation.label):
                try_out(operation, mode)


def try_out(operation: Any, mode: GenerationMode) -> None:
    """Send requests that schemathesis makes up; its checks compare the responses with the description."""
    # No schema says that one of the messages must be the user's and have words.
    unsaid = [positive_data_acceptance] if operation.path.startswith("/v1/") else []

    @settings(max_examples=EXAMPLES)
    @given(case=operation.as_strategy(generation_mode=mode))
    def respond(case: Any) -> None:
        case.call_and_validate(excluded_checks=unsaid)

    respond()


def test_every_operation_is_described_with_its_problems(server: str) -> None:
    document = httpx.get(f"{server}/openapi.json").json()
    tags = {tag["name"] for tag in document["tags"]}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], path
            assert set(operation["tags"]) <= tags, path
            assert {"401", "403"} <= set(operation["responses"])
            assert method == "get" or {"400", "413", "422", "429", "503"} <= set(operation["responses"])
    asked = document["components"]["schemas"]["AskRequest"]["properties"]
    assert asked["question"]["maxLength"] == 2000
    assert asked["history"]["maxItems"] == 100


def test_the_examples_of_the_description_hold(assistant: Assistant) -> None:
    request, answer = AskRequest.model_validate(REQUEST), Answer.model_validate(ANSWER)
    real = assistant.ask(request.question, request.history)
    assert real.query == answer.query
    assert answer.citations[0].quote in {citation.quote for citation in real.citations}


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_guides_commands_give_what_it_says(server: str) -> None:
    ask, stream = (run(["sh", "-c", command.replace(HERE, server)]) for command in examples("sh"))
    assert not Answer.model_validate_json(ask).abstained
    names = [name for name, _ in sse_events(stream.splitlines())]
    assert names[0] == "citations"
    assert {"statement", "table"} < set(names)
    assert names[-1] == "done"


@pytest.mark.parametrize("number", range(3))
def test_the_guides_programs_run(server: str, tmp_path: Path, number: int) -> None:
    program = tmp_path / "example.py"
    program.write_text(examples("python")[number])
    said = run([sys.executable, str(program), server])
    assert re.search(r"\bKPO\b", said)
    assert number != 0 or re.search(r"^done \d+$", said, re.MULTILINE)


@pytest.mark.slow
def test_the_guides_client_is_typed(tmp_path: Path) -> None:
    program = tmp_path / "example.py"
    program.write_text(examples("python")[0])
    run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(program)], cwd=tmp_path)


def run(command: list[str], cwd: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_guide_names_every_kind_of_problem() -> None:
    sources = "".join(path.read_text() for path in (Path(__file__).parents[2] / "ui").rglob("*.py"))
    kinds = set(re.findall(r'problem_type\("([a-z-]+)"\)', sources)) - {"unexpected"}
    assert kinds == set(re.findall(r"urn:bpo-kpo:problem:([a-z-]+)`", GUIDE))
