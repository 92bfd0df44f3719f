"""What is asked in a roundabout way is read in a plain form; all else as it was typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import Assistant
from assistant.recast import recast
from assistant.sides import SideFinder
from ingest.domain import load_domain

CORPUS = Path(__file__).parents[2] / "corpus"
DEPENDS = "What does the choice between BPO and KPO depend on?"


@pytest.fixture(scope="module")
def finder() -> SideFinder:
    return SideFinder(load_domain(CORPUS))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Nearshore: what is meant with that?", "What is Nearshore?"),
        ("KPO - what is it", "What is KPO?"),
        ("Lead generation, what does it mean?", "What is Lead generation?"),
        ("When should I not use KPO?", "What are the drawbacks of KPO?"),
        ("Why would a firm avoid BPO?", "What are the drawbacks of BPO?"),
        ("Which one is the right choice for payroll?", "payroll: BPO or KPO?"),
        ("Is data entry KPO?", "data entry: BPO or KPO?"),
        ("Is IT support a KPO job?", "IT support: BPO or KPO?"),
        ("Does bookkeeping count as KPO?", "bookkeeping: BPO or KPO?"),
        ("Would you call patent work BPO?", "patent work: BPO or KPO?"),
        ("My boss says that payroll is KPO, right?", "payroll: BPO or KPO?"),
        ("Receipts to be typed in, nothing more. KPO, then?", "Receipts to be typed in, nothing more: BPO or KPO?"),
        ("People abroad keep our books. Is that BPO?", "People abroad keep our books: BPO or KPO?"),
        ("Should my company use BPO or KPO for bookkeeping?", "bookkeeping: BPO or KPO?"),
        ("Should we go for BPO or KPO to analyse sales?", "analyse sales: BPO or KPO?"),
    ],
)
def test_a_roundabout_question_is_asked_plainly(finder: SideFinder, text: str, meant: str) -> None:
    found = recast(text, finder)
    assert (found.text, found.asker) == (meant, "")


@pytest.mark.parametrize(
    ("text", "asker"),
    [
        ("Should a bakery use BPO or KPO?", "a bakery"),
        ("We are a small museum. BPO or KPO?", "small museum"),
        ("I run a florist shop, which of the two do I need?", "florist shop"),
        ("Do banks choose BPO or KPO?", "banks"),
    ],
)
def test_a_choice_for_somebody_says_for_whom(finder: SideFinder, text: str, asker: str) -> None:
    found = recast(text, finder)
    assert (found.text, found.asker) == (f"{asker}: BPO or KPO?", asker)


@pytest.mark.parametrize(
    "text",
    [
        "KPO: what does it cost?",
        "When is KPO not a good idea?",
        "Why is KPO not part of BPO?",
        "Why does BPO not need experts?",
        "What is KPO?",
        "Is KPO a kind of BPO?",
        "Is it KPO?",
        "Is training needed in BPO?",
        "Is expertise important in KPO?",
        "Is outsourcing the same as BPO?",
        "Is the harder one KPO?",
        "Is KPO expensive?",
        "KPO is expensive, right?",
        "Does KPO include data entry?",
        "Risks of KPO",
        "industries: KPO",
        "I know the one, but what is KPO?",
        "Should I use BPO or KPO?",
        "Which is better?",
        "We are a hospital, which tasks can we outsource?",
        "We are a bank, which one is cheaper?",
        "We run a bank and use BPO or KPO",
        "Does Amazon use BPO or KPO?",
        "Do banks use BPO or KPO in India?",
        "Can we contract a BPO or a KPO for less than a year?",
        "Is AI replacing BPO?",
        "Is a call center the same thing as BPO?",
        "The subject of my essay is KPO",
        "The cheapest is BPO, right?",
        "Why is payroll not KPO?",
        "Which is the best software for payroll?",
        "Sorry, is that KPO?",
        "Is automation a threat? KPO then?",
        "I heard KPO, what does it mean?",
    ],
)
def test_a_plain_question_stays_as_it_is(finder: SideFinder, text: str) -> None:
    found = recast(text, finder)
    assert (found.text, found.asker) == (text, "")


def test_a_long_text_is_left_as_it_is_at_once(finder: SideFinder) -> None:
    text = "is a" + "." * 1_980 + " KPO x"
    assert recast(text, finder).text == text


@pytest.mark.parametrize("text", ["Should a bakery use BPO or KPO?", "Should my company choose KPO or BPO?"])
def test_for_whom_no_article_tells_of_there_is_no_verdict_but_what_it_depends_on(
    assistant: Assistant, text: str
) -> None:
    answer = assistant.ask(text)
    assert (answer.question, answer.query) == (text, DEPENDS)
    assert "depend" in answer.text
    assert not answer.text.startswith(("BPO.", "KPO.", "Both"))


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Should a law firm use BPO or KPO?", "KPO."),
        ("We are a hospital, BPO or KPO?", "Both BPO and KPO."),
        ("Is payroll KPO?", "BPO."),
        ("Is patent research BPO?", "KPO."),
    ],
)
def test_for_whom_the_articles_tell_of_there_is_a_verdict(assistant: Assistant, text: str, verdict: str) -> None:
    assert assistant.ask(text).text.startswith(verdict)


@pytest.mark.parametrize("text", ["Which one pays better?", "Which of the two treats its customers best?"])
def test_what_one_of_them_does_better_is_no_choice_of_one(assistant: Assistant, text: str) -> None:
    assert not assistant.ask(text).text.startswith(("BPO.", "KPO.", "Both"))
