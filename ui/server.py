"""The whole path of the server, top to bottom.

    settings -> port -> app: /healthz, /readyz | /api | /articles | /embed | /docs | / the chat
                         |
                         +-> in the background: index (built if there is none) -> assistant -> chat

The port answers at once; what needs the assistant says 503 until it is open.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator, Callable

import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from ingest.errors import SettingsError
from ui.answering import Answering
from ui.api import api_router
from ui.articles import articles_router
from ui.backend import Backend
from ui.chat_completions import completions_router
from ui.cross_origin import CrossOrigin
from ui.docs import add_docs
from ui.embed.routes import FramePage, embed_router
from ui.feedback.api import feedback_router
from ui.feedback.recorder import Recorder
from ui.feedback.store import OFF, FeedbackStore
from ui.guard import BodyLimit, SecurityHeaders
from ui.health import health_router
from ui.late_chat import LateChat
from ui.limits import ApiKeys, RateLimit, read_rates
from ui.logs import RequestLog, configure_logging
from ui.metrics import Metrics, metrics_router
from ui.pages import asset
from ui.passage import passages_router
from ui.problems import Faults, add_problem_handlers
from ui.settings import Settings
from ui.unknown import add_unknown_paths
from ui.version import version

# Longer than nginx (60 s), load balancers (60 s) and HTTP clients keep a connection that nothing uses: the side that
# asks is to close it. Were it this one, a question sent at that moment would be lost.
KEEP_ALIVE_SECONDS = 75


def create_app(settings: Settings, backend: Backend | None = None) -> FastAPI:
    """Return the application; it opens the assistant when it is started."""
    backend = backend or Backend(settings)
    metrics = Metrics(backend)
    store = FeedbackStore(settings.feedback) if settings.feedback != OFF else None
    recorder = Recorder(store) if store else None
    answering = Answering(backend, settings, metrics, heard=recorder.heard if recorder else None)
    chat = LateChat(settings, backend)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        backend.start()
        if recorder:
            recorder.start()
        async with chat.running():
            yield
        answering.close()
        if recorder:
            recorder.stop()
        backend.stop()

    app = FastAPI(
        title="BPO/KPO assistant",
        summary="Answers from a small library of articles, with a citation for every statement.",
        version=version(),
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    routers = (
        health_router(backend, lambda: chat.ready),
        api_router(backend, answering),
        passages_router(backend),
        feedback_router(backend, store),
        completions_router(answering, settings),
        articles_router(backend),
        embed_router(backend, settings),
        metrics_router(metrics),
    )
    routes = [route for router in routers for route in router.routes]
    # The last one added is the first one that a request meets.
    app.add_middleware(Faults)
    app.add_middleware(RateLimit, rates=read_rates(settings.rate_limit))
    app.add_middleware(ApiKeys, keys=tuple(key.get_secret_value() for key in settings.api_keys))
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(CrossOrigin, allowed=settings.allowed_origins)
    app.add_middleware(SecurityHeaders, ancestors=settings.allowed_origins)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=[str(hop) for hop in settings.trusted_proxies])
    app.add_middleware(RequestLog, metrics=metrics, routes={getattr(route, "path", "") for route in routes})
    add_problem_handlers(app)
    for router in routers:
        app.include_router(router)
    add_docs(app, settings)
    add_unknown_paths(app, routes, "/api", "/v1")

    @app.get("/favicon.svg", include_in_schema=False)
    async def favicon() -> Response:
        return Response(asset("favicon.svg"), media_type="image/svg+xml")

    app.mount("/", FramePage(chat))
    return app


def serve(settings: Settings, *, on_listening: Callable[[str], None] = lambda _url: None) -> None:
    """Serve until stopped by SIGTERM or Ctrl-C.

    Args:
        settings: where to listen, and which index.
        on_listening: called with the server's address once its port is open.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    configure_logging(settings)
    listener = _listen(settings.host, settings.port)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    on_listening(f"http://{host}:{listener.getsockname()[1]}")
    config = uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=settings.log_level == "debug",
        timeout_graceful_shutdown=settings.shutdown_seconds,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        server_header=False,
        proxy_headers=False,  # done by the application, for the proxies of its settings alone
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
