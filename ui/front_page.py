"""The chat's HTML page as Gradio makes it, with our head in place of Gradio's.

Gradio adds a page's own style by script, after the page is first painted, and describes every page as
Gradio's to those who share its link; both are put right here, in the one response of `/`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SHARING = re.compile(rb'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')


class FrontPage:
    """ASGI middleware around the chat: rewrites the page at `/`, passes everything else on."""

    def __init__(self, app: ASGIApp, head: Callable[[], str]) -> None:
        """Put the middleware around the chat.

        Args:
            app: the chat.
            head: makes what goes to the end of the page's head, for each response anew.
        """
        self.app = app
        self._head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")

        # Not compressed, so that it can be read.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self.app({**scope, "headers": plain}, receive, collect)
        body = _SHARING.sub(b"", body).replace(b"</head>", self._head().encode() + b"</head>", 1)
        MutableHeaders(scope=start)["content-length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})
