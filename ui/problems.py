"""Errors of the HTTP API in one form: problem details (RFC 9457), `application/problem+json`.

Pages for people (`/articles/…`) answer with a page instead; see `articles`. What a program that speaks OpenAI's
dialect expects (`/v1/…`) goes with the problem, as its member `error`.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.errors import QuestionError
from ui import texts
from ui.pages import error_page

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2

# Paths whose errors are for programs; all other paths are pages.
API_PATHS = ("/api/", "/v1/", "/embed/", "/metrics")


_logger = logging.getLogger(__name__)


class InvalidField(BaseModel):
    """One part of a request that is not valid, and why."""

    field: str
    message: str


class Problem(BaseModel):
    """What went wrong, after RFC 9457. `type` is stable and made for programs; the rest is for people."""

    type: str = "about:blank"
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    errors: list[InvalidField] | None = None


class NotReady(Exception):  # noqa: N818 - a state that passes, not a failure
    """The assistant is still starting, or could not start; the message says which."""


class Busy(Exception):  # noqa: N818 - a state that passes, not a failure
    """As many questions are being answered or waiting as the server takes."""


class TookTooLong(Exception):  # noqa: N818 - names the limit, not a failure
    """An answer was not ready within the time limit, which it carries in seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(texts.TOOK_TOO_LONG.format(seconds=f"{seconds:g}"))


def problem_content(problem: Problem, path: str = "") -> dict[str, object]:
    """Return a problem as JSON, in the form that programs expect at a path."""
    content: dict[str, object] = problem.model_dump(exclude_none=True)
    if path.startswith("/v1/"):
        kind = "server_error" if problem.status >= 500 else "invalid_request_error"
        code = problem.type.rpartition(":")[2] if problem.type != "about:blank" else None
        content["error"] = {"message": problem.detail, "type": kind, "param": None, "code": code}
    return content


def problem_response(problem: Problem, headers: dict[str, str] | None = None, *, path: str = "") -> Response:
    """Return a problem as an HTTP response of its status."""
    content = problem_content(problem, path)
    retry = {"Retry-After": str(RETRY_SECONDS)} if problem.status == 503 else {}
    return JSONResponse(content, status_code=problem.status, headers=retry | (headers or {}), media_type=MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """Return what an error means to a reader. What is not expected keeps its message to itself."""
    if isinstance(error, QuestionError):
        return Problem(type=problem_type("question"), title=texts.QUESTION_TITLE, status=422, detail=str(error))
    if isinstance(error, NotReady):
        return Problem(type=problem_type("not-ready"), title=texts.NOT_READY_TITLE, status=503, detail=str(error))
    if isinstance(error, Busy):
        return Problem(type=problem_type("busy"), title=texts.BUSY_TITLE, status=503, detail=texts.BUSY)
    if isinstance(error, TookTooLong):
        return Problem(type=problem_type("time-limit"), title=texts.TOOK_TOO_LONG_TITLE, status=504, detail=str(error))
    title = HTTPStatus.INTERNAL_SERVER_ERROR.phrase
    return Problem(type=problem_type("unexpected"), title=title, status=500, detail=texts.UNEXPECTED)


def problem_type(name: str) -> str:
    """Return the address that names a kind of problem."""
    return f"urn:bpo-kpo:problem:{name}"


def documented(*statuses: int) -> dict[int | str, dict[str, object]]:
    """Describe the problems an endpoint answers with, for its OpenAPI entry."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of a program's path with a problem, and every other with a page."""

    async def expected(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if not _for_programs(request):
            headers = {"Retry-After": str(RETRY_SECONDS)}
            return error_page(problem.title, problem.detail, status=problem.status, headers=headers)
        return problem_response(problem, path=request.url.path)

    for kind in (QuestionError, NotReady, Busy, TookTooLong):
        app.add_exception_handler(kind, expected)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [
            InvalidField(field=".".join(str(part) for part in e["loc"][1:]) or "body", message=e["msg"])
            for e in error.errors()
        ]
        detail = "; ".join(f"{e.field}: {e.message}" for e in errors)
        title = texts.INVALID_TITLE
        problem = Problem(type=problem_type("invalid"), title=title, status=422, detail=detail, errors=errors)
        return problem_response(problem, path=request.url.path)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        title = HTTPStatus(error.status_code).phrase
        headers = dict(error.headers or {})
        if not _for_programs(request):
            return error_page(title, error.detail, status=error.status_code, headers=headers)
        problem = Problem(title=title, status=error.status_code, detail=error.detail)
        return problem_response(problem, headers, path=request.url.path)


class Faults:
    """ASGI middleware, the innermost: logs what nobody expected, and answers with a problem or a page.

    It stands where it does so that this answer, too, passes what guards the others.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer for it if it fails."""
        begun = False

        async def send_noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:
            # A connection that is closed tells more of a half-sent response than anything added to it.
            if scope["type"] != "http" or begun:
                raise
            _logger.exception("%s %s failed", scope["method"], scope["path"])
            request = Request(scope)
            response: Response = error_page(texts.SERVER_ERROR_TITLE, texts.SERVER_ERROR, status=500)
            if _for_programs(request):
                response = problem_response(problem_of(error), path=request.url.path)
            await response(scope, receive, send)


def _for_programs(request: Request) -> bool:
    return request.url.path.startswith(API_PATHS)
