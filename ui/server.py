"""The whole path of the server, top to bottom.

    settings -> port -> app: /healthz, /readyz | /api | /articles | /docs | / the chat
                         |
                         +-> in the background: index (built if there is none) -> assistant -> chat

The port answers at once; what needs the assistant says 503 until it is open.
"""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable

import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response

from ingest.errors import SettingsError
from ui.answering import Answering
from ui.api import api_router, health_router
from ui.articles import articles_router
from ui.backend import Backend
from ui.docs import add_docs
from ui.guard import BodyLimit, SecurityHeaders
from ui.late_chat import LateChat
from ui.pages import asset
from ui.problems import add_problem_handlers
from ui.settings import Settings
from ui.version import version

SHUTDOWN_SECONDS = 3


def create_app(settings: Settings, backend: Backend | None = None) -> FastAPI:
    """Return the application; it opens the assistant when it is started."""
    backend = backend or Backend(settings)
    answering = Answering(backend, settings)
    chat = LateChat(settings, backend)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        backend.start()
        async with chat.running():
            yield
        answering.close()
        backend.stop()

    app = FastAPI(
        title="BPO/KPO assistant",
        summary="Answers from a small library of articles, with a citation for every statement.",
        version=version(),
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(SecurityHeaders)
    add_problem_handlers(app)
    app.include_router(health_router(backend, lambda: chat.ready))
    app.include_router(api_router(backend, answering))
    app.include_router(articles_router(backend))
    add_docs(app)

    @app.get("/favicon.svg", include_in_schema=False)
    async def favicon() -> Response:
        return Response(asset("favicon.svg"), media_type="image/svg+xml")

    app.mount("/", chat)
    return app


def serve(settings: Settings, *, on_listening: Callable[[str], None] = lambda _url: None) -> None:
    """Serve until stopped by SIGTERM or Ctrl-C.

    Args:
        settings: where to listen, and which index.
        on_listening: called with the server's address once its port is open.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    listener = _listen(settings.host, settings.port)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    on_listening(f"http://{host}:{listener.getsockname()[1]}")
    config = uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=settings.log_level == "debug",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise SettingsError(
            f"Cannot listen on {host}, port {port}: {error.strerror}. "
            "Choose another: bpo-kpo serve --host HOST --port PORT"
        ) from error
