"""What tests of the HTTP API share: reading events and problems, and an assistant that waits to be let go."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import httpx

from assistant import Assistant, Turn
from assistant.chain import Asked, Found
from assistant.stream import Part
from ui.backend import Backend
from ui.settings import Settings


def assert_problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """Return the problem that a response must be."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["type"]
    return problem


def sse_events(lines: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Read server-sent events: their names and their data."""
    name, data = "message", ""
    for line in lines:
        if not line and data:
            yield name, json.loads(data)
            name, data = "message", ""
        field, _, value = line.partition(":")
        if field == "event":
            name = value.strip()
        elif field == "data":
            data += value.strip()


class HeldAssistant(Assistant):
    """Answers only once it is let go, or fails then: what a slow or broken language model looks like from outside."""

    begun: threading.Event | None = None

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.ended = threading.Event()
        self.fault: Exception | None = None

    def find(self, asked: Asked) -> Found:
        # Preparing itself, when it is made, it does not wait.
        if self.begun is not None:
            self.begun.set()
            assert self.go_on.wait(60)
            if self.fault:
                raise self.fault
        return super().find(asked)

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Part]:
        try:
            yield from super().stream(question, history)
        finally:
            self.ended.set()


class GivenBackend(Backend):
    """A backend that has its assistant already."""

    def __init__(self, settings: Settings, assistant: Assistant) -> None:
        super().__init__(settings)
        self._assistant = assistant

    def start(self) -> None:
        """There is nothing to open and nothing to follow."""
