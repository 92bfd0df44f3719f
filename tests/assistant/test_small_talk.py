"""What is said to the assistant itself is told from what is asked about its subject."""

from __future__ import annotations

import pytest

from assistant import Assistant
from assistant.small_talk import INVITATION, is_small_talk
from assistant.types import Turn


@pytest.mark.parametrize(
    "typed",
    [
        "Hello",
        "thanks a lot!",
        "Who are you?",
        "what are you exactly",
        "Are you a real person or a bot?",
        "am I talking to a machine?",
        "What can you do for me?",
        "So what can you do?",
        "How are you?",
        "plz help",
        "Can I ask you a question?",
        "What topics do you cover?",
        "which kinds of questions can I ask you?",
        "What can I ask here?",
        "Can you help me out with something?",
        "help!!",
        "I need some help",
        "What does this chatbot do?",
        "Is anybody there?",
        "testing 1 2 3",
    ],
)
def test_talk_is_answered_by_what_can_be_asked(assistant: Assistant, typed: str) -> None:
    answer = assistant.ask(typed)
    assert (answer.abstained, answer.confidence, answer.citations) == (True, 0.0, ())
    assert answer.text == INVITATION
    assert answer.suggestions


@pytest.mark.parametrize(
    "typed",
    [
        "Who are the clients of KPO?",
        "What can KPO do for me?",
        "What topics does KPO cover?",
        "Can you help me choose between BPO and KPO?",
        "What can a provider do?",
        "Can KPO help us?",
        "Is this a question of cost?",
        "How does this work?",
        "What is this?",
        "Is there anybody who offers both?",
        "Are chatbots a part of BPO?",
        "help desk",
        "Who tests software in BPO?",
        "Testing?",
        "2024?",
        "How do I use this?",
        "How does this tool work?",
        "What should I ask?",
        "What would you do?",
    ],
)
def test_a_question_is_no_talk(typed: str) -> None:
    assert not is_small_talk(typed)


def test_talk_in_a_conversation_is_no_follow_up_and_no_turn(assistant: Assistant) -> None:
    before = (Turn(question="What is KPO?"),)
    assert assistant.ask("Can you help me?", before).query == "Can you help me?"
    assert assistant.ask("And BPO?", (*before, Turn(question="Who are you?"))).query == "What is BPO?"
