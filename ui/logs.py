"""What the server logs: a line for each request of a program and one for each answer, joined by the request's id.

Lines are text for people or JSON for programs (`log_format`). What readers ask is not logged unless that is switched
on (`log_questions`), and never their address.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Collection
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.types import Answer
from ui.metrics import Metrics
from ui.problems import API_PATHS
from ui.settings import Settings

HEADER = "X-Request-ID"
# An id that comes with a request is taken over if nothing in it can break a log line.
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TEXT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s]: %(message)s"
_JSON = ("asctime", "levelname", "name", "message", "request_id")

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_requests = logging.getLogger("ui.requests")
_answers = logging.getLogger("ui.answers")


def configure_logging(settings: Settings) -> None:
    """Set up logging of the whole process, as the settings say."""
    handler = logging.StreamHandler()
    handler.addFilter(_add_request_id)
    names = {"asctime": "time", "levelname": "level", "name": "logger"}
    as_json = JsonFormatter(" ".join(f"%({name})s" for name in _JSON), rename_fields=names)
    handler.setFormatter(as_json if settings.log_format == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
    for chatty in ("httpx", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def log_answer(question: str, answer: Answer, *, with_question: bool) -> None:
    """Log what came of a question; the question itself only where that is wanted."""
    facts: dict[str, object] = {
        "outcome": "abstained" if answer.abstained else "answered",
        "writer": answer.writer,
        "confidence": round(answer.confidence, 3),
        "citations": len(answer.citations),
        "question_chars": len(question),
        **{f"{stage}_ms": ms for stage, ms in answer.timings_ms.model_dump().items()},
    }
    if with_question:
        facts["question"] = question
    _answers.info(" ".join(f"{name}={value!r}" for name, value in facts.items()), extra=facts)


class RequestLog:
    """ASGI middleware, the outermost: gives each request its id, times it, counts it and logs it."""

    def __init__(self, app: ASGIApp, metrics: Metrics, routes: Collection[str]) -> None:
        self._app = app
        self._metrics = metrics
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        identity = given if _WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(identity)
        began = time.perf_counter()
        status = 499  # the reader was gone before there was a response

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = identity
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._note(scope, status, time.perf_counter() - began)
            request_id.reset(token)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "")
        route = route if route in self._routes else "other"
        method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "OPTIONS") else "other"
        self._metrics.count_request(route, method, status, seconds)
        path = scope["path"].encode("ascii", "backslashreplace").decode()
        facts = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds, 1)}
        level = logging.INFO if path.startswith(API_PATHS) else logging.DEBUG
        _requests.log(level, "%s %r %s in %s ms", method, path, status, facts["ms"], extra=facts)


def _add_request_id(record: logging.LogRecord) -> bool:
    record.request_id = request_id.get()
    return True
