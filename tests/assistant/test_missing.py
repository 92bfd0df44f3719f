"""What a question asks for that the articles do not have is told from what they do have."""

from __future__ import annotations

import pytest

from assistant import Assistant
from assistant.question import QuestionReader
from assistant.sides import SideFinder
from assistant.spelling import Speller
from assistant.wanted import wanted_by


@pytest.fixture(scope="module")
def reader(assistant: Assistant) -> QuestionReader:
    return QuestionReader(assistant.domain, SideFinder(assistant.domain), Speller({}))


def test_a_name_in_a_readers_question_is_no_name_of_the_articles(assistant: Assistant) -> None:
    assert "poland" in assistant.index.vocabulary
    assert "poland" not in assistant.index.own_words
    answer = assistant.ask("Is Poland a good place for KPO?")
    assert answer.abstained
    assert "“Poland”" in answer.text


def test_a_name_of_the_articles_is_one_of_their_own_words(assistant: Assistant) -> None:
    assert {"philippines", "outsourcing"} <= assistant.index.own_words
    assert not assistant.ask("Is the Philippines a good place for outsourcing?").abstained


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("How much is a BPO agent?", True),
        ("How much does a firm spend on BPO?", True),
        ("What share of companies outsource?", True),
        ("By how much is KPO dearer than BPO, in percent?", True),
        ("Which one has the higher hourly rate, BPO or KPO?", False),
        ("How much are KPO employees allowed to decide?", False),
        ("What do people spend their day on in a BPO?", False),
    ],
)
def test_a_number_is_wanted_only_where_a_number_is_asked_for(reader: QuestionReader, text: str, number: bool) -> None:
    assert wanted_by(reader.read(text)).number is number
