"""`bpo-kpo llm check` says what works and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from tests.assistant.llm.servers import ScriptedServer
from ui.cli import app


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    monkeypatch.setenv("BPO_KPO_LLM", "openai:scripted")
    monkeypatch.setenv("BPO_KPO_LLM_BASE_URL", server.url)
    monkeypatch.setenv("BPO_KPO_LLM_KEY", "sk-very-secret-key")
    yield server
    server.close()


def test_a_model_that_works_is_told_with_its_speed_and_without_its_key(server: ScriptedServer) -> None:
    server.say = "Outsourcing is having others do it."
    result = CliRunner().invoke(app, ["llm", "check"])
    assert result.exit_code == 0, result.output
    assert "Outsourcing is having others do it." in result.output
    assert "The model works." in result.output
    assert "very-secret" not in result.output


@pytest.mark.parametrize(
    ("fault", "reason"), [(401, "refuses the key"), (429, "too often"), ("garbage", "not be read")]
)
def test_a_model_that_fails_is_told_with_the_reason(server: ScriptedServer, fault: int | str, reason: str) -> None:
    server.faults = (fault,)
    result = CliRunner().invoke(app, ["llm", "check"])
    assert result.exit_code == 1
    assert reason in result.output
    assert "very-secret" not in result.output


def test_without_a_model_it_says_which_variable_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BPO_KPO_LLM", raising=False)
    result = CliRunner().invoke(app, ["llm", "check"])
    assert result.exit_code == 1
    assert "BPO_KPO_LLM" in result.output


def test_an_unknown_provider_is_named_with_those_that_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPO_KPO_LLM", "nobody:model")
    result = CliRunner().invoke(app, ["llm", "check"])
    assert result.exit_code == 1
    assert "ollama:NAME" in result.output
