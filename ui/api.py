"""The HTTP API: ask a question, read the articles, see whether the server is alive and ready."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.routing import Match

from assistant.types import Answer, Turn
from ui.answering import Answering
from ui.backend import Backend
from ui.problems import RETRY_SECONDS, documented
from ui.stream import DOCUMENTED as STREAMED
from ui.stream import stream_answer

if TYPE_CHECKING:
    from ingest.types import Article

MAX_HISTORY = 100


class AskRequest(BaseModel):
    """A question, and the turns before it that it may refer to, oldest first."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(examples=["Is KPO more expensive than BPO?"])]
    history: Annotated[tuple[Turn, ...], Field(max_length=MAX_HISTORY)] = ()


class ArticleEntry(BaseModel):
    """An article as the list shows it."""

    id: str
    title: str
    publisher: str | None = None
    url: str | None = None


class ArticleText(ArticleEntry):
    """An article with its text: Markdown, to which the offsets of citations refer."""

    published: str | None = None
    text: str


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


def api_router(backend: Backend, answering: Answering) -> APIRouter:
    """Return the endpoints under /api."""
    router = APIRouter(prefix="/api", tags=["assistant"])

    @router.post("/ask", operation_id="ask", responses=documented(413, 422, 503, 504))
    async def ask(request: AskRequest) -> Answer:
        """Answer a question from the articles, every statement with its citation."""
        return await answering.ask(request.question, request.history)

    @router.post(
        "/ask/stream",
        operation_id="ask_stream",
        response_class=StreamingResponse,
        responses=STREAMED | documented(413, 422, 503),
    )
    async def ask_stream(request: AskRequest) -> StreamingResponse:
        """Answer a question part by part, as server-sent events; the last one is the whole answer."""
        return stream_answer(answering, request.question, request.history)

    @router.get("/articles", operation_id="list_articles", responses=documented(503))
    def list_articles() -> list[ArticleEntry]:
        """List the articles that answers are drawn from."""
        return [
            ArticleEntry(id=a.id, title=a.title, publisher=a.publisher, url=a.url) for a in backend.assistant().articles
        ]

    @router.get("/articles/{article_id}", operation_id="get_article", responses=documented(404, 503))
    def get_article(article_id: str) -> ArticleText:
        """Return one article with its text."""
        article = find_article(backend.assistant().articles, article_id)
        if article is None:
            raise HTTPException(404, f"There is no article {article_id!r}. GET /api/articles lists them.")
        return ArticleText(
            id=article.id,
            title=article.title,
            publisher=article.publisher,
            url=article.url,
            published=article.published,
            text=article.text,
        )

    _add_unknown_paths(router)
    return router


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
        return Readiness(ready=True, chat=chat_ready(), snapshot=assistant.snapshot, articles=len(assistant.articles))

    return router


def _add_unknown_paths(router: APIRouter) -> None:
    """Answer unknown paths and methods here; the chat, mounted at /, would take them otherwise."""
    known = tuple(router.routes)

    @router.api_route(
        "/{path:path}",
        methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        include_in_schema=False,
    )
    async def unknown(request: Request, path: str) -> Response:
        allowed: set[str] = set()
        for route in known:
            if route.matches(request.scope)[0] is Match.PARTIAL:
                allowed |= getattr(route, "methods", None) or set()
        if allowed:
            methods = ", ".join(sorted(allowed))
            detail = f"{request.method} is not allowed here, {methods} is."
            raise HTTPException(405, detail, {"Allow": methods})
        raise HTTPException(404, f"There is nothing at /api/{path}. /docs lists what there is.")


def find_article(articles: tuple[Article, ...], article_id: str) -> Article | None:
    """Return the article of an id; None where there is none."""
    return next((article for article in articles if article.id == article_id), None)
