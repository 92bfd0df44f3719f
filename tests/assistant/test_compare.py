"""A comparison shows the rows that a question asks for, in the words of its domain or in others."""

from __future__ import annotations

import pytest

from assistant import Answer, Assistant

ASPECTS = 10


def rows(answer: Answer) -> list[str]:
    return [row[0].text for row in answer.table.rows] if answer.table else []


@pytest.mark.parametrize(
    "question",
    [
        "What is the difference between BPO and KPO?",
        "Could I have BPO and KPO side by side?",
        "Show me BPO next to KPO in two columns",
        "bpo vs kpo",
    ],
)
def test_the_whole_is_asked_for_in_many_ways(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    assert len(rows(answer)) == ASPECTS
    assert answer.table is not None
    assert all(len(cell.citations) <= 1 for row in answer.table.rows for cell in row)


def test_another_thing_that_is_named_beside_the_sides_is_not_left_out(assistant: Assistant) -> None:
    both, more = assistant.ask("bpo vs kpo"), assistant.ask("bpo vs kpo vs lpo")
    assert "LPO" not in both.text
    assert "LPO is the subset of KPO" in more.text
    assert rows(more) == rows(both)
    # "IT" is an acronym of the articles, "it" none of the question.
    assert assistant.ask("Compare it for me: BPO and KPO").text == both.text


@pytest.mark.parametrize(
    ("question", "aspect"),
    [
        ("How do the risks of BPO and KPO compare?", "Risks"),
        ("Which takes more judgement, BPO or KPO?", "Complexity"),
        ("What sort of work is handed to a BPO, and what sort to a KPO?", "Tasks"),
    ],
)
def test_one_aspect_is_asked_for_by_its_words_or_in_others(question: str, aspect: str, assistant: Assistant) -> None:
    assert rows(assistant.ask(question)) == [aspect]


def test_few_rows_have_room_for_a_second_quote_that_says_something_else(assistant: Assistant) -> None:
    table = assistant.ask("How do the skills of BPO and KPO employees compare?").table
    assert table is not None
    (row,) = table.rows
    cells = row[1:]
    assert any(len(cell.citations) == 2 for cell in cells)
    assert all(len(cell.text.split()) <= 60 for cell in cells)


def test_a_list_stands_alone_in_its_cell(assistant: Assistant) -> None:
    table = assistant.ask("How do the risks of BPO and KPO compare?").table
    assert table is not None
    lists = [cell for row in table.rows for cell in row if "\n" in cell.text]
    assert lists
    assert all(line.startswith("- ") for cell in lists for line in cell.text.splitlines()[1:])
    assert all(len(cell.citations) == 1 for cell in lists)


def test_a_disagreement_leaves_room_for_the_aspect_that_is_asked(assistant: Assistant) -> None:
    answer = assistant.ask("Which industries use BPO and which ones use KPO?")
    assert rows(answer) == ["Industries"]


def test_a_sure_answer_is_shorter_than_the_bound(assistant: Assistant) -> None:
    sure = assistant.ask("What is the abbreviation BPO short for?")
    assert sure.citations[0].score >= 0.95
    assert len(sure.text.split()) < 0.75 * assistant.settings.words
