"""The chat without a mouse, with a screen reader, in both themes and in calm, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.ui.faulty_network import faulty_network
from tests.ui.visiting import PHONE, WIDE, Visit

pytestmark = pytest.mark.browser

COMPARISON = "What is the difference between BPO and KPO?"
DISAGREEMENT = "Is KPO a part of BPO?"
OFF_TOPIC = "Who won the football world cup in 1998?"
GRAVE = ("serious", "critical")


def faults(page: Page) -> list[str]:
    """Return what axe-core finds that is serious or critical."""
    found: Any = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:120]} {node.get('failureSummary', '')}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_serious_in_any_state(
    browser: Browser, server: str, scheme: str, viewport: ViewportSize
) -> None:
    dark = "dark" if scheme == "dark" else "light"
    with (
        faulty_network(server) as network,
        # No state is looked at half faded in.
        browser.new_context(viewport=viewport, color_scheme=dark, reduced_motion="reduce") as context,
    ):
        visit = Visit(context.new_page())
        visit.open(network.url)
        found = {"greeting": faults(visit.page)}
        visit.ask(COMPARISON)
        visit.last.locator(".sources").evaluate("sources => sources.open = true")
        visit.page.get_by_role("button", name="Not helpful").click()
        expect(visit.page.locator(".comment")).to_be_visible()
        found["comparison"] = faults(visit.page)
        visit.page.locator(".cite").first.click()
        expect(visit.page.get_by_role("dialog")).to_be_visible()
        found["source"] = faults(visit.page)
        visit.page.keyboard.press("Escape")
        visit.ask(DISAGREEMENT)
        visit.ask(OFF_TOPIC)
        visit.ask("?!")
        network.hold()
        visit.send("What is KPO?")
        found["waiting"] = faults(visit.page)
        visit.page.get_by_role("button", name="Stop").click()
        expect(visit.last.locator(".failed")).to_be_visible()
        if viewport == PHONE:
            visit.page.get_by_role("button", name="Conversations").click()
            expect(visit.page.get_by_role("dialog")).to_be_visible()
            found["drawer"] = faults(visit.page)
            visit.page.keyboard.press("Escape")
        found["everything"] = faults(visit.page)
    assert {state: faults for state, faults in found.items() if faults} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_an_article(browser: Browser, server: str, scheme: str) -> None:
    with browser.new_context(color_scheme="dark" if scheme == "dark" else "light") as context:
        page = context.new_page()
        page.goto(f"{server}/articles/educba?start=200&end=400")
        assert faults(page) == []


def test_enter_sends_and_shift_enter_breaks_the_line(visit: Visit) -> None:
    visit.field.fill("")
    visit.page.keyboard.type("What is KPO?")
    visit.page.keyboard.press("Shift+Enter")
    visit.page.keyboard.type("And BPO?")
    assert visit.field.input_value() == "What is KPO?\nAnd BPO?"
    expect(visit.page.locator(".turn")).to_have_count(0)
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator(".turn")).to_have_count(1)
    expect(visit.field).to_have_value("")
    expect(visit.field).to_be_focused()


def test_nothing_is_sent_where_nothing_is_typed(visit: Visit) -> None:
    visit.field.fill("   ")
    visit.field.press("Enter")
    visit.page.get_by_role("button", name="Send").click()
    visit.ask("What is KPO?")
    expect(visit.page.locator(".turn")).to_have_count(1)


def focused_and_outlined(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(
        """() => {
          const at = document.activeElement;
          const style = getComputedStyle(at);
          const box = at.getBoundingClientRect();
          return {
            name: at.getAttribute("aria-label") ?? at.innerText ?? "",
            cite: at.matches(".cite"),
            lost: at === document.body || box.width === 0,
            marked: style.outlineStyle !== "none" || style.boxShadow !== "none",
          };
        }"""
    )
    return found


def test_a_source_is_opened_and_closed_by_keyboard_and_focus_is_seen_all_the_way(visit: Visit) -> None:
    visit.ask("What does KPO stand for?")
    cites = visit.page.locator(".cite").count()
    stops: list[dict[str, Any]] = []
    # Backwards from the field through what belongs to the answer.
    while not stops or not stops[-1]["cite"]:
        visit.page.keyboard.press("Shift+Tab")
        stops.append(focused_and_outlined(visit.page))
        assert len(stops) < 60, stops
    assert not any(stop["lost"] for stop in stops)
    assert all(stop["marked"] for stop in stops), [stop for stop in stops if not stop["marked"]]
    opener = stops[-1]["name"]
    visit.page.keyboard.press("Enter")
    panel = visit.page.get_by_role("dialog")
    expect(panel.locator("h2")).to_be_focused()
    visit.page.keyboard.press("Tab")
    expect(panel.get_by_role("link", name="Open the article here")).to_be_focused()
    visit.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert focused_and_outlined(visit.page)["name"] == opener
    assert cites


def test_a_whole_visit_by_keyboard(visit: Visit) -> None:
    keys = visit.page.keyboard
    visit.page.reload()
    expect(visit.field).to_be_focused()
    # A starter, then its answer's first suggestion, then the list of conversations.
    visit.page.locator(".welcome button").first.focus()
    keys.press("Enter")
    visit.settle()
    expect(visit.field).to_be_focused()
    visit.last.locator(".asks button").first.focus()
    keys.press("Enter")
    expect(visit.page.locator(".turn")).to_have_count(2)
    visit.settle()
    visit.page.get_by_role("button", name="New chat").focus()
    keys.press("Enter")
    expect(visit.page.locator(".welcome")).to_be_visible()
    expect(visit.field).to_be_focused()
    visit.page.locator(".chat").focus()
    keys.press("Enter")
    expect(visit.page.locator(".turn")).to_have_count(2)
    expect(visit.field).to_be_focused()
    visit.page.get_by_role("button", name="Delete").focus()
    keys.press("Enter")
    # The pressed button is gone; the focus is where it can be undone.
    expect(visit.page.get_by_role("button", name="Undo")).to_be_focused()


def test_the_way_to_the_question_can_be_taken_at_once(visit: Visit) -> None:
    skip = visit.page.get_by_role("button", name="Skip to the question")
    skip.focus()
    expect(skip).to_be_in_viewport()
    visit.page.keyboard.press("Enter")
    expect(visit.field).to_be_focused()


@pytest.fixture
def said(visit: Visit) -> Iterator[list[str]]:
    """What is announced to screen readers from here on."""
    heard: list[str] = []
    visit.page.expose_function("heard", lambda text: heard.append(text))
    visit.page.evaluate(
        """() => new MutationObserver(() => heard(document.querySelector("#announcer").textContent))
            .observe(document.querySelector("#announcer"), { childList: true })"""
    )
    yield heard


def test_answers_abstentions_and_refusals_are_announced_once(visit: Visit, said: list[str]) -> None:
    expect(visit.page.locator("#announcer")).to_have_attribute("aria-live", "polite")
    visit.ask("What does KPO stand for?")
    visit.ask(OFF_TOPIC)
    visit.ask("?!")
    expect(visit.page.locator("#announcer")).to_contain_text("cannot be answered as it is")
    assert len(said) == 3
    assert said[0].startswith("Answer:")
    assert "Knowledge Process Outsourcing" in said[0]
    assert "[1]" not in said[0]
    assert said[1].startswith("The articles do not say.")
    # What is announced is not said a second time by the conversation itself.
    assert visit.page.locator(".conversation [aria-live], .conversation[role=log]").count() == 0


def background(page: Page) -> int:
    return int(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_systems_light_or_dark(browser: Browser, server: str, scheme: str) -> None:
    with browser.new_context(color_scheme="dark" if scheme == "dark" else "light") as context:
        visit = Visit(context.new_page())
        visit.open(server)
        assert (background(visit.page) < 80) == (scheme == "dark")


def test_the_theme_is_switched_and_stays_so(visit: Visit) -> None:
    switch = visit.page.get_by_role("button", name="Colours")
    expect(switch).to_have_accessible_name("Colours: as the system")
    assert background(visit.page) > 180
    switch.click()
    expect(switch).to_have_accessible_name("Colours: light")
    switch.click()
    expect(switch).to_have_accessible_name("Colours: dark")
    assert background(visit.page) < 80
    visit.page.reload()
    expect(switch).to_have_accessible_name("Colours: dark")
    assert background(visit.page) < 80
    switch.click()
    visit.page.emulate_media(color_scheme="light")
    assert background(visit.page) > 180


def test_who_wants_little_motion_gets_none(browser: Browser, server: str) -> None:
    with (
        faulty_network(server) as network,
        browser.new_context(viewport=WIDE, reduced_motion="reduce") as context,
    ):
        visit = Visit(context.new_page())
        visit.open(network.url)
        visit.ask(COMPARISON)
        network.hold()
        visit.send("And the risks?")
        expect(visit.page.locator(".dots")).to_be_visible()
        assert visit.page.evaluate("document.getAnimations().length") == 0
        # The new question is at the top at once, without a way to there.
        expect(visit.last).to_be_in_viewport()
        network.release()
        visit.settle()
