"""A which-one question is answered with the side that fits first, then what shows it; or with both, where both do."""

from __future__ import annotations

import pytest

from assistant import Assistant


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("Payroll: BPO or KPO?", "BPO."),
        ("Patent research: BPO or KPO?", "KPO."),
        ("Answering customers' calls as well as drug development, BPO or KPO?", "Both BPO and KPO."),
        # One word, which a sentence on either side has.
        ("Is compliance work BPO or KPO?", "Both BPO and KPO."),
        # A sentence that says both of one.
        ("J.P. Morgan Chase: BPO or KPO?", "Both BPO and KPO."),
    ],
)
def test_the_side_that_fits_is_named_first(question: str, verdict: str, assistant: Assistant) -> None:
    first, *evidence = assistant.ask(question).statements
    assert first.text == verdict
    assert first.citations
    assert evidence


@pytest.mark.parametrize(
    "question",
    [
        "What decides which kind of outsourcing is right for a firm, according to Booth & Partners?",
        "How many employees does Accenture have, BPO or KPO?",
    ],
)
def test_there_is_no_verdict_without_a_choice_that_the_articles_settle(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    assert not answer.text.startswith(("BPO.", "KPO.", "Both"))
