"""Paths and methods that the programs' interfaces lack: refused here, since the chat, mounted at /, takes all."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import FastAPI, HTTPException, Request, Response
from starlette.routing import BaseRoute, Match

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def add_unknown_paths(app: FastAPI, known: Iterable[BaseRoute], *prefixes: str) -> None:
    """Answer what no route under these prefixes does with a problem. Comes after the last of those routes.

    Args:
        app: the application.
        known: its routes, of which a wrong method's problem names the right ones.
        prefixes: as in `/api`.
    """
    known = tuple(known)

    async def unknown(request: Request) -> Response:
        allowed: set[str] = set()
        for route in known:
            if route.matches(request.scope)[0] is Match.PARTIAL:
                allowed |= getattr(route, "methods", None) or set()
        if allowed:
            methods = ", ".join(sorted(allowed))
            detail = f"{request.method} is not allowed here, {methods} is."
            raise HTTPException(405, detail, {"Allow": methods})
        raise HTTPException(404, f"There is nothing at {request.url.path}. /docs lists what there is.")

    for prefix in prefixes:
        app.add_api_route(prefix + "/{path:path}", unknown, methods=_METHODS, include_in_schema=False)
