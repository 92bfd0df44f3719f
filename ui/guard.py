"""What guards every request: headers that let a page load nothing from outside, and a bound on bodies."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import texts
from ui.problems import Problem, problem_response

# What the chat needs: Gradio runs inline scripts and compiles its templates in the browser.
CHAT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)


class SecurityHeaders:
    """ASGI middleware: sets the headers where a response has none of its own.

    Which pages may frame ours is said with every policy, a response's own too.
    """

    def __init__(self, app: ASGIApp, ancestors: tuple[str, ...] = ()) -> None:
        self.app = app
        self._ancestors = " ".join(("; frame-ancestors 'self'", *ancestors))
        self._closed = not ancestors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add to its response's headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                policy = headers.get("Content-Security-Policy", CHAT_POLICY)
                headers["Content-Security-Policy"] = policy + self._ancestors
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
                headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                if self._closed:
                    headers.setdefault("X-Frame-Options", "SAMEORIGIN")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class BodyLimit:
    """ASGI middleware: refuses a request whose body is too large, before it is read, with a problem."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        # Counts the bodies that do not say their size.
        self._counted = RequestBodyLimitMiddleware(app, max_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        size = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if not size.isdigit() or int(size) <= self._max_bytes:
            await self._counted(scope, receive, send)
            return
        detail = f"The request has {int(size):,} bytes; at most {self._max_bytes:,} are read."
        problem = Problem(title=texts.TOO_LARGE_TITLE, status=413, detail=detail)
        await problem_response(problem)(scope, receive, send)
