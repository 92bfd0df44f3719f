"""The readable page of an article, with the passage that an answer quotes marked."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from assistant.types import Citation
from ui import texts
from ui.backend import Backend
from ui.mark import QUOTE_ID, render_article
from ui.pages import error_page, page

_HTML: dict[str, Any] = {"content": {"text/html": {"schema": {"type": "string"}}}}
# Where the address has no #quote, the page goes to the mark by itself.
_SCROLL = Markup(f"if (!location.hash) document.getElementById('{QUOTE_ID}').scrollIntoView({{block: 'center'}})")


def article_link(citation: Citation) -> str:
    """Return the address of the article's page with the citation's quote marked."""
    span = urlencode({"start": citation.start, "end": citation.end})
    return f"/articles/{quote(citation.article_id, safe='')}?{span}#{QUOTE_ID}"


def articles_router(backend: Backend) -> APIRouter:
    """Return the endpoint of the article pages."""
    router = APIRouter(tags=["pages"])

    @router.get(
        "/articles/{article_id}",
        response_class=HTMLResponse,
        operation_id="article_page",
        responses={
            404: {"description": "There is no such article", **_HTML},
            503: {"description": "The assistant is not ready", **_HTML},
        },
    )
    def article_page(article_id: str, start: str | None = None, end: str | None = None) -> HTMLResponse:
        """Show an article; `start` and `end` mark a span of its text. What is no span of it marks nothing."""
        assistant = backend.assistant()
        article = assistant.index.articles.get(article_id)
        if article is None:
            return error_page(texts.NO_ARTICLE_TITLE, texts.NO_ARTICLE, status=404, articles=assistant.articles)
        body = render_article(article.text, _offset(start), _offset(end))
        return page(
            "article.html",
            article.title,
            article=article,
            body=body.html,
            marked=body.marked,
            has_title=body.has_title,
            original=_web_address(article.url),
            original_host=urlsplit(article.url or "").netloc,
            scroll_script=_SCROLL,
        )

    return router


def _offset(value: str | None) -> int | None:
    usable = value is not None and value.isascii() and value.isdigit() and len(value) < 10
    return int(value) if value is not None and usable else None


def _web_address(url: str | None) -> str | None:
    """Return the address if it is one of the web; a `javascript:` link must not come out of an article."""
    return url if url and urlsplit(url).scheme in ("http", "https") else None
