"""A network between browser and server that can be told to fail: a real proxy on a port of its own."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

ASKING = b"POST /api/ask/stream "
THE_END = b"event: done"
# Closes a connection with a reset, as a network that goes away does.
_RESET = struct.pack("ii", 1, 0)


class FaultyNetwork:
    """Passes everything on, until it is told otherwise.

    `hold()` keeps back what the server says to questions, until `release()`. Of the answer to a question only what
    comes before `cut_before` arrives, and at `cut()` its connection is gone. `down()` refuses connections, `up()`
    takes them again.
    """

    def __init__(self, server: str) -> None:
        address = urlsplit(server)
        self._server = (address.hostname or "", address.port or 0)
        self._flowing = threading.Event()
        self._flowing.set()
        self.cut_before: bytes | None = None
        self._cut = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._port = 0
        self.up()
        self.url = f"http://127.0.0.1:{self._port}"

    def hold(self) -> None:
        self._flowing.clear()

    def release(self) -> None:
        self._flowing.set()

    def cut(self) -> None:
        self.cut_before = None
        self._cut.set()

    def up(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=64)
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def down(self) -> None:
        # A shutdown wakes the thread that accepts; a close alone leaves it, and the port, as they are.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                _reset(connection)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _ = listener.accept()
                server = socket.create_connection(self._server)
                with self._lock:
                    self._open |= {browser, server}
                asking = threading.Event()
                for pump in (self._upwards, self._downwards):
                    threading.Thread(target=pump, args=(browser, server, asking), daemon=True).start()

    def _upwards(self, browser: socket.socket, server: socket.socket, asking: threading.Event) -> None:
        for piece in _pieces(browser):
            if piece.startswith((b"GET ", b"POST ")):
                (asking.set if piece.startswith(ASKING) else asking.clear)()
            with contextlib.suppress(OSError):
                server.sendall(piece)
        self._close(server)

    def _downwards(self, browser: socket.socket, server: socket.socket, asking: threading.Event) -> None:
        seen = b""
        for piece in _pieces(server):
            if asking.is_set():
                self._flowing.wait()
                seen += piece
            cut = seen.find(self.cut_before) if self.cut_before else -1
            with contextlib.suppress(OSError):
                if cut >= 0:
                    browser.sendall(piece[: max(0, cut - len(seen) + len(piece))])
                    self._cut.wait()
                    browser.shutdown(socket.SHUT_RDWR)
                    break
                browser.sendall(piece)
        self._close(browser)

    def _close(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)
        connection.close()


def _pieces(connection: socket.socket) -> Iterator[bytes]:
    with contextlib.suppress(OSError):
        while piece := connection.recv(65_536):
            yield piece


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        # The thread that reads from it is woken, and the close is a reset.
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()


@contextlib.contextmanager
def faulty_network(server: str) -> Iterator[FaultyNetwork]:
    """Put such a network before a server for a while."""
    network = FaultyNetwork(server)
    try:
        yield network
    finally:
        network.release()
        network.cut()
        network.down()
