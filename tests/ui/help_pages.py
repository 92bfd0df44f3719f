"""Help pages of somebody else: a server of its own, so that its origin is another than the assistant's."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class HelpSite:
    """Serves the pages that tests put up."""

    origin: str
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)

    def put(self, body: str, *, policy: str = "", head: str = "") -> str:
        """Put up a page under a new address, with a Content-Security-Policy if given; return the address."""
        path = f"/{len(self.pages)}"
        html = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Help</title>{head}</head>'
        self.pages[path] = (f"{html}<body><main><h1>Help</h1>{body}</main></body></html>", policy)
        return self.origin + path


@contextlib.contextmanager
def help_site() -> Iterator[HelpSite]:
    """Run a site of help pages for a while."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, policy = site.pages.get(self.path, ("", ""))
            self.send_response(200)  # browsers ask for an icon, too
            self.send_header("Content-Type", "text/html")
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_given: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = HelpSite(f"http://localhost:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
