"""Typing errors are mended against the corpus; what is a name or a word of its own stays."""

from __future__ import annotations

import pytest

from assistant.spelling import Speller

WORDS = """
    knowledge process outsourcing services nearshore philippines pharmaceuticals bpo kpo bpos full form customer losing
    careers sorting credentials priorities merits call center back office market research meaning benefits country
    industry difference explain
"""


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(dict.fromkeys(WORDS.split(), 5) | {"desk": 1})


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("knowlege proces outsorcing", "knowledge process outsourcing"),
        ("what is neershore", "what is nearshore"),
        ("what is Nearshoring", "what is Nearshore"),
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
def test_typing_errors_and_short_forms_are_mended(speller: Speller, typed: str, mended: str) -> None:
    assert speller.mend(typed) == mended


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("a callcenter", "a call center"),
        ("isit cheaper", "is it cheaper"),
        ("Whaton earth", "What on earth"),
        ("withBPO or KPOand more", "with BPO or KPO and more"),
        ("bpomeening", "bpo meaning"),
        ("thebenfits", "the benefits"),
        ("thesupplier", "the supplier"),
        ("ExplainKPO to me", "Explain KPO to me"),
        ("kpo fulform", "kpo full form"),
        ("marketresearch", "market research"),
    ],
)
def test_words_that_were_typed_as_one_are_parted(speller: Speller, typed: str, mended: str) -> None:
    assert speller.mend(typed) == mended


@pytest.mark.parametrize(
    ("typed", "mended"), [("in another contry", "in another country"), ("which industy", "which industry")]
)
def test_a_slip_of_one_letter_goes_before_two_words(speller: Speller, typed: str, mended: str) -> None:
    assert speller.mend(typed) == mended


@pytest.mark.parametrize(
    "name", ["GDPR", "ITES", "Accenture", "Infosys", "BPM", "IPO", "Poland", "WhatsApp", "freshdesk", "bitcoin"]
)
def test_a_name_that_is_near_nothing_stays_as_typed(speller: Speller, name: str) -> None:
    assert name in speller.mend(f"What does {name} say?")


@pytest.mark.parametrize("word", ["carers", "storing", "centralised", "mister", "Costumer"])
def test_a_rare_word_with_nearly_the_letters_of_a_corpus_word_stays(speller: Speller, word: str) -> None:
    assert word in speller.mend(f"What is said of {word}?")
