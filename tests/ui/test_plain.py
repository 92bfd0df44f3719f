from __future__ import annotations

import pytest

from ui.plain import one_line, split_items


@pytest.mark.parametrize(
    ("markdown", "line"),
    [
        ("**Strength**: BPO is\nabout *volume*.", "Strength: BPO is about volume."),
        (
            "The benefits are:\n\n- Savings\n- More `flexibility`",
            "The benefits are: Savings; More flexibility",
        ),
        ("1. One.\n2. Two.", "One; Two."),
        ("a < b & c", "a < b & c"),
        ("<b>text</b>", "<b>text</b>"),
        ("", ""),
    ],
)
def test_a_quote_becomes_one_plain_line(markdown: str, line: str) -> None:
    assert one_line(markdown) == line


def test_a_statement_without_a_list_is_its_sentence() -> None:
    assert split_items("KPO costs 5 - 10 % more.") == ("KPO costs 5 - 10 % more.", ())


def test_a_statement_with_a_list_is_its_sentence_and_the_items() -> None:
    assert split_items("KPO needs:\n- skill\n- judgement\n  and care") == (
        "KPO needs:",
        ("skill", "judgement and care"),
    )
