"""The assistant in OpenAI's dialect, for programs that speak nothing else: chat completions and the list of models.

The last message of the user is the question; the messages before it are the conversation. Instructions (system
messages), tools and sampling are not for this assistant, which quotes: they are taken and have no effect. Beside
the answer's Markdown, which ends in its sources, a completion carries `citations` and what else an answer has.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import BaseModel, ConfigDict, Field

from assistant.stream import parts_of
from assistant.types import Answer, Citation, Turn
from ui.answering import Answering
from ui.markdown import Pieces
from ui.problems import documented, problem_content, problem_of
from ui.settings import Settings
from ui.stream import HEADERS, HEARTBEAT_SECONDS

MODEL = "bpo-kpo-assistant"
MAX_MESSAGES = 2000

_logger = logging.getLogger(__name__)


_STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer; with `stream`, its chunks, the last of which carries the citations",
        "content": {"text/event-stream": {"schema": {"type": "object", "properties": {"data": {"type": "string"}}}}},
    }
}


class ContentPart(BaseModel):
    """A part of a message; parts that are not text are left out."""

    type: str
    text: str = ""


class Message(BaseModel):
    """One message of a conversation."""

    role: Annotated[str, Field(examples=["user"])]
    content: Annotated[str | list[ContentPart] | None, Field(examples=["Is KPO more expensive than BPO?"])] = None

    @property
    def text(self) -> str:
        """What the message says."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or () if part.type == "text")


class CompletionRequest(BaseModel):
    """A conversation whose last question is to be answered. Fields that are not named here have no effect."""

    model_config = ConfigDict(extra="ignore")

    model: Annotated[str, Field(json_schema_extra={"enum": [MODEL]})]
    messages: Annotated[list[Message], Field(min_length=1, max_length=MAX_MESSAGES)]
    stream: bool = False
    n: Annotated[Literal[1] | None, Field(description="An answer is always the same, so there is one.")] = None


class CompletionMessage(BaseModel):
    """What the assistant says: the answer as Markdown with [1] marks, and its sources."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    """The one answer."""

    index: int = 0
    message: CompletionMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class Completion(BaseModel):
    """An answer in OpenAI's form, with the citations that the marks in its text refer to."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[Choice]
    citations: tuple[Citation, ...]
    suggestions: tuple[str, ...]
    abstained: bool
    confidence: float


class Model(BaseModel):
    """The one model."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = MODEL


class ModelList(BaseModel):
    """The models that can be asked."""

    object: Literal["list"] = "list"
    data: list[Model]


def completions_router(answering: Answering, settings: Settings) -> APIRouter:
    """Return the endpoints under /v1."""
    router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])

    @router.post(
        "/chat/completions",
        operation_id="create_chat_completion",
        response_model=Completion,
        responses=_STREAMED | documented(404, 422, 503, 504),
    )
    async def complete(body: CompletionRequest, request: Request) -> Completion | StreamingResponse:
        """Answer the last question of a conversation; with `stream`, as chunks that end with `[DONE]`."""
        _check_model(body.model)
        question, history = read_messages(body.messages)
        history = history[-settings.max_history :] if settings.max_history else ()
        pieces = Pieces(str(request.base_url).rstrip("/"))
        if body.stream:
            answering.check(question, history)
            chunks = _chunks(answering, question, history, pieces, request.url.path)
            return StreamingResponse(chunks, media_type="text/event-stream", headers=HEADERS)
        answer = await answering.ask(question, history)
        content = "".join(piece for part in parts_of(answer) for piece in pieces.of(part))
        message = CompletionMessage(content=content)
        return Completion(id=_new_id(), created=int(time.time()), choices=[Choice(message=message)], **_extras(answer))

    @router.get("/models", operation_id="list_models")
    async def list_models() -> ModelList:
        """List the models: there is one."""
        return ModelList(data=[Model()])

    @router.get("/models/{model}", operation_id="get_model", responses=documented(404))
    async def get_model(model: str) -> Model:
        """Describe a model."""
        _check_model(model)
        return Model()

    return router


def read_messages(messages: list[Message]) -> tuple[str, tuple[Turn, ...]]:
    """Return the last question of a conversation and the turns before it.

    Messages of the user that got no answer are turns without one; several answers to one question are joined.
    """
    turns: list[Turn] = []
    for message in messages:
        if message.role == "user":
            turns.append(Turn(question=message.text))
        elif message.role == "assistant" and turns:
            said = "\n\n".join(text for text in (turns[-1].answer, message.text) if text)
            turns[-1] = Turn(question=turns[-1].question, answer=said)
    if not turns:
        raise HTTPException(422, "There is no message of the role user, so there is no question.")
    return turns[-1].question, tuple(turns[:-1])


def _check_model(name: str) -> None:
    if name != MODEL:
        raise HTTPException(404, f"There is no model {name!r}; the model is called {MODEL!r}.")


async def _chunks(
    answering: Answering, question: str, history: tuple[Turn, ...], pieces: Pieces, path: str
) -> AsyncIterator[bytes]:
    shared = {"id": _new_id(), "object": "chat.completion.chunk", "created": int(time.time()), "model": MODEL}

    def chunk(delta: dict[str, str], *, answer: Answer | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": "stop" if answer else None, "logprobs": None}
        extras = {name: jsonable_encoder(value) for name, value in _extras(answer).items()} if answer else {}
        return _event({**shared, "choices": [choice], **extras})

    yield chunk({"role": "assistant", "content": ""})
    try:
        async for part in answering.stream(question, history, heartbeat=HEARTBEAT_SECONDS):
            if part is None:
                yield format_sse_event(comment="still looking")
                continue
            for piece in pieces.of(part):
                yield chunk({"content": piece})
            if isinstance(part, Answer):
                yield chunk({}, answer=part)
    except Exception as error:
        problem = problem_of(error)
        if problem.status == 500:
            _logger.exception("a completion broke off")
        yield _event(problem_content(problem, path))
    yield format_sse_event(data_str="[DONE]")


def _extras(answer: Answer) -> dict[str, Any]:
    """Return what a completion carries beside OpenAI's fields."""
    return {name: getattr(answer, name) for name in ("citations", "suggestions", "abstained", "confidence")}


def _event(content: dict[str, Any]) -> bytes:
    return format_sse_event(data_str=json.dumps(content, ensure_ascii=False))


def _new_id() -> str:
    return f"chatcmpl-{uuid.uuid4().hex}"
