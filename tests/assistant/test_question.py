"""How a question asks decides the form of its answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.question import Ask, QuestionReader, clean_question
from assistant.sides import SideFinder
from assistant.spelling import Speller
from ingest.domain import Domain, load_domain
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
        ("Which appeared first, BPO or KPO?", Ask.LOOKUP),
        ("What should my choice between the two hang on?", Ask.LOOKUP),
        ("Which bank is an example of one that uses both?", Ask.LOOKUP),
        ("Which is better for payroll?", Ask.CHOOSE),
        ("What decides which kind of outsourcing is right for a firm?", Ask.LOOKUP),
        ("One of the firms has brought out a book. What is it called?", Ask.LOOKUP),
        ("We sort parcels all day. What is it, BPO or KPO?", Ask.CHOOSE),
        ("We sort parcels all day. What is it?", Ask.CHOOSE),
        ("Everybody here sells KPO to banks. What is it?", Ask.LOOKUP),
        ("When we hand out payroll, which one do we need?", Ask.CHOOSE),
        ("Trial results that nobody understands. BPO or KPO for that?", Ask.CHOOSE),
        ("Drawing a new gearbox: does a BPO or a KPO do that?", Ask.CHOOSE),
        ("Would a BPO ring strangers for us, or a KPO?", Ask.CHOOSE),
        ("Typing up diagnoses. BPO? KPO?", Ask.CHOOSE),
        ("Ringing strangers: is it the BPO or the KPO crowd that does this?", Ask.CHOOSE),
        ("What could go wrong with each of the two, BPO and KPO?", Ask.COMPARE),
        ("We no longer want to do our purchasing. BPO or KPO?", Ask.CHOOSE),
        ("Odd reports which nobody can write. Which one do we need?", Ask.CHOOSE),
        ("People who weigh things up. Which should it be?", Ask.CHOOSE),
        ("What have BPO and KPO in common?", Ask.LOOKUP),
        ("Who decides? I would like to know for BPO and for KPO.", Ask.COMPARE),
        ("My boss wants it short: how does KPO differ from BPO?", Ask.COMPARE),
        ("A firm collects answers and makes sense of them. Does it use BPO, KPO or both?", Ask.CHOOSE),
        ("BPO against KPO - the whole picture", Ask.COMPARE),
        ("Every earlier patent is to be dug up. If I send that out, is it BPO or KPO?", Ask.CHOOSE),
        ("My boss asks which is faster. BPO or KPO?", Ask.COMPARE),
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


def test_a_side_is_searched_by_its_name_however_it_was_written(reader: QuestionReader) -> None:
    assert reader.read("Why business process outsourcing and not KPOs?").text == "Why BPO and not KPO?"


@pytest.mark.parametrize(
    "text", ["KPO in one sentence", "Give me a single short line on BPO.", "KPO: a one-liner, please"]
)
def test_a_wish_for_one_sentence_is_read(reader: QuestionReader, text: str) -> None:
    assert reader.read(text).in_one_sentence
    assert not reader.read("Who writes the sentences of a KPO report?").in_one_sentence


def test_a_question_ends_as_one_where_no_sign_ends_it(reader: QuestionReader) -> None:
    assert reader.read("KPO services").text == "KPO services?"
    assert reader.read("Compare the two.").text == "Compare the two."


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
        "Does it spare us new tools if we give work to a BPO or KPO firm?",
    ],
)
def test_naming_both_sides_is_not_yet_a_choice_between_them(reader: QuestionReader, text: str) -> None:
    assert reader.read(text).ask is not Ask.CHOOSE


def test_what_a_chat_message_adds_is_no_subject(reader: QuestionReader) -> None:
    read = reader.read("which one means more coordinating (i.e. more meetings lol), bpo or kpo?")
    assert not {"i.", "i.e", "lol"} & set(read.content)


def test_there_is_no_choice_where_there_are_no_sides() -> None:
    reader = QuestionReader(Domain(), SideFinder(Domain()), Speller({}))
    assert reader.read("Which one is better for payroll?").ask is Ask.LOOKUP
