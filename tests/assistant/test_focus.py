"""What a text asks is told from the story around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.focus import asking, clauses, tasks


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("What are the risks of KPO?", "What are the risks of KPO?"),
        ("Our director is nervous. What are the risks of KPO?", "What are the risks of KPO?"),
        ("What are the risks of KPO? The meeting is on Friday.", "What are the risks of KPO?"),
        ("I have an exam tomorrow, can you explain nearshore outsourcing", "can you explain nearshore outsourcing"),
        ("We talked to J.P. Morgan. Which bank uses both?", "Which bank uses both?"),
        # Why somebody asks is no part of it.
        ("BPO against KPO - give me all of it, I have to present it on Monday.", "BPO against KPO - give me all of it"),
        # What stands before a comma or colon is the subject where nobody tells anything.
        ("In banking, what goes to BPO?", "In banking, what goes to BPO?"),
        ("Vietnam or Mexico: where is nearshoring cheaper?", "Vietnam or Mexico: where is nearshoring cheaper?"),
        # A question that points back cannot stand alone.
        (
            "Our vendor is across the border. What do you call that?",
            "Our vendor is across the border. What do you call that?",
        ),
        ("Is it cheaper to hire? We have no money.", "Is it cheaper to hire?"),
        ("bpo risk list", "bpo risk list"),
    ],
)
def test_the_part_that_asks_is_found(text: str, asked: str) -> None:
    assert " ".join(text[start:end] for start, end in asking(text)) == asked


def test_tasks_are_told_apart() -> None:
    text = "Payroll as well as data analysis, and also design: BPO or KPO?"
    assert [text[start:end].strip() for start, end in tasks(text)] == [
        "Payroll",
        "data analysis,",
        "design: BPO or KPO?",
    ]


@given(st.text(max_size=200))
def test_spans_lie_within_the_text_in_order(text: str) -> None:
    for spans in (clauses(text), asking(text), tasks(text)):
        places = [at for span in spans for at in span]
        assert places == sorted(places)
        assert all(0 <= at <= len(text) for at in places)
