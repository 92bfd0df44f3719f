"""What pages of other origins may do: on the list what readers do, off it nothing but learn that they are off.

Browsers enforce CORS after the fact; here a request from an origin that is not on the list is not even answered,
so that it costs nothing and no route (the chat's own among them) can be more open than the list.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import texts
from ui.problems import Problem, problem_response, problem_type

# The widget's own files, and the answer to whether this origin is on the list. They hold nothing that is not public.
PUBLIC_PATHS = "/embed/"


class CrossOrigin:
    """ASGI middleware: CORS for the origins on the list, a problem for all others, everything of `/embed/` for all."""

    def __init__(self, app: ASGIApp, allowed: tuple[str, ...]) -> None:
        self._app = app
        self._allowed = frozenset(allowed)
        self._cors = CORSMiddleware(
            app,
            allow_origins=allowed,
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type", "Authorization", "X-Request-ID"],
            expose_headers=["Retry-After", "X-Request-ID"],
        )
        self._public = CORSMiddleware(app, allow_origins=["*"], allow_methods=["GET"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        origin = headers.get("origin")
        if scope["type"] != "http" or origin is None:
            await self._app(scope, receive, send)
        elif scope["path"].startswith(PUBLIC_PATHS):
            await self._public(scope, receive, send)
        elif refused_origin(headers, self._allowed):
            await origin_problem(origin)(scope, receive, send)
        else:
            await self._cors(scope, receive, _without_credentials(send))


def refused_origin(headers: Headers, allowed: Collection[str]) -> str | None:
    """Return the origin that a request comes from if that is neither this server's nor on the list."""
    origin = headers.get("origin")
    return None if origin is None or origin in allowed or _is_same(headers, origin) else origin


def origin_problem(origin: str) -> Response:
    """Return the response that refuses an origin and names the setting that would let it in."""
    detail = texts.ORIGIN_REFUSED.format(origin=origin)
    problem = Problem(type=problem_type("origin"), title=texts.ORIGIN_REFUSED_TITLE, status=403, detail=detail)
    return problem_response(problem, {"Vary": "Origin"})


def _is_same(headers: Headers, origin: str) -> bool:
    """Whether a request comes from a page of this server.

    A proxy may have rewritten the host; browsers say then in a header that pages cannot set where it comes from.
    """
    return headers.get("sec-fetch-site") == "same-origin" or urlsplit(origin).netloc == headers.get("host")


def _without_credentials(send: Send) -> Send:
    """Take out what Gradio adds: cookies of other sites are of no use here."""

    async def send_without(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            del headers["Access-Control-Allow-Credentials"]
        await send(message)

    return send_without
