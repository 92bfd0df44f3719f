"""The widget in help pages of another origin, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect

from assistant import Assistant
from ingest import build_index
from ingest.embed import Embedder
from tests.ui.asking import GivenBackend, HeldAssistant
from tests.ui.conftest import running, wait_until
from tests.ui.help_pages import HelpSite, help_site
from ui.embed.routes import widget_script
from ui.server import create_app
from ui.settings import Settings

pytestmark = pytest.mark.browser

TAG = "bpo-kpo-assistant"
QUESTION = "What does KPO stand for?"
COMPARISON = "What is the difference between BPO and KPO?"
OFF_TOPIC = "Who won the football world cup in 1998?"
DOCS = Path(__file__).parents[2] / "docs" / "embedding.md"
PHONE = {"width": 390, "height": 844}
ZOOMED = {"width": 320, "height": 256}  # 1280 by 1024 at 400%


class Visit:
    """A page in a fresh browser, all that it asked for and all that its console said."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requested: list[str] = []
        self.said: list[str] = []
        page.on("request", self._requested)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def _requested(self, request: Request) -> None:
        self.requested.append(request.url)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.said.append(message.text)

    def heard(self, text: str) -> bool:
        """Return whether the console has said a text by now."""
        self.page.evaluate("0")  # lets the browser report
        return any(text in line for line in self.said)

    def widget(self, which: str = TAG) -> Locator:
        return self.page.locator(which)

    def ask(self, question: str, which: str = TAG) -> Locator:
        """Type a question, send it with Enter; return its turn once it is answered."""
        widget = self.widget(which)
        turns = widget.locator(".turn")
        before = turns.count()
        widget.get_by_label("Your question").fill(question)
        widget.get_by_label("Your question").press("Enter")
        expect(turns).to_have_count(before + 1)
        expect(widget.get_by_role("log")).to_have_attribute("aria-busy", "false")
        return turns.last

    def open(self, which: str = TAG) -> Locator:
        self.widget(which).get_by_role("button", name="Ask the assistant").click()
        return self.widget(which)

    def axe(self) -> list[str]:
        """Return what axe-core finds serious or critical."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")]


@pytest.fixture(scope="module")
def site() -> Iterator[HelpSite]:
    with help_site() as site:
        yield site


@pytest.fixture(scope="module")
def helper(site: HelpSite, assistant: Assistant) -> Iterator[str]:
    """The address of a server that lets the help pages in."""
    with serve(site, assistant) as url:
        yield url


def serve(site: HelpSite, assistant: Assistant, port: int = 0, **given: Any) -> Any:
    settings = Settings(allowed_origins=(site.origin,), rate_limit="off", **given)
    return running(create_app(settings, GivenBackend(settings, assistant)), port)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    with browser.new_context(reduced_motion="reduce") as context:
        yield Visit(context.new_page())


def tag(server: str, options: str = "") -> str:
    return f'<script src="{server}/embed/v1.js" {options} defer></script>'


def inline(server: str, options: str = "") -> str:
    return tag(server, "data-manual") + f'<{TAG} mode="inline" server="{server}" {options}></{TAG}>'


def test_one_line_brings_cited_answers_whose_proof_opens(visit: Visit, helper: str, site: HelpSite) -> None:
    visit.page.goto(site.put(tag(helper)))
    visit.open()
    turn = visit.ask(QUESTION)
    expect(turn).to_contain_text("Knowledge", ignore_case=True)
    quote = turn.locator(".sources q").first.text_content() or ""
    with visit.page.context.expect_page() as opened:
        turn.locator(".cite").first.click()
    expect(opened.value.locator("#quote")).to_be_in_viewport()
    assert letters(quote) == letters(" ".join(opened.value.locator("mark").all_inner_texts()))
    assert {urlsplit(url).netloc for url in visit.requested} == {urlsplit(helper).netloc, urlsplit(site.origin).netloc}
    assert visit.said == []


def letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def test_a_comparison_is_a_table_with_cited_cells_wide_and_narrow(visit: Visit, helper: str, site: HelpSite) -> None:
    visit.page.goto(site.put(inline(helper)))
    table = visit.ask(COMPARISON).get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["Aspect", "BPO", "KPO"])
    expect(table.locator("td .cite").first).to_be_visible()
    expect(table.locator("td .side").first).to_be_hidden()
    visit.page.set_viewport_size(PHONE)
    expect(table.locator("td .side").first).to_be_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_abstention_looks_different_and_its_questions_can_be_asked(
    visit: Visit, helper: str, site: HelpSite
) -> None:
    visit.page.goto(site.put(inline(helper)))
    abstention = visit.ask(OFF_TOPIC).locator(".abstained")
    expect(abstention).to_contain_text("The articles do not say")
    expect(abstention.locator(".cite")).to_have_count(0)
    abstention.get_by_role("button").first.click()
    expect(visit.widget().locator(".turn")).to_have_count(2)
    expect(visit.widget().locator(".turn").last.locator(".cite").first).to_be_visible()


def test_a_greeting_is_no_failure_to_answer(visit: Visit, helper: str, site: HelpSite) -> None:
    visit.page.goto(site.put(inline(helper)))
    answer = visit.ask("Hello").locator(".invited")
    expect(answer).to_contain_text("Ask what you would like to know")
    expect(answer).not_to_contain_text("The articles do not say")
    expect(answer.get_by_role("button").first).to_be_visible()


def test_a_follow_up_is_understood_also_after_the_page_was_left(visit: Visit, helper: str, site: HelpSite) -> None:
    visit.page.goto(site.put(inline(helper)))
    visit.ask("What are the risks of BPO?")
    visit.page.reload()
    expect(visit.widget().locator(".turn")).to_have_count(1)
    expect(visit.ask("And KPO?").locator(".understood")).to_contain_text("KPO")
    visit.widget().get_by_role("button", name="New conversation").click()
    visit.page.reload()
    expect(visit.widget().locator(".welcome button").first).to_be_visible()
    expect(visit.widget().locator(".turn")).to_have_count(0)


@pytest.mark.parametrize("mode", ["launcher", "inline"])
def test_a_page_off_the_list_learns_which_setting_to_change(
    visit: Visit, assistant: Assistant, site: HelpSite, mode: str
) -> None:
    settings = Settings()
    with running(create_app(settings, GivenBackend(settings, assistant))) as url:
        visit.page.goto(site.put(tag(url) if mode == "launcher" else inline(url)))
        wait_until(lambda: visit.heard(TAG), "the console names the setting")
        if mode == "launcher":
            visit.open()
        expect(visit.widget().get_by_role("alert")).to_contain_text("not set up for this page")
        expect(visit.widget().get_by_label("Your question")).to_be_disabled()
    said = next(line for line in visit.said if line.startswith(TAG))
    assert "BPO_KPO_ALLOWED_ORIGINS" in said
    assert site.origin in said


def test_the_strict_policy_and_the_checksum_of_the_guide_are_enough(visit: Visit, helper: str, site: HelpSite) -> None:
    guide = DOCS.read_text().replace("https://assistant.example.com", helper)
    policy = re.search(r"^script-src .*$", guide, re.MULTILINE)
    line = re.search(r'^<script .* integrity="sha384-\.\.\."></script>$', guide, re.MULTILINE)
    assert policy
    assert line
    script = line[0].replace("sha384-...", widget_script().integrity)
    strict = f"default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'; {policy[0]}"
    visit.page.goto(site.put(script, policy=strict))
    visit.open()
    expect(visit.ask(COMPARISON).get_by_role("table")).to_be_visible()
    assert visit.page.evaluate("getComputedStyle(document.body).margin") == "8px"
    assert visit.widget().locator(".panel").evaluate("node => getComputedStyle(node).display") == "flex"
    assert visit.said == []


def test_a_policy_that_blocks_the_server_is_named(visit: Visit, helper: str, site: HelpSite) -> None:
    visit.page.goto(site.put(tag(helper), policy=f"default-src 'none'; script-src {helper}"))
    wait_until(lambda: visit.heard(f"add {helper} to its connect-src"), "the directive is named")


def test_a_phone_shows_the_panel_on_the_whole_screen(visit: Visit, helper: str, site: HelpSite) -> None:
    visit.page.set_viewport_size(PHONE)
    visit.page.goto(site.put(tag(helper)))
    visit.open()
    box = visit.widget().get_by_role("dialog").bounding_box()
    assert box == {"x": 0, "y": 0, **PHONE}
    visit.ask(COMPARISON)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    visit.widget().get_by_role("button", name="Close").click()
    expect(visit.widget().get_by_role("dialog")).to_be_hidden()
    expect(visit.widget().get_by_role("button", name="Ask the assistant")).to_be_focused()


def test_at_400_percent_nothing_is_cut_off(visit: Visit, helper: str, site: HelpSite) -> None:
    visit.page.set_viewport_size(ZOOMED)
    visit.page.goto(site.put(tag(helper)))
    visit.open()
    visit.ask(COMPARISON)
    for name in ("Close", "Send", "New conversation"):
        expect(visit.widget().get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    expect(visit.widget().get_by_label("Your question")).to_be_in_viewport(ratio=1)
    log = visit.widget().get_by_role("log")
    assert log.evaluate("node => node.scrollWidth <= node.clientWidth && node.clientHeight > 60")


def test_the_keyboard_reaches_everything_and_the_focus_stays_and_returns(
    visit: Visit, helper: str, site: HelpSite
) -> None:
    visit.page.goto(site.put(f'<a href="#x" id="before">before</a>{tag(helper)}'))
    launcher = visit.widget().get_by_role("button", name="Ask the assistant")
    expect(launcher).to_be_visible()
    keyboard = visit.page.keyboard
    keyboard.press("Tab")
    keyboard.press("Tab")
    expect(launcher).to_be_focused()
    keyboard.press("Enter")
    question = visit.widget().get_by_label("Your question")
    expect(question).to_be_focused()
    keyboard.type(QUESTION)
    keyboard.press("Enter")
    expect(visit.widget().locator(".cite").first).to_be_visible()
    for key in ("Tab", "Shift+Tab"):
        seen = set()
        for _ in range(40):
            keyboard.press(key)
            path = visit.page.evaluate(f"document.querySelector('{TAG}').shadowRoot.activeElement?.outerHTML")
            assert path, f"{key} left the panel"
            seen.add(path)
        assert any('part="close"' in path for path in seen)
        assert any("cite" in path for path in seen)
    keyboard.press("Escape")
    expect(visit.widget().get_by_role("dialog")).to_be_hidden()
    expect(launcher).to_be_focused()


def test_the_focus_returns_to_what_opened_the_panel(visit: Visit, helper: str, site: HelpSite) -> None:
    opener = f"<button onclick=\"document.querySelector('{TAG}').open()\">Chat with us</button>"
    visit.page.goto(site.put(opener + tag(helper)))
    visit.page.get_by_role("button", name="Chat with us").click()
    expect(visit.widget().get_by_label("Your question")).to_be_focused()
    visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_role("button", name="Chat with us")).to_be_focused()


def test_two_widgets_keep_two_conversations(visit: Visit, helper: str, site: HelpSite) -> None:
    second = f'<{TAG} mode="inline" id="b"></{TAG}>'
    visit.page.goto(site.put(inline(helper, 'id="a"') + second + tag(helper)))
    visit.ask("What are the risks of BPO?", "#a")
    visit.ask(QUESTION, "#b")
    visit.open("[placed]")
    visit.ask(OFF_TOPIC, "[placed]")
    visit.page.reload()
    for which, text in (("#a", "risks of BPO"), ("#b", "KPO stand for")):
        expect(visit.widget(which).locator(".turn")).to_have_count(1)
        expect(visit.widget(which).locator(".asked")).to_contain_text(text)
    assert visit.said == []


@pytest.mark.parametrize(
    "question",
    [
        "<script>document.title = 'taken'</script> What is KPO?",
        "<img src=x onerror=\"document.title = 'taken'\"> What is KPO?",
        "What is KPO? [press](javascript:document.title='taken') ${document.title = 'taken'} {{value}}",
    ],
)
def test_markup_in_a_question_is_shown_as_text(visit: Visit, helper: str, site: HelpSite, question: str) -> None:
    visit.page.goto(site.put(inline(helper)))
    turn = visit.ask(question)
    expect(turn.locator(".asked")).to_have_text(f"You asked: {question}")
    visit.page.reload()
    expect(visit.widget().locator(".asked")).to_have_text(f"You asked: {question}")
    assert visit.page.title() == "Help"
    assert visit.said == []


HOSTILE = """---
title: "Green <img src=x onerror=document.title='taken'> roofs"
publisher: "</script><script>document.title='taken'</script>"
url: "javascript:document.title='taken'"
---
A green roof costs <img src=x onerror="document.title='taken'"> twice as much as a gravel roof.

A green roof lasts <script>document.title='taken'</script> forty years, says [the roofer](javascript:alert(1)).
"""


def test_markup_in_an_article_is_shown_as_text(
    visit: Visit, site: HelpSite, embedder: Embedder, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "roofs.md").write_text(HOSTILE)
    build_index(corpus, tmp_path / "index", embedder=embedder)
    with serve(site, Assistant.open(tmp_path / "index", embedder=embedder)) as url:
        visit.page.goto(site.put(inline(url)))
        turn = visit.ask("What does a green roof cost, and how long does a green roof last?")
        expect(turn.locator(".cite").first).to_be_visible()
        expect(turn.locator(".from").first).to_contain_text("<img src=x")
    widget = visit.widget()
    assert widget.locator("img, script, [onerror]").count() == 0
    links = [link.get_attribute("href") or "" for link in widget.locator("a").all()]
    assert links
    assert all(link.startswith(url) for link in links)
    assert visit.page.title() == "Help"
    assert visit.said == []


def test_a_server_that_was_away_answers_when_it_is_back(visit: Visit, assistant: Assistant, site: HelpSite) -> None:
    with serve(site, assistant) as url:
        visit.page.goto(site.put(inline(url)))
        visit.ask(QUESTION)
    turn = visit.ask("What is BPO?")
    expect(visit.widget().get_by_role("alert")).to_contain_text("cannot be reached")
    with serve(site, assistant, urlsplit(url).port or 0):
        visit.widget().get_by_role("button", name="Try again").click()
        expect(turn.locator(".cite").first).to_be_visible()
        expect(visit.widget().get_by_role("alert")).to_have_count(0)
        expect(visit.widget().locator(".turn")).to_have_count(2)


def test_too_many_questions_are_told_and_can_be_tried_again(visit: Visit, assistant: Assistant, site: HelpSite) -> None:
    settings = Settings(allowed_origins=(site.origin,), rate_limit="1/hour")
    with running(create_app(settings, GivenBackend(settings, assistant))) as url:
        visit.page.goto(site.put(inline(url)))
        visit.ask(QUESTION)
        visit.ask("What is BPO?")
        expect(visit.widget().get_by_role("alert")).to_contain_text("At most 1 per 1 hour")


def test_a_question_of_no_words_is_refused_and_not_an_answer(visit: Visit, helper: str, site: HelpSite) -> None:
    visit.page.goto(site.put(inline(helper)))
    visit.ask("?!")
    expect(visit.widget().get_by_role("alert")).to_contain_text("has no words")
    expect(visit.widget().get_by_role("button", name="Try again")).to_have_count(0)


def test_the_page_hears_events_and_uses_methods(visit: Visit, helper: str, site: HelpSite) -> None:
    visit.page.goto(site.put(tag(helper)))
    heard = visit.page.evaluate(
        """async ([tag, question]) => {
            const assistant = document.querySelector(tag), heard = [];
            for (const name of ["answer", "open", "close", "error", "feedback"])
                assistant.addEventListener(name, (event) => heard.push([name, event.detail]));
            const answer = await assistant.ask(question);
            const refused = await assistant.ask("?!").catch((error) => error.problem.status);
            assistant.close();
            assistant.reset();
            return { heard, answer, refused, turns: assistant.shadowRoot.querySelectorAll(".turn").length };
        }""",
        [TAG, QUESTION],
    )
    assert [name for name, _ in heard["heard"]] == ["open", "answer", "error", "close"]
    assert heard["heard"][1][1]["answer"] == heard["answer"]
    assert heard["answer"]["citations"]
    assert heard["refused"] == 422
    assert heard["turns"] == 0


def test_a_reader_says_whether_an_answer_helped(
    visit: Visit, assistant: Assistant, site: HelpSite, tmp_path: Path
) -> None:
    with serve(site, assistant, feedback=f"sqlite:///{tmp_path}/feedback.db") as url:
        visit.page.goto(site.put(inline(url)))
        expect(visit.widget().locator(".welcome button").first).to_be_visible()
        visit.page.evaluate(
            f"document.querySelector('{TAG}').addEventListener('feedback', (event) => {{ window.told = event.detail }})"
        )
        turn = visit.ask(QUESTION)
        turn.get_by_role("group", name="Was this helpful?").get_by_role("button", name="No").click()
        expect(turn.get_by_role("status")).to_have_text("Thank you.")
        told = visit.page.evaluate("window.told")
        assert (told["question"], told["helpful"]) == (QUESTION, False)
    assert visit.said == []


def test_where_feedback_is_off_nobody_is_asked_for_it(visit: Visit, assistant: Assistant, site: HelpSite) -> None:
    with serve(site, assistant, feedback="off") as url:
        visit.page.goto(site.put(inline(url)))
        expect(visit.widget().locator(".welcome button").first).to_be_visible()
        expect(visit.ask(QUESTION).get_by_text("Was this helpful?")).to_have_count(0)


def test_options_change_what_is_shown(visit: Visit, helper: str, site: HelpSite) -> None:
    options = (
        "data-position='top-left' data-heading='Outsourcing' data-greeting='Hello.' data-placeholder='Type here'"
        " data-starters='[\"Risks, in short?\"]' data-theme='dark' data-accent='yellow'"
        " data-support='mailto:a@b.example'"
        ' data-texts=\'{"launcher": "Frag uns"}\' data-z-index="7" data-width="20em" data-sources="folded"'
    )
    visit.page.goto(site.put(tag(helper, options)))
    launcher = visit.widget().get_by_role("button", name="Frag uns")
    box = launcher.bounding_box()
    assert box
    assert (box["x"], box["y"]) == (20, 20)
    style = launcher.evaluate("node => { const s = getComputedStyle(node); return [s.zIndex, s.backgroundColor] }")
    assert style == ["7", "rgb(255, 255, 0)"]
    launcher.click()
    widget = visit.widget()
    expect(widget.get_by_role("dialog", name="Outsourcing")).to_be_visible()
    expect(widget.locator(".welcome")).to_have_text("Hello.Risks, in short?")
    expect(widget.get_by_placeholder("Type here")).to_be_visible()
    expect(widget.get_by_role("link", name="Contact support")).to_have_attribute("href", "mailto:a@b.example")
    turn = visit.ask(QUESTION)
    expect(turn.locator("summary")).to_be_visible()
    expect(turn.locator("q").first).to_be_hidden()
    visit.page.evaluate(f"document.querySelector('{TAG}').setAttribute('heading', 'Another')")
    expect(widget.get_by_role("dialog", name="Another")).to_be_visible()
    expect(widget.locator(".turn")).to_have_count(1)


def test_an_option_that_is_no_json_is_said_and_left_out(visit: Visit, helper: str, site: HelpSite) -> None:
    visit.page.goto(site.put(inline(helper, "starters='Risks, Costs'")))
    expect(visit.widget().locator(".welcome button").first).to_be_visible()
    assert visit.heard("the option starters is not the JSON")


def test_a_single_page_application_adds_and_removes_it_at_will(
    visit: Visit, assistant: Assistant, embedder: Embedder, site: HelpSite
) -> None:
    held = HeldAssistant(assistant.index, embedder, assistant.settings)
    with serve(site, held, concurrency=1, max_waiting=0) as url:
        visit.page.goto(site.put(inline(url, 'id="a"')))
        visit.widget().get_by_label("Your question").fill(QUESTION)
        visit.widget().get_by_label("Your question").press("Enter")
        assert held.begun.wait(60)
        visit.page.evaluate(f"window.kept = document.querySelector('{TAG}'); kept.remove()")
        held.go_on.set()
        wait_until(held.ended.is_set, "the server has stopped writing")
        visit.page.evaluate("document.querySelector('main').append(kept)")
        expect(visit.widget().get_by_label("Your question")).to_be_visible()
        wait_until(lambda: visit.ask(QUESTION).locator(".cite").count() > 0, "it answers again")
    assert [line for line in visit.said if "503" not in line] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("accent", ["#0f5c7a", "yellow", "#9aa"])
def test_axe_finds_nothing_serious(browser: Browser, helper: str, site: HelpSite, scheme: Any, accent: str) -> None:
    with browser.new_context(color_scheme=scheme, reduced_motion="reduce") as context:
        visit = Visit(context.new_page())
        visit.page.goto(site.put(tag(helper, f'data-accent="{accent}" data-support="mailto:a@b.example"')))
        visit.open()
        assert visit.axe() == []
        for question in (QUESTION, COMPARISON, OFF_TOPIC, "?!"):
            visit.ask(question)
        assert visit.axe() == []


def test_the_iframe_tells_its_height_to_pages_on_the_list(visit: Visit, helper: str, site: HelpSite) -> None:
    guide = DOCS.read_text().replace("https://assistant.example.com", helper)
    frame = re.search(r"```html\n(<iframe.*?)```", guide, re.DOTALL)
    assert frame
    visit.page.goto(site.put(frame[1]))
    inside = visit.page.frame_locator("iframe")
    expect(inside.locator(TAG).locator(".welcome button").first).to_be_visible()
    inside.locator(TAG).get_by_label("Your question").fill(COMPARISON)
    inside.locator(TAG).get_by_label("Your question").press("Enter")
    expect(inside.locator(TAG).get_by_role("table")).to_be_visible()
    wait_until(lambda: visit.page.locator("iframe").evaluate("node => node.clientHeight") == 900, "the frame has grown")
    assert visit.said == []


def test_the_iframe_stays_shut_in_pages_off_the_list(visit: Visit, assistant: Assistant, site: HelpSite) -> None:
    settings = Settings()
    with running(create_app(settings, GivenBackend(settings, assistant))) as url:
        visit.page.goto(site.put(f'<iframe src="{url}/?embed=1" title="Assistant"></iframe>'))
        wait_until(lambda: visit.heard("frame-ancestors"), "the frame is refused")
        expect(visit.page.frame_locator("iframe").locator(TAG)).to_have_count(0)


def test_the_sample_help_page_works_under_its_own_strict_policy(visit: Visit, helper: str) -> None:
    visit.page.goto(f"{helper}/demo/help-page")
    visit.open("[placed]")
    visit.widget("[placed]").get_by_role("button", name="Payroll: BPO or KPO?").click()
    expect(visit.widget("[placed]").locator(".cite").first).to_be_visible()
    visit.page.keyboard.press("Escape")
    visit.ask(QUESTION, "#in-page")
    assert visit.axe() == []
    assert visit.said == []


def test_the_script_is_small(helper: str) -> None:
    assert len(widget_script().zipped) <= 15 * 1024
