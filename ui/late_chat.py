"""The chat behind a server that is up before it: a page that waits until the chat is open, then the chat.

Gradio takes seconds to import, so it is imported in a thread once the assistant is open. Its start and stop
run in one task of the server's own event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator

from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from ui.backend import Backend
from ui.pages import starting_page
from ui.settings import Settings

_POLL_SECONDS = 0.1

_logger = logging.getLogger(__name__)


class LateChat:
    """ASGI application mounted at `/`."""

    def __init__(self, settings: Settings, backend: Backend) -> None:
        self._settings = settings
        self._backend = backend
        self._chat: FastAPI | None = None

    @property
    def ready(self) -> bool:
        """Whether the chat is open."""
        return self._chat is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the chat, or the page that waits for it."""
        if self._chat is not None:
            await self._chat(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/":
            await starting_page(self._backend.reason)(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("Not found", 404)(scope, receive, send)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the chat in the background as soon as the assistant is open; close it at the end."""
        stopping = asyncio.Event()
        task = asyncio.create_task(self._run(stopping))
        try:
            yield
        finally:
            stopping.set()
            await task

    async def _run(self, stopping: asyncio.Event) -> None:
        while not self._backend.ready:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), _POLL_SECONDS)
                return
        try:
            chat = await asyncio.to_thread(self._build)
            async with chat.router.lifespan_context(chat):
                self._chat = chat
                _logger.info("the chat is open")
                await stopping.wait()
        except Exception:
            _logger.exception("the chat cannot be opened; the API still answers")

    def _build(self) -> FastAPI:
        # Read by Gradio when it is imported: no usage statistics, no look for a newer version.
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
        from ui.chat import build_chat

        return build_chat(self._backend, self._settings)
