"""What other pages load: the widget's script, what it has to know, the page for an iframe, a sample help page."""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field
from starlette.types import ASGIApp, Receive, Scope, Send

from ui import texts
from ui.backend import Backend
from ui.cross_origin import origin_problem, refused_origin
from ui.feedback.store import OFF
from ui.pages import asset, render
from ui.problems import documented
from ui.settings import Settings

MAX_STARTERS = 4
# An hour: long enough to be quick, short enough that a mended widget arrives the same day.
SCRIPT_CACHE = "public, max-age=3600"

# The policy that docs/embedding.md gives to strict pages; the sample page lives under it.
STRICT_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'"
)


class WidgetConfig(BaseModel):
    """What the widget has to know of this server."""

    title: str = Field(examples=["BPO or KPO?"])
    greeting: str
    starters: list[str]
    max_question_chars: int
    feedback: bool


class Script(NamedTuple):
    """The widget's script, ready to send."""

    body: bytes
    zipped: bytes
    integrity: str
    tag: str


def embed_router(backend: Backend, settings: Settings) -> APIRouter:
    """Return the endpoints that other pages load from, and the sample page."""
    router = APIRouter(tags=["embed"])

    @router.get("/embed/v1.js", operation_id="widget", response_class=Response, responses={200: _JAVASCRIPT})
    async def widget(request: Request) -> Response:
        """Return the widget: the custom element <bpo-kpo-assistant>."""
        script = widget_script()
        headers = {
            "Cache-Control": SCRIPT_CACHE,
            "Cross-Origin-Resource-Policy": "cross-origin",
            "ETag": script.tag,
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("if-none-match") == script.tag:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(script.zipped, media_type="text/javascript", headers=headers)
        return Response(script.body, media_type="text/javascript", headers=headers)

    @router.get(
        "/embed/config", operation_id="widget_config", response_model=WidgetConfig, responses=documented(403, 503)
    )
    async def config(request: Request) -> WidgetConfig | Response:
        """Tell the widget what it has to know; to a page that may not use it, what to change so that it may."""
        if origin := refused_origin(request.headers, settings.allowed_origins):
            return origin_problem(origin)
        domain = backend.assistant().domain
        starters = [question for theme in domain.starters for question in theme.questions[:1]]
        return WidgetConfig(
            title=domain.title,
            greeting=domain.greeting,
            starters=starters[:MAX_STARTERS],
            max_question_chars=settings.max_question_chars,
            feedback=settings.feedback != OFF,
        )

    @router.get("/demo/help-page", include_in_schema=False)
    async def help_page(request: Request) -> HTMLResponse:
        server = str(request.base_url).rstrip("/")
        html = render("embed/help-page.html", server=server, integrity=widget_script().integrity)
        return HTMLResponse(html, headers={"Content-Security-Policy": STRICT_POLICY})

    for path, media_type in _ASSETS.items():
        _add_asset(router, path, media_type)
    return router


class FramePage:
    """ASGI application before the chat: `/?embed=1` is a compact chat for an iframe, all else is the chat's."""

    def __init__(self, chat: ASGIApp) -> None:
        self._chat = chat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the compact chat, or pass the request on."""
        is_page = scope["type"] == "http" and scope["path"] == "/" and scope["method"] in ("GET", "HEAD")
        compact = is_page and Request(scope).query_params.get("embed") == "1"
        await (_frame() if compact else self._chat)(scope, receive, send)


@functools.cache
def widget_script() -> Script:
    """Return the widget's script with what is made of it once."""
    body = asset("embed/v1.js").encode()
    digest = hashlib.sha384(body).digest()
    return Script(
        body=body,
        zipped=gzip.compress(body, 9, mtime=0),
        integrity="sha384-" + base64.b64encode(digest).decode(),
        tag=f'"{digest.hex()[:16]}"',
    )


def _frame() -> HTMLResponse:
    html = render("embed/frame.html", title=texts.ASSISTANT)
    return HTMLResponse(html, headers={"Content-Security-Policy": STRICT_POLICY})


def _add_asset(router: APIRouter, path: str, media_type: str) -> None:
    @router.get(path, include_in_schema=False)
    async def load() -> Response:
        body = asset(f"embed/{path.rpartition('/')[2]}")
        return Response(body, media_type=media_type, headers={"Cache-Control": SCRIPT_CACHE})


_ASSETS = {
    "/embed/frame.css": "text/css",
    "/embed/frame.js": "text/javascript",
    "/demo/help-page.css": "text/css",
}
_JAVASCRIPT = {"content": {"text/javascript": {"schema": {"type": "string"}}}, "description": "The script"}
