"""The assistant through programs made for OpenAI: the real openai client and LangChain's ChatOpenAI."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import openai
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI

from assistant import Assistant
from assistant.types import Citation
from ingest.embed import Embedder
from tests.ui.asking import GivenBackend, HeldAssistant, assert_problem
from tests.ui.conftest import running
from ui.chat_completions import MODEL
from ui.server import create_app
from ui.settings import Settings

QUESTION = "What does KPO stand for?"
COMPARISON = "What is the difference between BPO and KPO?"
OFF_TOPIC = "Who won the football world cup in 1998?"


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server}/v1", api_key="none", max_retries=0) as client:
        yield client


def ask(client: openai.OpenAI, *said: str) -> openai.types.chat.ChatCompletion:
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": text} for n, text in enumerate(said)]
    return client.chat.completions.create(model=MODEL, messages=messages)  # type: ignore[arg-type]


def test_the_models_are_listed_and_described(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == [MODEL]
    assert client.models.retrieve(MODEL).id == MODEL
    with pytest.raises(openai.NotFoundError, match="the model is called"):
        client.models.retrieve("gpt")


def test_a_completion_has_the_answer_with_marks_and_their_citations(client: openai.OpenAI, server: str) -> None:
    completion = ask(client, QUESTION)
    content = completion.choices[0].message.content or ""
    assert completion.choices[0].finish_reason == "stop"
    answer = httpx.post(f"{server}/api/ask", json={"question": QUESTION}).json()
    extra = completion.model_extra or {}
    assert extra["citations"] == answer["citations"]
    citations = [Citation.model_validate(one) for one in extra["citations"]]
    for statement in answer["statements"]:
        assert statement["text"].splitlines()[0] in content
    for citation in citations:
        link = re.search(rf"- \[{citation.number}\] \[.*?\]\((\S+)\)", content)
        assert link
        assert 'id="quote"' in httpx.get(link[1]).text


@pytest.mark.parametrize("question", [QUESTION, COMPARISON, OFF_TOPIC])
def test_the_chunks_together_are_the_completion(client: openai.OpenAI, question: str) -> None:
    whole = ask(client, question)
    messages = [{"role": "user", "content": question}]
    chunks = list(client.chat.completions.create(model=MODEL, messages=messages, stream=True))  # type: ignore[arg-type,call-overload]
    content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert content == whole.choices[0].message.content
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].model_extra["citations"] == (whole.model_extra or {})["citations"]
    assert chunks[-1].model_extra["abstained"] == (question == OFF_TOPIC)


def test_a_comparison_holds_its_table(client: openai.OpenAI) -> None:
    assert "| Aspect | BPO | KPO |\n| --- | --- | --- |\n" in (ask(client, COMPARISON).choices[0].message.content or "")


def test_the_messages_before_are_the_conversation(client: openai.OpenAI) -> None:
    follow_up = ask(client, "What are the risks of BPO?", "BPO has risks. [1]", "And KPO?")
    alone = ask(client, "What are the risks of KPO?")
    assert follow_up.choices[0].message.content == alone.choices[0].message.content


def test_wrong_requests_are_problems_that_the_client_understands(client: openai.OpenAI, server: str) -> None:
    with pytest.raises(openai.UnprocessableEntityError, match="no words") as refused:
        ask(client, "?!")
    assert refused.value.code == "question"
    with pytest.raises(openai.NotFoundError, match="no model 'gpt'"):
        client.chat.completions.create(model="gpt", messages=[{"role": "user", "content": QUESTION}])
    no_question = {"model": MODEL, "messages": [{"role": "system", "content": "Be kind."}]}
    assert "no question" in assert_problem(httpx.post(f"{server}/v1/chat/completions", json=no_question), 422)["detail"]
    assert_problem(httpx.get(f"{server}/v1/none"), 404)
    assert_problem(httpx.get(f"{server}/v1/chat/completions"), 405)


def test_a_fault_on_the_way_is_an_error_of_the_client(assistant: Assistant, embedder: Embedder) -> None:
    held = HeldAssistant(assistant.index, embedder, assistant.settings)
    held.fault = RuntimeError("a fault that tells secrets")
    held.go_on.set()
    settings = Settings()
    messages = [{"role": "user", "content": QUESTION}]
    with (
        running(create_app(settings, GivenBackend(settings, held))) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client,
        pytest.raises(openai.APIError, match="unexpected error") as failed,
    ):
        list(client.chat.completions.create(model=MODEL, messages=messages, stream=True))  # type: ignore[arg-type,call-overload]
    assert "secrets" not in str(failed.value)


def test_langchain_can_talk_to_it(server: str) -> None:
    model = ChatOpenAI(model=MODEL, base_url=f"{server}/v1", api_key="none", max_retries=0)  # type: ignore[arg-type]
    conversation = [
        SystemMessage("You are helpful."),
        HumanMessage("What are the risks of BPO?"),
        AIMessage("BPO has risks. [1]"),
        HumanMessage([{"type": "text", "text": "And KPO?"}]),
    ]
    answer = model.invoke(conversation)
    assert "[1]" in answer.text
    assert "/articles/" in answer.text
    assert "".join(chunk.text for chunk in model.stream(conversation)) == answer.text
