from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from assistant.evaluation.cases import load_cases
from assistant.evaluation.compare import compare
from assistant.evaluation.floors import Floors, check_floors
from assistant.evaluation.junit import to_junit
from assistant.evaluation.markdown import to_markdown
from assistant.evaluation.propose import proposal_text, propose_cases
from assistant.evaluation.report import to_html
from assistant.evaluation.settings import EvaluationSettings
from tests.assistant.evaluation.making import ARTICLE, abstention, answer, outcome, passage, run_of

HOSTILE = "<script>alert(1)</script> | `x` ![i](http://evil.example/x.png) [l](http://evil.example) \x00"
SETTINGS = EvaluationSettings(resamples=200)


def test_junit_has_a_suite_a_file_and_names_what_is_wrong() -> None:
    run = run_of(
        [outcome("a"), outcome("b", wrong="fact 1: x"), outcome("c", wrong="no", answer=None, file="other.yaml")]
    )
    root = ElementTree.fromstring(to_junit(run))
    assert [(s.get("name"), s.get("tests"), s.get("failures"), s.get("errors")) for s in root] == [
        ("cases.yaml", "2", "1", "0"),
        ("other.yaml", "1", "0", "1"),
    ]
    failure = root.find(".//testcase[@name='b']/failure")
    assert failure is not None
    assert failure.get("message") == "fact missing: fact 1: x"
    assert "BPO saves 60%" in (failure.text or "")


def test_junit_skips_what_failed_in_the_baseline_and_fails_what_broke() -> None:
    before = run_of([outcome("old", wrong="x"), outcome("new")])
    after = run_of([outcome("old", wrong="x"), outcome("new", wrong="y")])
    root = ElementTree.fromstring(to_junit(after, compare(before, after, SETTINGS)))
    assert root.find(".//testcase[@name='old']/skipped") is not None
    assert root.find(".//testcase[@name='new']/failure") is not None


def test_junit_is_xml_whatever_an_answer_says() -> None:
    run = run_of([outcome(wrong=HOSTILE, answer=answer((HOSTILE, [])), asked=(HOSTILE,))])
    assert ElementTree.fromstring(to_junit(run)) is not None


def test_markdown_names_breaches_and_broken_cases_first_and_marks_nothing_up() -> None:
    before, after = run_of([outcome("a"), outcome("b")]), run_of([outcome("a"), outcome("b", wrong=HOSTILE)])
    floors = Floors.model_validate({"all": {"passed": {"min": 0.9}}})
    text = to_markdown(after, breaches=check_floors(after, floors), comparison=compare(before, after, SETTINGS))
    assert text.startswith("### ❌ FAQ evaluation: 1 of 2 cases pass, 1 broken, 1 metric out of bounds")
    assert "passed of all is 0.5, below its floor of 0.9" in text
    assert "- `b` — fact missing: " in text
    assert "<script>" not in text
    assert "![i]" not in text


def test_markdown_of_a_good_run_is_short() -> None:
    text = to_markdown(run_of([outcome("a"), outcome("b")]))
    assert text.startswith("### ✅ FAQ evaluation: 2 of 2 cases pass")
    assert len(text) < 1000


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_report_is_whole_loads_nothing_and_runs_nothing_of_an_answer() -> None:
    outcomes = [
        outcome("good"),
        outcome(
            "bad",
            wrong=HOSTILE,
            answer=answer((HOSTILE, [])),
            asked=(HOSTILE,),
            facts=(("alert",), ("gone",)),
            passages=(passage(ARTICLE, "KPO needs experts."),),
        ),
        outcome("refused", answer=abstention(), should_abstain=True),
        outcome("crashed", answer=None, wrong="boom"),
    ]
    run = run_of(outcomes)
    before = run_of([outcome("bad"), outcome("good")])
    floors = Floors.model_validate({"all": {"passed": {"min": 0.9}}})
    text = to_html(run, comparison=compare(before, run, SETTINGS), floors=floors, breaches=check_floors(run, floors))
    page = _Page()
    page.feed(text)
    assert sum(tag == "script" for tag, _ in page.tags) == 1
    assert not [tag for tag, _ in page.tags if tag in ("img", "link", "iframe", "object")]
    links = [value for _, attributes in page.tags for name, value in attributes.items() if name in ("href", "src")]
    assert all(link is not None and link.startswith("#") for link in links)
    assert "url(" not in text
    for expected in ("passed of all is 0.5", "case-bad", "case-crashed", "gone", "KPO needs experts.", "found"):
        assert expected in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_a_report_of_one_case_can_be_made() -> None:
    assert "1 of 1 cases pass" in to_html(run_of([outcome()]))


def test_cases_are_proposed_from_the_faq_sections_of_a_corpus(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "tea.md").write_text(
        "---\ntitle: Tea\n---\n\n# Tea\n\nTea is a drink.\n\n## FAQ\n\n### How hot should green tea be?\n\n"
        "Brew green tea at 80 degrees. Boiling water makes it bitter.\n\n### Who drinks it?\n\nMany people do.\n",
        encoding="utf-8",
    )
    cases = propose_cases(tmp_path / "corpus")
    assert [one.question for one in cases] == ["How hot should green tea be?", "Who drinks it?"]
    assert cases[0].id == "how-hot-should-green-tea-be"
    assert cases[0].sources == ("tea",)
    assert cases[0].facts[0] == ("80",)
    (tmp_path / "proposed.yaml").write_text(proposal_text(cases), encoding="utf-8")
    assert [one.case for one in load_cases([tmp_path / "proposed.yaml"])] == cases
