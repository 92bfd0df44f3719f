"""A small real model that invents freely: what it invents does not reach the reader."""

from __future__ import annotations

import pytest

from assistant import Assistant
from assistant.support import Quote, supports
from tests.assistant.test_properties import assert_sound

# A few of each kind; all cases are asked by `bpo-kpo evaluate --compare extractive llm`.
QUESTIONS = [
    "What is KPO?",
    "What are the drawbacks of BPO?",
    "Is KPO more expensive than BPO?",
    "Patent research: BPO or KPO?",
    "Who is the CEO of Accenture?",
    "How many people work in BPO in India?",
]


@pytest.mark.slow
def test_no_unsupported_sentence_of_a_real_model_reaches_the_reader(small: Assistant) -> None:
    written = 0
    for question in QUESTIONS:
        answer = small.ask(question)
        assert_sound(answer, small)
        written += len(answer.checks.sentences) if answer.checks else 0
        if answer.writer == "extractive":
            continue
        quotes = {one.number: Quote(one.quote, one.heading) for one in answer.citations}
        for statement in answer.statements:
            verdict = supports(statement.text, [quotes[number] for number in statement.citations])
            assert verdict.ok, (statement.text, verdict.reasons)
    assert written, "the model said nothing at all"
