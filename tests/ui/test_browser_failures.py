"""What the chat does when something fails or is hostile, in a real Chromium over a network that can fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.faulty_network import THE_END, FaultyNetwork, faulty_network
from tests.ui.visiting import WIDE, Visit

pytestmark = pytest.mark.browser

QUESTION = "What are the risks of KPO?"


@pytest.fixture
def network(server: str) -> Iterator[FaultyNetwork]:
    with faulty_network(server) as network:
        yield network


@pytest.fixture
def visit(browser: Browser, network: FaultyNetwork) -> Iterator[Visit]:
    """The chat behind a network that can fail."""
    with browser.new_context(viewport=WIDE) as context:
        visit = Visit(context.new_page())
        visit.page.clock.install()
        visit.open(network.url)
        yield visit


def test_a_slow_server_is_waited_for_and_said_to_be_slow(visit: Visit, network: FaultyNetwork) -> None:
    network.hold()
    visit.send(QUESTION)
    expect(visit.page.locator(".pending")).to_contain_text("Looking through the articles")
    visit.page.clock.fast_forward(5_000)
    expect(visit.page.locator(".pending")).to_contain_text("This takes longer than usual")
    network.release()
    visit.settle()
    expect(visit.last.locator(".answered")).to_be_visible()


def test_a_server_that_says_nothing_at_all_is_given_up(visit: Visit, network: FaultyNetwork) -> None:
    network.hold()
    visit.send(QUESTION)
    expect(visit.page.locator(".pending")).to_be_visible()
    visit.page.clock.fast_forward(46_000)
    failure = visit.last.locator(".failed")
    expect(failure).to_contain_text("No answer came")
    network.release()
    failure.get_by_role("button", name="Try again").click()
    expect(visit.last.locator(".answered")).to_be_visible()


def test_a_question_is_stopped_and_asked_again(visit: Visit, network: FaultyNetwork) -> None:
    network.hold()
    visit.send(QUESTION)
    visit.page.get_by_role("button", name="Stop").click()
    expect(visit.last.locator(".failed")).to_contain_text("Stopped")
    network.release()
    visit.page.get_by_role("button", name="Try again").click()
    expect(visit.last.locator(".answered")).to_be_visible()


def test_a_dead_server_is_told_and_the_question_asked_again_when_it_is_back(
    visit: Visit, network: FaultyNetwork
) -> None:
    network.down()
    visit.ask(QUESTION)
    failure = visit.last.locator(".failed")
    expect(failure).to_contain_text("The server cannot be reached")
    expect(failure.locator(".cite")).to_have_count(0)
    network.up()
    failure.get_by_role("button", name="Try again").click()
    expect(visit.last.locator(".answered")).to_be_visible()
    expect(visit.page.locator(".turn")).to_have_count(1)


def test_a_connection_lost_in_the_middle_keeps_what_came_and_offers_another_try(
    visit: Visit, network: FaultyNetwork
) -> None:
    network.cut_before = THE_END
    visit.send(QUESTION)
    expect(visit.last.locator(".growing .cite").first).to_be_visible()
    network.cut()
    failure = visit.last.locator(".failed")
    expect(failure).to_contain_text("The connection was lost")
    expect(visit.last.locator(".said .cite").first).to_be_visible()
    expect(visit.last.locator(".sources")).to_have_count(0)
    failure.get_by_role("button", name="Try again").click()
    expect(visit.last.locator(".answered")).to_be_visible()
    expect(visit.last.locator(".sources")).to_be_visible()


def test_two_questions_at_once_are_answered_in_their_order(visit: Visit, network: FaultyNetwork) -> None:
    network.hold()
    visit.send("What are the risks of BPO?")
    visit.send("And KPO?")
    expect(visit.last.locator(".pending")).to_contain_text("Waiting for the answer before")
    network.release()
    visit.settle()
    expect(visit.page.locator(".turn .answered")).to_have_count(2)
    # The second was asked knowing of the first.
    expect(visit.last.locator(".understood")).to_contain_text("KPO")


def test_a_page_left_in_the_middle_of_an_answer_offers_the_question_again(visit: Visit, network: FaultyNetwork) -> None:
    network.hold()
    visit.send(QUESTION)
    visit.page.wait_for_url("**/#chat=*")
    visit.page.reload()
    expect(visit.page.locator(".asked")).to_contain_text(QUESTION)
    network.release()
    visit.page.get_by_role("button", name="Try again").click()
    expect(visit.last.locator(".answered")).to_be_visible()
    # It is kept as if nothing had been.
    visit.page.reload()
    expect(visit.last.locator(".answered")).to_be_visible()
    expect(visit.page.locator(".turn")).to_have_count(1)


def test_a_conversation_left_in_the_middle_of_an_answer_stays_as_it_was(visit: Visit, network: FaultyNetwork) -> None:
    network.hold()
    visit.send(QUESTION)
    visit.page.get_by_role("button", name="New chat").click()
    network.release()
    visit.ask("What does nearshore outsourcing mean?")
    expect(visit.page.locator(".turn")).to_have_count(1)
    visit.page.locator(".chat", has_text=QUESTION).click()
    expect(visit.page.locator(".turn")).to_have_count(1)
    expect(visit.page.get_by_role("button", name="Try again")).to_be_visible()


def test_feedback_that_cannot_be_stored_says_so_and_changes_nothing(visit: Visit, network: FaultyNetwork) -> None:
    visit.ask(QUESTION)
    network.down()
    button = visit.page.get_by_role("button", name="Helpful", exact=True)
    button.click()
    expect(visit.page.locator(".told")).to_contain_text("could not be stored")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_a_source_is_shown_with_its_quote_when_the_server_is_gone(visit: Visit, network: FaultyNetwork) -> None:
    visit.ask(QUESTION)
    quote = visit.page.locator(".sources q").first.text_content() or ""
    network.down()
    visit.page.locator(".cite").first.click()
    expect(visit.page.get_by_role("dialog").locator("mark")).to_have_text(quote)


def test_a_question_of_a_thousand_characters_is_asked_whole(visit: Visit) -> None:
    question = ("Our company wants to know which of the two is better for research on patents. " * 13)[:999] + "?"
    assert len(question) == 1_000
    visit.ask(question)
    expect(visit.page.locator(".asked")).to_have_text(f"You asked: {question}")
    expect(visit.last.locator(".answer:is(.answered, .abstained)")).to_be_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]


@pytest.mark.parametrize(
    "question",
    [
        "<script>document.title = 'taken'</script> What is KPO?",
        "<img src=x onerror=\"document.title = 'taken'\"> What is KPO?",
        "What is KPO? [press](javascript:document.title='taken') ${document.title = 'taken'} {{value}}",
        "**What** is _KPO_? ![picture](https://example.org/x.png)\n\n# Heading\n\n</div></section><h1>KPO</h1>",
    ],
)
def test_markup_in_a_question_is_shown_as_text(visit: Visit, question: str) -> None:
    title = visit.page.title()
    visit.ask(question)
    assert visit.page.locator(".asked").inner_text().removeprefix("You asked:").strip() == question
    assert visit.page.locator(".conversation :is(img, script, h1)").count() == 0
    assert visit.page.title() == title
    assert visit.outside() == []
    # Nor does it become markup in the list of conversations, or when it is read again.
    visit.page.reload()
    expect(visit.page.locator(".asked")).to_be_visible()
    assert visit.page.locator(".conversation :is(img, script, h1), .side img").count() == 0
    assert visit.page.title() == title
