"""An answer as server-sent events: each part as soon as it is written, its citations before it.

    citations   [the citations that the next part uses, none of which came before]
    statement   {"text", "citations"}
    table       {"columns", "rows"}
    done        the whole answer, as POST /api/ask gives it; always the last event of an answer
    error       problem details; the last event when an answer cannot be finished

Comments (lines that begin with a colon) keep the connection open while nothing else is sent.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import BaseModel

from assistant.stream import Citations, Part
from assistant.types import Answer, Statement, Table, Turn
from ui.answering import Answering
from ui.problems import problem_of

HEARTBEAT_SECONDS = 15.0
# Some proxies keep a response back until it is whole; this header asks them not to.
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}

_NAMES: dict[type[BaseModel], str] = {Statement: "statement", Table: "table", Answer: "done"}

_logger = logging.getLogger(__name__)


def _described(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}
    properties = {"event": {"const": name}, "data": data}
    return {"type": "object", "properties": properties, "required": ["event", "data"], "title": name}


def _ref(model: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{model}"}


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer's parts as server-sent events, the event `done` with the whole answer last.",
        "content": {
            "text/event-stream": {
                "schema": {
                    "oneOf": [
                        _described("citations", {"type": "array", "items": _ref("Citation")}),
                        _described("statement", _ref("Statement")),
                        _described("table", _ref("Table")),
                        _described("done", _ref("Answer")),
                        _described("error", _ref("Problem")),
                    ]
                }
            }
        },
    }
}


def stream_answer(answering: Answering, question: str, history: Sequence[Turn]) -> StreamingResponse:
    """Return the response that sends an answer's events.

    Raises:
        As `Answering.check` does, so that these become responses of their own status.
    """
    answering.check(question, history)
    return StreamingResponse(_events(answering, question, history), media_type="text/event-stream", headers=HEADERS)


async def _events(answering: Answering, question: str, history: Sequence[Turn]) -> AsyncIterator[bytes]:
    # Sent at once: it tells the reader, and any proxy between, that an answer is coming.
    yield format_sse_event(comment="looking")
    try:
        async for part in answering.stream(question, history, heartbeat=HEARTBEAT_SECONDS):
            yield _event(part) if part is not None else format_sse_event(comment="still looking")
    except Exception as error:
        problem = problem_of(error)
        if problem.status == 500:
            _logger.exception("an answer broke off")
        yield format_sse_event(event="error", data_str=problem.model_dump_json(exclude_none=True))


def _event(part: Part) -> bytes:
    if isinstance(part, Citations):
        listed = ",".join(citation.model_dump_json() for citation in part.citations)
        return format_sse_event(event="citations", data_str=f"[{listed}]")
    return format_sse_event(event=_NAMES[type(part)], data_str=part.model_dump_json())
