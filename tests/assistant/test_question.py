"""How a question asks decides the form of its answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.question import Ask, QuestionReader, clean_question
from assistant.sides import SideFinder
from assistant.spelling import Speller
from ingest.domain import load_domain
from ingest.errors import QuestionError

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.fixture(scope="module")
def reader() -> QuestionReader:
    domain = load_domain(CORPUS)
    words = [
        "knowledge",
        "process",
        "outsourcing",
        "services",
        "nearshore",
        "philippines",
        "pharmaceuticals",
        "bpo",
        "kpo",
        "bpos",
        "full",
        "customer",
        "losing",
        "careers",
        "sorting",
        "credentials",
        "priorities",
        "merits",
    ]
    return QuestionReader(domain, SideFinder(domain), Speller(dict.fromkeys(words, 1)))


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("What is the difference between BPO and KPO?", Ask.COMPARE),
        ("bpo vs kpo", Ask.COMPARE),
        ("Which is dearer by the hour, BPO or KPO?", Ask.COMPARE),
        ("Compare the typical tasks of the two.", Ask.COMPARE),
        ("Patent research: BPO or KPO?", Ask.CHOOSE),
        ("Where does medical coding belong?", Ask.CHOOSE),
        ("We have mountains of data entry. Which of the two do we need?", Ask.CHOOSE),
        ("BPO or KPO to run our call center?", Ask.CHOOSE),
        ("20,000 forms to type in. bpo/kpo?", Ask.CHOOSE),
        ("Which one came first?", Ask.LOOKUP),
        ("What decides which kind of outsourcing is right for a firm?", Ask.LOOKUP),
        ("One of the firms has brought out a book. What is it called?", Ask.LOOKUP),
        ("We sort parcels all day. What is it, BPO or KPO?", Ask.CHOOSE),
        ("We sort parcels all day. What is it?", Ask.CHOOSE),
        ("Everybody here sells KPO to banks. What is it?", Ask.LOOKUP),
        ("When we hand out payroll, which one do we need?", Ask.CHOOSE),
        ("What have BPO and KPO in common?", Ask.LOOKUP),
        ("My boss wants it short: how does KPO differ from BPO?", Ask.COMPARE),
        ("What are the risks of KPO?", Ask.LOOKUP),
        ("Who can offer BPO?", Ask.LOOKUP),
    ],
)
def test_the_form_that_a_question_asks_for_is_told(reader: QuestionReader, text: str, ask: Ask) -> None:
    assert reader.read(text).ask is ask


def test_an_aspect_is_named_by_any_of_its_words(reader: QuestionReader) -> None:
    domain = load_domain(CORPUS)
    for text in ("bpo cons", "What are the drawbacks of BPO?", "downsides of BPO"):
        assert [domain.aspects[i].name for i in reader.read(text).aspects] == ["Risks"]


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("knowlege proces outsorcing", "knowledge process outsourcing"),
        ("what is neershore", "what is nearshore"),
        ("drug work in pharma", "drug work in pharmaceuticals"),
        ("wats teh diffrence", "what is the difference"),
        ("hw much do u need 4 a job", "how much do you need for a job"),
        ("diff btw bpo n kpo", "difference between bpo and kpo"),
        ("kpo ful form", "kpo full form"),
        ("costumer service", "customer service"),
        ("loosing data", "losing data"),
        ("payroll: bpo or kpo?", "payroll: bpo or kpo?"),
        ("the top 4 risks in R and D", "the top 4 risks in R and D"),
    ],
)
def test_typing_errors_and_short_forms_are_mended(reader: QuestionReader, typed: str, mended: str) -> None:
    assert reader.read(typed).text == mended


@pytest.mark.parametrize("name", ["GDPR", "Accenture", "Infosys", "BPM", "IPO", "Poland"])
def test_a_name_that_is_near_nothing_stays_as_typed(reader: QuestionReader, name: str) -> None:
    assert name in reader.read(f"What does {name} say?").text


@pytest.mark.parametrize("word", ["carers", "storing", "centralised", "mister", "Costumer"])
def test_a_rare_word_with_nearly_the_letters_of_a_corpus_word_stays(reader: QuestionReader, word: str) -> None:
    assert word in reader.read(f"What is said of {word}?").text


@pytest.mark.parametrize("empty", ["", "   ", "?!...", "\u200b", "—"])
def test_a_question_without_words_is_refused_with_an_example(empty: str) -> None:
    with pytest.raises(QuestionError, match="Type a question"):
        clean_question(empty, 2000)


def test_a_question_that_is_too_long_is_refused_with_both_numbers() -> None:
    with pytest.raises(QuestionError, match="10,000 characters, more than 2,000"):
        clean_question("x" * 10_000, 2000)


def test_markup_is_taken_out_of_a_question() -> None:
    assert clean_question("<script>alert(1)</script> What is <b>BPO</b>?", 2000) == "What is BPO ?"


@pytest.mark.parametrize(
    "text",
    [
        "Is there one right answer to BPO or KPO that suits every firm?",
        "Are the people of a BPO or KPO provider sitting in our own building?",
    ],
)
def test_naming_both_sides_is_not_yet_a_choice_between_them(reader: QuestionReader, text: str) -> None:
    assert reader.read(text).ask is not Ask.CHOOSE
