"""The server's cache keeps what a model worded, and nothing that was quoted in its place."""

from __future__ import annotations

from pathlib import Path

from assistant import AnswerSettings
from assistant.answer_cache import AnswerCache
from assistant.llm.settings import LLMSettings
from ingest.embed import Embedder
from tests.assistant.llm.servers import ScriptedServer
from tests.assistant.llm.test_writer import COSTS, TRUE
from ui.served import ServedAssistant


def test_an_answer_quoted_for_want_of_a_model_is_asked_for_anew(
    index_dir: Path, embedder: Embedder, server: ScriptedServer
) -> None:
    llm = LLMSettings(model="openai:scripted", base_url=server.url, timeout=10.0)
    settings = AnswerSettings(llm=llm)
    served = ServedAssistant.serve(index_dir, AnswerCache(1000), settings=settings, embedder=embedder)
    server.say = "NO ANSWER"
    assert served.ask(COSTS).writer == "extractive"
    server.say = f"{TRUE} [1]."
    assert served.ask(COSTS).writer == "openai:scripted"
    asked = len(server.requests)
    assert served.ask(COSTS).writer == "openai:scripted"
    assert len(server.requests) == asked
