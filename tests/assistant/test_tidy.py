"""Greetings, thanks, courtesies and capitals say nothing of a question."""

from __future__ import annotations

import pytest

from assistant.tidy import is_courtesy, tidy


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Hi, quick question: could you tell me what KPO is? Thanks!", "what KPO is?"),
        ("Hello there! What is BPO?", "What is BPO?"),
        ("hi what is kpo", "what is kpo"),
        ("What is BPO, please?", "What is BPO?"),
        ("what is bpo pls", "what is bpo"),
        ("Good morning, I'd like to know how KPO works. Thank you in advance!", "how KPO works."),
        ("Dear team, I was wondering if KPO is cheaper.", "if KPO is cheaper."),
        ("One more question: and KPO?", "and KPO?"),
        ("HOW MUCH IS A KPO?", "how much is a kpo?"),
    ],
)
def test_what_says_nothing_of_the_question_is_taken_out(typed: str, asked: str) -> None:
    assert tidy(typed) == asked


@pytest.mark.parametrize(
    "typed",
    [
        "Thanks!",
        "Hello",
        "High costs?",
        "I want to know more about KPO",
        "Can you tell me the drawbacks of BPO?",
        "Is this a question of cost?",
        "BPO KPO LPO",
        "Does a thank you note count as BPO?",
    ],
)
def test_all_else_stays_as_typed(typed: str) -> None:
    assert tidy(typed) == typed


@pytest.mark.parametrize(
    ("typed", "courtesy"),
    [
        ("Hello", True),
        ("Thanks!", True),
        ("hi there, thanks a lot", True),
        ("Thanks, and KPO?", False),
        ("Why?", False),
    ],
)
def test_a_greeting_or_thanks_alone_is_no_question(typed: str, courtesy: bool) -> None:
    assert is_courtesy(typed) is courtesy
