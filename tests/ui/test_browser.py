"""The chat and the article pages in a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from assistant import Assistant, Turn
from assistant.types import Answer
from tests.ui.conftest import is_ready, running, serving, wait_until
from ui.backend import Backend
from ui.server import create_app
from ui.settings import Settings

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
COMPARISON = "What is the difference between BPO and KPO?"
OFF_TOPIC = "Who won the football world cup in 1998?"
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

    def ask(self, question: str) -> None:
        """Type a question, send it with Enter, and wait for what comes of it."""
        turns = self.page.locator(".turn")
        before = turns.count()
        self.page.get_by_label("Your question").fill(question)
        self.page.get_by_label("Your question").press("Enter")
        expect(turns).to_have_count(before + 1)
        expect(self.page.locator(".pending")).to_have_count(0)


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Visit]:
    context = browser.new_context()
    visit = Visit(context.new_page())
    visit.page.goto(server)
    expect(visit.page.get_by_label("Your question")).to_be_visible()
    yield visit
    context.close()


def test_a_question_is_answered_with_citations_and_sources(visit: Visit) -> None:
    visit.ask("What does KPO stand for?")
    answer = visit.page.locator(".answer")
    expect(answer).to_contain_text("Knowledge", ignore_case=True)
    expect(answer.locator(".cite").first).to_have_text("1")
    expect(answer.get_by_role("region", name="Sources")).to_be_visible()


def test_a_citation_opens_the_article_with_the_quote_marked_in_view(visit: Visit) -> None:
    visit.ask("What does KPO stand for?")
    quote = visit.page.locator(".sources q").first.inner_text()
    with visit.page.context.expect_page() as opened:
        visit.page.locator(".cite").first.click()
    article = opened.value
    mark = article.locator("#quote")
    expect(mark).to_be_in_viewport()
    marked = " ".join(article.locator("mark").all_inner_texts())
    assert letters(marked) == letters(quote)


def letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def test_a_starter_is_asked_by_pressing_it(visit: Visit) -> None:
    starter = visit.page.locator(".welcome button").first
    question = starter.inner_text()
    starter.click()
    expect(visit.page.locator(".asked")).to_contain_text(question)
    expect(visit.page.locator(".answer:not(.pending)")).to_be_visible()
    expect(visit.page.get_by_label("Your question")).to_be_focused()


def test_a_comparison_is_a_table_with_cited_cells(visit: Visit) -> None:
    visit.ask(COMPARISON)
    table = visit.page.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["Aspect", "BPO", "KPO"])
    expect(table.locator("td .cite").first).to_be_visible()


def test_a_phone_shows_the_comparison_without_scrolling_sideways(visit: Visit) -> None:
    visit.page.set_viewport_size(PHONE)
    visit.ask(COMPARISON)
    expect(visit.page.get_by_role("table")).to_be_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_abstention_looks_different_and_offers_questions(visit: Visit) -> None:
    visit.ask(OFF_TOPIC)
    abstention = visit.page.locator(".answer.abstained")
    expect(abstention).to_contain_text("The articles do not say")
    expect(abstention.locator(".cite")).to_have_count(0)
    abstention.get_by_role("button").first.click()
    expect(visit.page.locator(".turn")).to_have_count(2)


def test_a_follow_up_is_understood(visit: Visit) -> None:
    visit.ask("What are the risks of BPO?")
    visit.ask("And KPO?")
    expect(visit.page.locator(".turn").last.locator(".understood")).to_contain_text("KPO")


@pytest.mark.parametrize(
    "question",
    [
        "<script>document.title = 'taken'</script> What is KPO?",
        "<img src=x onerror=\"document.title = 'taken'\"> What is KPO?",
        "What is KPO? [press](javascript:document.title='taken') ${document.title = 'taken'} {{value}}",
    ],
)
def test_markup_in_a_question_is_shown_as_text(visit: Visit, question: str) -> None:
    title = visit.page.title()
    visit.ask(question)
    expect(visit.page.locator(".asked")).to_have_text(f"You asked: {question}")
    assert visit.page.locator(".conversation img, .conversation script").count() == 0
    assert visit.page.title() == title


def test_a_question_of_no_words_is_refused_and_not_an_answer(visit: Visit) -> None:
    visit.ask("?!")
    expect(visit.page.locator(".answer.refused")).to_be_visible()
    expect(visit.page.locator(".sources")).to_have_count(0)


def test_nothing_is_asked_of_other_hosts_and_nothing_is_blocked(visit: Visit, server: str) -> None:
    visit.ask(COMPARISON)
    visit.page.goto(server + (visit.page.locator(".cite").first.get_attribute("href") or ""))
    visit.page.goto(f"{server}/docs")
    expect(visit.page.get_by_text("/api/ask").first).to_be_visible()
    assert len(visit.requested) > 10
    assert visit.outside() == []
    assert visit.complaints == []


def test_a_new_chat_begins_with_the_greeting(visit: Visit) -> None:
    visit.ask("What is KPO?")
    visit.page.get_by_role("button", name="New chat").click()
    expect(visit.page.locator(".welcome")).to_be_visible()
    expect(visit.page.locator(".turn")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_systems_light_or_dark(browser: Browser, server: str, scheme: str) -> None:
    with browser.new_context(color_scheme="dark" if scheme == "dark" else "light") as context:
        page = context.new_page()
        page.goto(server)
        expect(page.get_by_label("Your question")).to_be_visible()
        red = int(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))
        assert (red < 80) == (scheme == "dark")


def test_a_page_opened_too_early_opens_the_chat_by_itself(browser: Browser, server_index: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    shutil.copytree(server_index, index)
    with serving("--index", str(index)) as process, browser.new_context() as context:
        page = context.new_page()
        page.goto(process.url)
        expect(page.get_by_text("The assistant is starting")).to_be_visible()
        expect(page.get_by_label("Your question")).to_be_visible(timeout=120_000)


class FailingOnceAssistant(Assistant):
    """Fails on purpose at the first question, and answers from the second on."""

    failed = False

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        if not self.failed:
            type(self).failed = True
            raise RuntimeError("a fault that tells secrets")
        return super().ask(question, history)


class FailingBackend(Backend):
    def open(self) -> Assistant:
        return FailingOnceAssistant.open(self._settings.index)


def test_an_error_looks_like_one_and_can_be_tried_again(browser: Browser, server_index: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    shutil.copytree(server_index, index)
    settings = Settings(index=index)
    with running(create_app(settings, FailingBackend(settings))) as url, browser.new_context() as context:
        wait_until(lambda: is_ready(url, "chat"), "the chat is ready")
        visit = Visit(context.new_page())
        visit.page.goto(url)
        visit.ask("What does KPO stand for?")
        failure = visit.page.locator(".answer.failed")
        expect(failure).to_contain_text("Something went wrong")
        expect(failure).not_to_contain_text("secrets")
        failure.get_by_role("button", name="Try again").click()
        expect(visit.page.locator(".answer .cite").first).to_be_visible()
