"""What is said to an answer without a subject of its own is told by kind, and from a question that has one."""

from __future__ import annotations

import pytest

from assistant import Assistant
from assistant.reactions import listed_entry, wants_again, wants_less, wants_more
from assistant.types import Turn

QUESTION = "What are the drawbacks of KPO?"
ANSWER = """The drawbacks of KPO are: [1]
- Cost: KPO costs more by the hour.
- Long periods of training
- Secrets.

KPO depends on people. [2]"""


@pytest.mark.parametrize("text", ["Tell me more", "what else?", "In more detail, please", "Can you explain it?"])
def test_more_is_wished_for(text: str) -> None:
    assert (wants_more(text), wants_again(text), wants_less(text)) == (True, False, False)


@pytest.mark.parametrize(
    "text",
    [
        "Are you sure?",
        "really?",
        "Is that true?",
        "says who?",
        "what is your source?",
        "Do you have any proof of that?",
        "where did you get that from?",
        "Sorry, I don't understand",
        "What do you mean by that?",
        "prove it",
        "huh?",
    ],
)
def test_the_same_is_wished_for_again(text: str) -> None:
    assert (wants_more(text), wants_again(text), wants_less(text)) == (False, True, False)


@pytest.mark.parametrize(
    "text",
    [
        "Shorter, please",
        "in plain English?",
        "Can you make it simpler?",
        "TL;DR",
        "explain it like I'm five",
        "sum it up",
    ],
)
def test_less_is_wished_for(text: str) -> None:
    assert (wants_more(text), wants_again(text), wants_less(text)) == (False, False, True)


@pytest.mark.parametrize(
    "text",
    [
        "Are you sure that KPO costs more?",
        "What is the source of the savings?",
        "Is that true of BPO?",
        "Explain KPO",
        "What does nearshore mean?",
        "Is it simpler than BPO?",
        "a short list of risks",
        "What does that mean?",
        "Where do they get it from?",
        "Based on what?",
        "Is it right?",
        "Explain the simpler one",
        "Simple?",
        "Too long?",
        "more on costs",
    ],
)
def test_a_subject_of_its_own_makes_it_a_question(text: str) -> None:
    assert (wants_more(text), wants_again(text), wants_less(text)) == (False, False, False)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("Explain the first one", "Cost"),
        ("tell me more about the second", "Long periods of training"),
        ("What does the last point mean?", "Secrets"),
        ("number 2, please", "Long periods of training"),
        ("#2", "Long periods of training"),
        ("Explain the second drawback in more detail", "Long periods of training"),
        ("What is the first advantage?", None),
        ("No one?", None),
        ("the fourth", None),
        ("the last year", None),
        ("What about the last decade?", None),
        ("Explain the first one of KPO", None),
    ],
)
def test_an_entry_of_the_list_before_is_pointed_to(text: str, entry: str | None) -> None:
    assert listed_entry(text, QUESTION, ANSWER) == entry


def test_no_entry_is_guessed_where_there_are_two_lists_or_none() -> None:
    assert listed_entry("the second", QUESTION, ANSWER + "\n\nOthers:\n- one\n- two") is None
    assert listed_entry("the second", QUESTION, "KPO costs more. [1]") is None


def test_what_the_articles_say_of_an_entry_is_told_once(assistant: Assistant) -> None:
    question = "What are the drawbacks of KPO?"
    turns = [Turn(question=question, answer=assistant.ask(question).text)]
    for said, understood in (
        ("Explain the last one", "KPO: Longer training and onboarding periods?"),
        ("Thanks!", "Thanks!"),
        ("And the first one?", "KPO: Higher per-hour costs than BPO?"),
    ):
        answer = assistant.ask(said, turns)
        assert answer.query == understood
        assert not any(one.text in turn.answer for one in answer.statements for turn in turns)
        turns.append(Turn(question=said, answer=answer.text))
    assert "KPO has higher costs per hour" in turns[-1].answer


def test_the_second_is_the_other_side_where_both_were_told_of(assistant: Assistant) -> None:
    turns: list[Turn] = []
    for question in ("BPO vs KPO", "What are the drawbacks of the first one?"):
        turns.append(Turn(question=question, answer=assistant.ask(question, turns).text))
    assert assistant.ask("And the second one?", turns).query == "What are the drawbacks of KPO?"


def test_a_doubt_is_met_with_the_same_proof(assistant: Assistant) -> None:
    first = assistant.ask("What is KPO?")
    again = assistant.ask("Are you sure?", (Turn(question=first.question, answer=first.text),))
    assert (again.query, again.statements, again.citations) == (first.query, first.statements, first.citations)


@pytest.mark.parametrize("question", ["BPO vs KPO", "Payroll: BPO or KPO?", "How do the risks of BPO and KPO compare?"])
def test_in_few_words_each_side_has_one_quote_and_no_table(assistant: Assistant, question: str) -> None:
    first = assistant.ask(question)
    shorter = assistant.ask("tl;dr", (Turn(question=first.question, answer=first.text),))
    assert shorter.table is None
    assert 0 < len(shorter.text) < len(first.text) + len(str(first.table or ""))
    # Two quotes, or a verdict and one.
    assert len(shorter.statements) == 2
    assert len(shorter.citations) <= 2
    assert not shorter.abstained


def test_a_disagreement_is_never_cut_short(assistant: Assistant) -> None:
    first = assistant.ask("Is KPO part of BPO?")
    shorter = assistant.ask("in short?", (Turn(question=first.question, answer=first.text),))
    assert {one.article_id for one in first.citations} == {one.article_id for one in shorter.citations}
