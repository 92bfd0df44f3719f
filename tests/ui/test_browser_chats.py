"""What the chat keeps and gives away, in a real Chromium: conversations, copies, links, feedback."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.conftest import wait_until
from tests.ui.visiting import PHONE, WIDE, Visit
from ui.feedback.store import FeedbackStore

pytestmark = pytest.mark.browser

FIRST = "What are the risks of KPO?"
SECOND = "What does nearshore outsourcing mean?"


def chats(page: Page) -> list[str]:
    return page.locator(".chat").all_inner_texts()


def test_a_conversation_is_there_after_a_reload_and_goes_on(visit: Visit) -> None:
    visit.ask("What are the risks of BPO?")
    before = visit.page.locator(".said").inner_text()
    visit.page.reload()
    expect(visit.page.locator(".answered")).to_be_visible()
    assert visit.page.locator(".said").inner_text() == before
    visit.ask("And KPO?")
    expect(visit.last.locator(".understood")).to_contain_text("KPO")
    visit.page.locator(".turn").first.locator(".cite").first.click()
    expect(visit.page.get_by_role("dialog").locator("mark").first).to_be_visible()


def test_conversations_are_listed_opened_and_found_by_the_way_back(visit: Visit) -> None:
    visit.ask(FIRST)
    visit.page.get_by_role("button", name="New chat").click()
    expect(visit.page.locator(".welcome")).to_be_visible()
    expect(visit.page.locator(".turn")).to_have_count(0)
    expect(visit.field).to_be_focused()
    visit.ask(SECOND)
    assert chats(visit.page) == [SECOND, FIRST]
    visit.page.locator(".chat", has_text=FIRST).click()
    expect(visit.page.locator(".asked")).to_contain_text(FIRST)
    expect(visit.page.locator(".chat[aria-current]")).to_have_text(FIRST)
    visit.page.go_back()
    expect(visit.page.locator(".asked")).to_contain_text(SECOND)


def test_a_conversation_is_renamed(visit: Visit) -> None:
    visit.ask(FIRST)
    visit.page.get_by_role("button", name=f"Rename “{FIRST}”").click()
    name = visit.page.get_by_label("New name")
    expect(name).to_be_focused()
    name.fill("Risks <b>of</b> all kinds")
    name.press("Enter")
    expect(visit.page.locator(".chat")).to_have_text("Risks <b>of</b> all kinds")
    expect(visit.page.get_by_role("button", name="Rename")).to_be_focused()
    visit.ask("And BPO?")
    visit.page.reload()
    expect(visit.page.locator(".chat")).to_have_text("Risks <b>of</b> all kinds")


def test_a_renaming_is_given_up_with_escape(visit: Visit) -> None:
    visit.ask(FIRST)
    visit.page.get_by_role("button", name="Rename").click()
    visit.page.get_by_label("New name").fill("Other")
    visit.page.get_by_label("New name").press("Escape")
    expect(visit.page.locator(".chat")).to_have_text(FIRST)


def test_a_conversation_is_deleted_for_good_unless_that_is_undone(visit: Visit) -> None:
    visit.ask(FIRST)
    visit.page.get_by_role("button", name="Delete").click()
    expect(visit.page.locator(".welcome")).to_be_visible()
    expect(visit.page.locator(".chat")).to_have_count(0)
    visit.page.get_by_role("button", name="Undo").click()
    visit.page.locator(".chat", has_text=FIRST).click()
    expect(visit.page.locator(".answered")).to_be_visible()
    visit.page.get_by_role("button", name="Delete").click()
    visit.page.reload()
    expect(visit.page.locator(".welcome")).to_be_visible()
    expect(visit.page.locator(".chat")).to_have_count(0)
    assert visit.page.evaluate("Object.keys(localStorage).filter((key) => key.includes(':chat:'))") == []


def test_a_conversation_is_saved_as_markdown_with_its_sources(visit: Visit, server: str) -> None:
    visit.ask("What is the difference between BPO and KPO?")
    visit.ask("<i>Who</i> won the football world cup in 1998?")
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Save").click()
    assert download.value.suggested_filename == "what-is-the-difference-between-bpo-and-kpo.md"
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("# What is the difference between BPO and KPO?\n\n## What is the difference")
    assert "| Aspect | BPO | KPO |\n| --- | --- | --- |\n" in text
    assert "&lt;i>Who&lt;/i> won" in text
    assert "**The articles do not say.**" in text
    used = {int(number) for number in re.findall(r"\[(\d+)\]", text)}
    sources = re.findall(rf"^- \[(\d+)\] “.+” .+, <({re.escape(server)}/articles/.+|https://.+)>$", text, re.MULTILINE)
    assert used == {int(number) for number, _address in sources}


def test_an_answer_is_copied_with_its_citations_and_a_link_asks_again(browser: Browser, server: str) -> None:
    with browser.new_context(viewport=WIDE, permissions=["clipboard-read", "clipboard-write"]) as context:
        visit = Visit(context.new_page())
        visit.open(server)
        visit.ask(FIRST)
        visit.page.get_by_role("button", name="Copy the answer with its sources").click()
        expect(visit.page.locator(".told")).to_have_text("Copied.")
        copied = visit.page.evaluate("navigator.clipboard.readText()")
        assert "[1]" in copied
        assert "**Sources**\n\n- [1] “" in copied
        visit.page.get_by_role("button", name="Copy a link that asks this again").click()
        expect(visit.page.locator(".told")).to_have_text("Link copied.")
        again = Visit(context.new_page())
        again.open(visit.page.evaluate("navigator.clipboard.readText()"))
        again.settle()
        expect(again.page.locator(".asked")).to_contain_text(FIRST)


def test_without_the_clipboards_permission_a_copy_still_works(visit: Visit) -> None:
    visit.page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')))")
    visit.ask(FIRST)
    button = visit.page.get_by_role("button", name="Copy the answer with its sources")
    button.click()
    expect(visit.page.locator(".told")).to_have_text("Copied.")
    expect(button).to_be_focused()
    visit.field.press("ControlOrMeta+v")
    assert "Sources" in visit.field.input_value()


def test_two_windows_keep_their_conversations_apart(visit: Visit, server: str) -> None:
    other = Visit(visit.page.context.new_page())
    other.open(server)
    visit.ask(FIRST)
    other.ask(SECOND)
    expect(visit.page.locator(".chat")).to_have_text([SECOND, FIRST])
    visit.ask("And BPO?")
    expect(other.page.locator(".turn")).to_have_count(1)
    expect(other.page.locator(".chat")).to_have_text([FIRST, SECOND])


def test_what_the_browser_keeps_is_taken_as_text_and_what_is_broken_is_left_out(visit: Visit) -> None:
    visit.ask(FIRST)
    visit.page.evaluate(
        """() => {
          const key = Object.keys(localStorage).find((name) => name.includes(":chat:"));
          const chat = JSON.parse(localStorage.getItem(key));
          chat.title = chat.turns[0].question = "<img src=x onerror=\\"document.title = 'taken'\\">";
          chat.turns[0].answer.statements[0].text = "<script>document.title = 'taken'</script>";
          chat.turns[0].answer.citations[0].url = "javascript:document.title='taken'";
          localStorage.setItem(key, JSON.stringify(chat));
          localStorage.setItem("bpo-kpo:chat:broken", "{");
          localStorage.setItem("bpo-kpo:chat:other", JSON.stringify({ id: "other", turns: 7 }));
          localStorage.setItem("bpo-kpo:chat:odd", JSON.stringify({ id: "odd", turns: [{ question: 1 }] }));
        }"""
    )
    visit.page.reload()
    expect(visit.page.locator(".asked")).to_contain_text("<img src=x")
    expect(visit.page.locator(".said")).to_contain_text("<script>")
    assert visit.page.title() != "taken"
    assert visit.page.locator(".conversation img, .conversation script").count() == 0
    expect(visit.page.locator(".chat")).to_have_count(1)
    visit.page.locator(".cite").first.click()
    expect(visit.page.get_by_role("link", name="Read the original")).to_have_count(0)


def test_a_full_browser_gives_up_the_oldest_conversation(visit: Visit) -> None:
    visit.ask(FIRST)
    visit.page.get_by_role("button", name="New chat").click()
    visit.page.evaluate(
        """() => {
          let block = "x".repeat(1 << 20);
          for (let at = 0; block.length > 512; at++) {
            try { localStorage.setItem(`filling ${at}`, block); } catch { block = block.slice(block.length / 2); }
          }
        }"""
    )
    visit.ask(SECOND)
    expect(visit.page.locator(".chat")).to_have_text(SECOND)
    visit.page.reload()
    expect(visit.page.locator(".asked")).to_contain_text(SECOND)


def test_on_a_phone_the_conversations_are_in_a_drawer(visit: Visit) -> None:
    visit.page.set_viewport_size(PHONE)
    visit.ask(FIRST)
    visit.page.get_by_role("button", name="New chat").click()
    toggle = visit.page.get_by_role("button", name="Conversations")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_role("dialog")).to_be_hidden()
    toggle.click()
    visit.page.locator(".chat", has_text=FIRST).click()
    expect(visit.page.get_by_role("dialog")).to_be_hidden()
    expect(visit.page.locator(".asked")).to_contain_text(FIRST)


def test_a_verdict_and_a_sentence_are_stored_once_with_the_answer_and_nothing_of_the_reader(
    visit: Visit, feedback_url: str
) -> None:
    question = "Which industries typically use KPO, please?"
    visit.ask(question)
    down = visit.page.get_by_role("button", name="Not helpful")
    down.click()
    expect(visit.page.locator(".told")).to_have_text("Thank you, noted.")
    expect(down).to_have_attribute("aria-pressed", "true")
    comment = visit.page.get_by_label("Your comment (optional)")
    comment.fill("Nothing on shipping")
    comment.press("Enter")
    expect(comment).to_have_count(0)
    expect(down).to_be_focused()
    store = FeedbackStore(feedback_url)
    [row] = [row for row in store.rows()[0] if row["question"] == question]
    assert row["helpful"] is False
    assert row["comment"] == "Nothing on shipping"
    assert row["answer"]["statements"]  # type: ignore[index]
    assert row["passages"][0]["quote"]  # type: ignore[index]
    assert row["snapshot"]
    assert not any(word in json.dumps(row, default=str) for word in ("127.0.0.1", "Mozilla", "cookie"))
    visit.page.get_by_role("button", name="Helpful", exact=True).click()
    wait_until(
        lambda: [r["helpful"] for r in store.rows()[0] if r["question"] == question] == [True], "the mind is changed"
    )


def test_a_question_without_an_answer_is_counted_without_a_thumb(visit: Visit, feedback_url: str) -> None:
    question = "Who won the rugby world cup in 1995?"
    visit.ask(question)
    visit.ask(question)
    store = FeedbackStore(feedback_url)

    def times() -> list[object]:
        return [row["times"] for row in store.rows()[1] if row["question"] == question]

    wait_until(lambda: times() == [2], "the question is counted twice")
