"""What is said to an answer without a subject of its own is told by kind, and from a question that has one."""

from __future__ import annotations

import pytest

from assistant import Assistant
from assistant.reactions import listed_entry, wants_again, wants_less, wants_more
from assistant.types import Turn

ANSWER = """The drawbacks of KPO are: [1]
- Cost: KPO costs more by the hour.
- Long periods of training
- Secrets.

KPO depends on people. [2]"""


@pytest.mark.parametrize("text", ["Tell me more", "what else?", "In more detail, please", "explain that further"])
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
        "can you explain it?",
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
        ("And the fourth?", None),
        ("the fourth", None),
        ("What about the last decade?", None),
        ("Explain the first one of KPO", None),
    ],
)
def test_an_entry_of_the_list_before_is_pointed_to(text: str, entry: str | None) -> None:
    assert listed_entry(text, ANSWER) == entry


def test_no_entry_is_guessed_where_there_are_two_lists_or_none() -> None:
    assert listed_entry("the second", ANSWER + "\n\nOthers:\n- one\n- two") is None
    assert listed_entry("the second", "KPO costs more. [1]") is None


def test_what_the_articles_say_of_an_entry_is_told_once(assistant: Assistant) -> None:
    question = "What are the drawbacks of KPO?"
    turns = (Turn(question=question, answer=assistant.ask(question).text),)
    answer = assistant.ask("Explain the last one", turns)
    assert answer.query == "KPO: Longer training and onboarding periods?"
    assert "takes longer" in answer.text
    assert answer.text not in turns[0].answer


def test_a_doubt_is_met_with_the_same_proof(assistant: Assistant) -> None:
    first = assistant.ask("What is KPO?")
    again = assistant.ask("Are you sure?", (Turn(question=first.question, answer=first.text),))
    assert (again.query, again.statements, again.citations) == (first.query, first.statements, first.citations)


def test_in_one_sentence_there_is_no_table(assistant: Assistant) -> None:
    first = assistant.ask("BPO vs KPO")
    assert first.table is not None
    shorter = assistant.ask("tl;dr", (Turn(question=first.question, answer=first.text),))
    assert shorter.table is None
    assert not shorter.abstained
