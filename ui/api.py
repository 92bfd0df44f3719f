"""The HTTP API: ask a question, read the articles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.types import Answer, Turn
from ui.answering import Answering
from ui.backend import Backend
from ui.examples import ANSWER, REQUEST
from ui.problems import documented
from ui.stream import DOCUMENTED as STREAMED
from ui.stream import stream_answer

if TYPE_CHECKING:
    pass

# The most that a server can be set to take (`max_history`).
MAX_HISTORY = 1000


_EXAMPLE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The answer", "content": {"application/json": {"example": ANSWER}}}
}


class AskRequest(BaseModel):
    """A question, and the turns before it that it may refer to, oldest first."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [REQUEST]})

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


def api_router(backend: Backend, answering: Answering) -> APIRouter:
    """Return the endpoints under /api."""
    router = APIRouter(prefix="/api", tags=["assistant"])

    @router.post("/ask", operation_id="ask", responses=_EXAMPLE | documented(422, 503, 504))
    async def ask(request: AskRequest) -> Answer:
        """Answer a question from the articles, every statement with its citation."""
        return await answering.ask(request.question, request.history)

    @router.post(
        "/ask/stream",
        operation_id="ask_stream",
        response_class=StreamingResponse,
        responses=STREAMED | documented(422, 503),
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
        article = backend.assistant().index.articles.get(article_id)
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

    return router
