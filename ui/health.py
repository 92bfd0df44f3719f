"""Whether the server is alive (/healthz) and whether questions can be asked (/readyz)."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from ui.backend import Backend
from ui.problems import RETRY_SECONDS


class Alive(BaseModel):
    """The server answers."""

    alive: bool = True


class Readiness(BaseModel):
    """Whether questions can be asked, and the reason if not. `chat` is the page at `/`, which opens last."""

    ready: bool
    chat: bool = False
    reason: str | None = None
    snapshot: str | None = None
    articles: int | None = None


def health_router(backend: Backend, chat_ready: Callable[[], bool]) -> APIRouter:
    """Return /healthz (the process answers) and /readyz (questions can be asked)."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", operation_id="healthz")
    async def healthz() -> Alive:
        """Say that the server is alive; it says so before the assistant is open."""
        return Alive()

    @router.get(
        "/readyz",
        operation_id="readyz",
        responses={503: {"model": Readiness}},
        response_model_exclude_none=True,
    )
    async def readyz() -> Readiness:
        """Say whether questions can be asked; 503 with the reason until then."""
        if not backend.ready:
            content = Readiness(ready=False, reason=backend.reason).model_dump(exclude_none=True)
            return JSONResponse(content, 503, {"Retry-After": str(RETRY_SECONDS)})  # type: ignore[return-value]
        assistant = backend.assistant()
        return Readiness(
            ready=True, chat=chat_ready(), snapshot=assistant.snapshot, articles=len(assistant.index.articles)
        )

    return router
