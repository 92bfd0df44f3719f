"""A reader at the chat, in a real browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Visit:
    """A page of a fresh browser, and all that it asked for and complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requested: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self._requested)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _requested(self, request: Request) -> None:
        self.requested.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def outside(self) -> list[str]:
        """Return what was asked of any other host than this machine."""
        addresses = [url for url in self.requested if urlsplit(url).scheme not in ("data", "blob")]
        return [url for url in addresses if urlsplit(url).hostname not in LOOPBACK]

    def open(self, url: str) -> None:
        """Go to the chat and wait until it can be used."""
        self.page.goto(url)
        expect(self.page.locator(".welcome, .turn").first).to_be_visible()
        expect(self.field).to_be_visible()

    @property
    def field(self) -> Locator:
        return self.page.get_by_label("Your question")

    @property
    def last(self) -> Locator:
        """The newest question with what came of it."""
        return self.page.locator(".turn").last

    def send(self, question: str) -> None:
        """Type a question and send it with Enter."""
        turns = self.page.locator(".turn")
        before = turns.count()
        self.field.fill(question)
        self.field.press("Enter")
        expect(turns).to_have_count(before + 1)

    def ask(self, question: str) -> None:
        """Send a question and wait for what comes of it."""
        self.send(question)
        self.settle()

    def settle(self) -> None:
        """Wait until no question is under way."""
        expect(self.page.locator(".turn")).not_to_have_count(0)
        expect(self.page.locator(".answer:is(.pending, .growing)")).to_have_count(0)
