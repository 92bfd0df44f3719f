"""Errors of the HTTP API in one form: problem details (RFC 9457), `application/problem+json`.

Pages for people (`/articles/…`) answer with a page instead; see `articles`.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from ingest.errors import QuestionError
from ui import texts
from ui.pages import error_page

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2

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


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Return a problem as an HTTP response of its status."""
    content = problem.model_dump(exclude_none=True)
    return JSONResponse(content, status_code=problem.status, headers=headers, media_type=MEDIA_TYPE)


def documented(*statuses: int) -> dict[int | str, dict[str, object]]:
    """Describe the problems an endpoint answers with, for its OpenAPI entry."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error under /api with a problem, and every other with a page."""

    @app.exception_handler(QuestionError)
    async def question(request: Request, error: QuestionError) -> Response:
        return problem_response(
            Problem(type=_type("question"), title=texts.QUESTION_TITLE, status=422, detail=str(error))
        )

    @app.exception_handler(NotReady)
    async def not_ready(request: Request, error: NotReady) -> Response:
        headers = {"Retry-After": str(RETRY_SECONDS)}
        if not _is_api(request):
            return error_page(texts.NOT_READY_TITLE, str(error), status=503, headers=headers)
        problem = Problem(type=_type("not-ready"), title=texts.NOT_READY_TITLE, status=503, detail=str(error))
        return problem_response(problem, headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [
            InvalidField(field=".".join(str(part) for part in e["loc"][1:]) or "body", message=e["msg"])
            for e in error.errors()
        ]
        detail = "; ".join(f"{e.field}: {e.message}" for e in errors)
        problem = Problem(type=_type("invalid"), title=texts.INVALID_TITLE, status=422, detail=detail, errors=errors)
        return problem_response(problem)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        title = HTTPStatus(error.status_code).phrase
        headers = dict(error.headers or {})
        if not _is_api(request):
            return error_page(title, error.detail, status=error.status_code, headers=headers)
        return problem_response(Problem(title=title, status=error.status_code, detail=error.detail), headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        # The traceback is logged by the server, which gets the error again once this response is sent.
        if not _is_api(request):
            return error_page(texts.SERVER_ERROR_TITLE, texts.SERVER_ERROR, status=500)
        title = HTTPStatus.INTERNAL_SERVER_ERROR.phrase
        return problem_response(Problem(title=title, status=500, detail=texts.UNEXPECTED))


def _type(name: str) -> str:
    return f"urn:bpo-kpo:problem:{name}"


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")
