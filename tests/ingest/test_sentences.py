from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import plain_text, split_sentences
from tests.ingest.markdown_documents import chaos


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "J.P. Morgan Chase & Co. could use both.",
        "BPO covers tasks, e.g. payroll, vs. KPO.",
        "It saves 59.5 percent in the U.S. every year.",
        "See https://example.org/a.b?c=d for more.",
        "Providers (in Mexico, etc.) are near.",
    ],
)
def test_abbreviations_figures_and_addresses_do_not_end_a_sentence(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One is here. Two is there! Is three?", ["One is here.", "Two is there!", "Is three?"]),
        ("**One** is *here*. [Two](x) is there.", ["**One** is *here*.", "[Two](x) is there."]),
        ("  One goes\nover lines.  ", ["One goes\nover lines."]),
        ("Без дома. Он ушёл.", ["Без дома.", "Он ушёл."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_are_found_with_their_marks(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_a_part_of_a_text_is_split_with_offsets_of_the_whole() -> None:
    text = "Zero. One is here. Two is there. Three."
    assert [text[a:b] for a, b in split_sentences(text, 6, 32)] == ["One is here.", "Two is there."]


@given(chaos)
def test_sentences_of_any_text_follow_one_another_and_lose_no_character(text: str) -> None:
    spans = split_sentences(text)
    end = 0
    for start, stop in spans:
        assert end <= start < stop <= len(text)
        assert text[start:stop] == text[start:stop].strip()
        if spans:
            assert not text[end:start].strip(), "only white space lies between sentences"
        end = stop
    if spans:
        assert not text[end:].strip()


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**KPO** is *dear*", "KPO is dear"),
        ("[KPO](https://a.example 'title') and ![a picture](p.png)", "KPO and a picture"),
        ("`a*b*c` costs 2 \\* 3", "a*b*c costs 2 * 3"),
        ("R&amp;D &copy; 5 < 6", "R&D © 5 < 6"),
        ("one<br>two <b>three</b><!-- no -->", "one two three"),
        ("one\ntwo  \nthree", "one two three"),
        ("snake_case_name and 2*3*4", "snake_case_name and 234"),
        ("", ""),
    ],
)
def test_plain_text_has_no_marks(markdown: str, expected: str) -> None:
    assert plain_text(markdown) == expected


@given(st.text(st.characters(categories=["L", "Nd", "Zs"])))
def test_plain_text_of_words_is_the_words(text: str) -> None:
    assert plain_text(text) == " ".join(text.split())
