"""The chat and the article pages in a real Chromium: questions, answers, sources."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from assistant import Assistant, Part, Turn
from tests.ui.conftest import is_ready, running, serving, wait_until
from tests.ui.visiting import PHONE, Visit
from ui.backend import Backend
from ui.server import create_app
from ui.settings import Settings

pytestmark = pytest.mark.browser

COMPARISON = "What is the difference between BPO and KPO?"
DISAGREEMENT = "Is KPO a part of BPO?"
OFF_TOPIC = "Who won the football world cup in 1998?"


def letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def test_a_question_is_answered_with_citations_and_sources(visit: Visit) -> None:
    visit.ask("What does KPO stand for?")
    answer = visit.page.locator(".answer")
    expect(answer).to_contain_text("Knowledge", ignore_case=True)
    expect(answer.locator(".cite").first).to_have_text("1")
    expect(answer.locator(".sources")).to_be_visible()
    assert visit.complaints == []


def test_an_answer_is_shown_as_the_api_gives_it(visit: Visit, server: str) -> None:
    asked = httpx.post(f"{server}/api/ask", json={"question": COMPARISON}).json()
    visit.ask(COMPARISON)
    shown = " ".join(visit.page.locator(".said > p, .said > .items, .said td").all_inner_texts())
    for statement in (*asked["statements"], *(cell for row in asked["table"]["rows"] for cell in row[1:])):
        assert letters(statement["text"]) in letters(re.sub(r"\s\d+", "", shown))
    assert visit.page.locator(".sources .number").count() == len(asked["citations"])


@pytest.mark.parametrize("width", ["wide", "phone"])
def test_a_citation_opens_its_source_with_the_right_sentence_marked(visit: Visit, width: str) -> None:
    if width == "phone":
        visit.page.set_viewport_size(PHONE)
    visit.ask(COMPARISON)
    # They are listed by article, so their numbers may leap.
    listed = visit.page.locator(".sources li").all()
    quotes = {int(one.locator(".number").text_content() or 0): one.locator("q").text_content() or "" for one in listed}
    publisher = visit.page.locator(".sources .article").first.text_content() or ""
    panel = visit.page.get_by_role("dialog")
    wider = []
    for number, quote in sorted(quotes.items()):
        visit.page.locator(f".cite:text-is('{number}')").first.click()
        expect(panel).to_contain_text(f"Source {number} of {len(quotes)}")
        expect(panel.locator("mark").first).to_be_in_viewport()
        assert letters("".join(panel.locator("mark").all_inner_texts())) == letters(quote)
        around = letters(panel.locator("blockquote").inner_text())
        assert letters(quote) in around
        wider.append(letters(quote) != around)
        if number == 1:
            assert letters(panel.locator("h2").inner_text()) in letters(publisher)
        if width == "phone":
            visit.page.keyboard.press("Escape")
            expect(panel).to_be_hidden()
    # The paragraph around a quote comes too, where it has more to say.
    assert any(wider)


def test_a_source_leads_to_the_article_with_the_quote_marked_in_view(visit: Visit) -> None:
    visit.ask("What does KPO stand for?")
    quote = visit.page.locator(".sources q").first.text_content() or ""
    visit.page.locator(".cite").first.click()
    with visit.page.context.expect_page() as opened:
        visit.page.get_by_role("link", name="Open the article here").click()
    article = opened.value
    expect(article.locator("#quote")).to_be_in_viewport()
    assert letters(" ".join(article.locator("mark").all_inner_texts())) == letters(quote)


def test_a_source_whose_publisher_has_an_address_links_to_it(visit: Visit) -> None:
    visit.ask(DISAGREEMENT)
    visit.page.locator(".who", has_text="Booth & Partners").locator("xpath=..").locator(".cite").first.click()
    original = visit.page.get_by_role("link", name="Read the original at boothandpartners.com")
    expect(original).to_have_attribute("href", re.compile("^https://boothandpartners.com/"))
    expect(visit.page.get_by_role("dialog")).to_contain_text("Booth & Partners")


def test_a_citation_pressed_with_a_modifier_key_opens_the_article_in_a_window_of_its_own(visit: Visit) -> None:
    visit.ask("What does KPO stand for?")
    with visit.page.context.expect_page() as opened:
        visit.page.locator(".cite").first.click(modifiers=["ControlOrMeta"])
    expect(opened.value.locator("#quote")).to_be_attached()
    expect(visit.page.get_by_role("dialog")).to_have_count(0)


def test_the_sources_can_be_gone_through_one_after_the_other(visit: Visit) -> None:
    visit.ask(COMPARISON)
    visit.page.locator(".cite").first.click()
    panel = visit.page.get_by_role("dialog")
    expect(panel.get_by_role("button", name="Source before")).to_be_disabled()
    panel.get_by_role("button", name="Next source").click()
    expect(panel).to_contain_text("Source 2 of")
    panel.get_by_role("button", name="Source before").click()
    expect(panel).to_contain_text("Source 1 of")
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()


def test_a_starter_is_asked_by_pressing_it(visit: Visit) -> None:
    starter = visit.page.locator(".welcome button").first
    question = starter.inner_text()
    starter.click()
    expect(visit.page.locator(".asked")).to_contain_text(question)
    visit.settle()
    expect(visit.page.locator(".answer.answered")).to_be_visible()
    expect(visit.field).to_be_focused()


def test_the_starters_are_those_of_the_corpus(visit: Visit, assistant: Assistant) -> None:
    for theme in assistant.domain.starters:
        section = visit.page.locator(".themes section", has_text=theme.theme)
        expect(section.get_by_role("button")).to_have_text(list(theme.questions))


def test_a_suggested_follow_up_is_asked_by_pressing_it(visit: Visit) -> None:
    visit.ask("What are the risks of KPO?")
    visit.last.locator(".asks button").first.click()
    expect(visit.page.locator(".turn")).to_have_count(2)
    visit.settle()


def test_a_comparison_is_a_table_with_cited_cells(visit: Visit) -> None:
    visit.ask(COMPARISON)
    table = visit.page.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["Aspect", "BPO", "KPO"])
    expect(table.locator("td .cite").first).to_be_visible()


def test_a_phone_shows_the_comparison_without_scrolling_sideways(visit: Visit) -> None:
    visit.page.set_viewport_size(PHONE)
    visit.ask(COMPARISON)
    table = visit.page.get_by_role("table")
    expect(table).to_be_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    # A row is read top to bottom, and each cell says which side it is of.
    cells = table.locator("tbody tr").first.locator("td")
    # Both places at one moment: the page may still be scrolling.
    bottom, top = table.locator("tbody tr").first.evaluate(
        "row => [row.querySelectorAll('td')[0].getBoundingClientRect().bottom,"
        " row.querySelectorAll('td')[1].getBoundingClientRect().top]"
    )
    assert top >= bottom - 1
    assert cells.nth(1).evaluate("cell => getComputedStyle(cell, '::before').content") == '"KPO"'


def test_a_disagreement_shows_each_position_with_who_takes_it(visit: Visit) -> None:
    visit.ask(DISAGREEMENT)
    answer = visit.page.locator(".answer.disagreeing")
    expect(answer).to_contain_text("The articles differ on this")
    positions = answer.locator(".positions > li")
    assert positions.count() >= 3
    for position in positions.all():
        expect(position.locator(".cite").first).to_be_visible()
        expect(position.locator(".who")).not_to_be_empty()


def test_an_abstention_looks_different_and_offers_questions(visit: Visit) -> None:
    visit.ask(OFF_TOPIC)
    abstention = visit.page.locator(".answer.abstained")
    expect(abstention).to_contain_text("The articles do not say")
    expect(abstention.locator(".cite")).to_have_count(0)
    abstention.locator(".asks button").first.click()
    expect(visit.page.locator(".turn")).to_have_count(2)
    visit.settle()
    expect(visit.last.locator(".answer.answered, .answer.disagreeing")).to_be_visible()


def test_a_greeting_is_no_failure_to_answer(visit: Visit) -> None:
    visit.ask("Hello, can you help me?")
    answer = visit.page.locator(".answer.invited")
    expect(answer).to_contain_text("Ask what you would like to know")
    expect(answer).not_to_contain_text("The articles do not say")
    expect(answer.locator(".asks button").first).to_be_visible()


def test_a_follow_up_is_understood(visit: Visit) -> None:
    visit.ask("What are the risks of BPO?")
    visit.ask("And KPO?")
    expect(visit.last.locator(".understood")).to_contain_text("KPO")


def test_a_question_of_no_words_is_refused_and_not_an_answer(visit: Visit) -> None:
    visit.ask("?!")
    expect(visit.page.locator(".answer.refused")).to_be_visible()
    expect(visit.page.locator(".sources")).to_have_count(0)
    expect(visit.page.get_by_role("button", name="Try again")).to_have_count(0)


def test_a_link_with_a_question_asks_it_once(browser: Browser, server: str) -> None:
    with browser.new_context() as context:
        visit = Visit(context.new_page())
        visit.open(f"{server}/?q=What+does+KPO+stand+for%3F")
        visit.settle()
        expect(visit.page.locator(".asked")).to_have_text("You asked: What does KPO stand for?")
        expect(visit.page.locator(".answered")).to_be_visible()
        visit.page.reload()
        expect(visit.page.locator(".turn")).to_have_count(1)
        expect(visit.page.locator(".answered")).to_be_visible()
        assert "q=" not in visit.page.url


def test_nothing_is_asked_of_other_hosts_and_nothing_is_blocked(browser: Browser, server: str) -> None:
    with browser.new_context() as context:
        visit = Visit(context.new_page())
        # Whatever is asked of another host fails, as it does on a closed network.
        context.route(lambda url: not url.startswith(server), lambda route: route.abort())
        visit.open(server)
        visit.ask(COMPARISON)
        expect(visit.page.get_by_role("table")).to_be_visible()
        visit.page.goto(server + (visit.page.locator(".cite").first.get_attribute("href") or ""))
        expect(visit.page.locator("#quote")).to_be_in_viewport()
        visit.page.goto(f"{server}/docs")
        expect(visit.page.get_by_text("/api/ask").first).to_be_visible()
        assert len(visit.requested) > 10
        assert visit.outside() == []
        assert visit.complaints == []


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

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Part]:
        if not self.failed:
            type(self).failed = True
            raise RuntimeError("a fault that tells secrets")
        return super().stream(question, history)


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
        visit.open(url)
        visit.ask("What does KPO stand for?")
        failure = visit.page.locator(".answer.failed")
        expect(failure).to_contain_text("Something went wrong")
        expect(failure).not_to_contain_text("secrets")
        failure.get_by_role("button", name="Try again").click()
        expect(visit.page.locator(".answer .cite").first).to_be_visible()
        expect(visit.page.locator(".turn")).to_have_count(1)
