"""A page in place of Gradio's bare 404, for readers whose address leads nowhere; programs get what they got."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import texts
from ui.pages import error_page

# The same address is another answer to a program.
_VARY = {"Vary": "Accept", "Cache-Control": "no-store"}


class NoPage:
    """ASGI middleware around the chat: a browser that asks for a page which is not there gets one that says so."""

    def __init__(self, app: ASGIApp) -> None:
        """Put the middleware around the chat."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        is_page = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not is_page or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self.app(scope, receive, send)
            return
        is_missing = False

        async def replace(message: Message) -> None:
            nonlocal is_missing
            if message["type"] == "http.response.start" and message["status"] == 404:
                is_missing = True
                await error_page(texts.NO_PAGE_TITLE, texts.NO_PAGE, status=404, headers=_VARY)(scope, receive, send)
            elif not is_missing:
                await send(message)

        await self.app(scope, receive, replace)
