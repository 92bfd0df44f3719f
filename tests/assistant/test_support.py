from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.support import supports

COSTS = "KPO has higher hourly costs than BPO, but outsourcing to the Philippines can save at least 60% of labor costs."
EXPERTISE = "BPO does not necessarily require any expertise from the provider."
TYPES = "Business Process Outsourcing (BPO) is split into offshore, onshore and nearshore outsourcing."


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        pytest.param(COSTS, COSTS, id="the quote itself"),
        pytest.param("**KPO has higher hourly costs than BPO** [1]", COSTS, id="a part, with marks"),
        pytest.param("kpo has higher  hourly costs", COSTS, id="another case and spacing"),
        pytest.param("Hourly costs of KPO are higher than those of BPO.", COSTS, id="other order"),
        pytest.param("Outsourcing to the Philippines saves 60 percent of labor costs.", COSTS, id="percent sign"),
        pytest.param("Outsourcing to the Philippines saves sixty percent of labor costs.", COSTS, id="number word"),
        pytest.param("BPO requires no expertise from the provider.", EXPERTISE, id="negated in other words"),
        pytest.param("BPO doesn't require expertise.", EXPERTISE, id="contraction"),
        pytest.param("BPO is offshore, onshore or nearshore outsourcing.", TYPES, id="acronym"),
        pytest.param(
            "BPO splits into offshore and nearshore.",
            "Business process outsourcing splits into offshore and nearshore.",
            id="acronym spelt out in the quote",
        ),
        pytest.param("KPO is not only cheap.", "KPO is cheap.", id="not only"),
        pytest.param("Filipino labor saves at least 60% of costs in outsourcing.", COSTS, id="a place's people"),
        pytest.param("The laws of the Union count.", "The European Union's laws count.", id="a name's genitive"),
        pytest.param("Shops open on Sundays.", "Shops open on Sunday.", id="a name's plural"),
        pytest.param("KPO is harder to sell than BPO.", "KPO is not as easy to sell as BPO.", id="not as easy as"),
        pytest.param("Offshore BPO: BPO is split into offshore outsourcing.", TYPES, id="a label"),
        pytest.param("Forty lawyers work there.", "There, 40 lawyers work.", id="a figure that opens a sentence"),
    ],
)
def test_what_the_quote_says_is_supported(statement: str, quote: str) -> None:
    verdict = supports(statement, [quote])
    assert verdict.ok, verdict.reasons
    assert not verdict.reasons


@pytest.mark.parametrize(
    ("statement", "quote", "reason"),
    [
        ("Outsourcing to the Philippines saves 70% of labor costs.", COSTS, "figure 70"),
        ("Outsourcing to the Philippines saves 6% of labor costs.", COSTS, "figure 6"),
        ("Outsourcing to Poland can save at least 60% of labor costs.", COSTS, "name Poland"),
        ("Outsourcing to Polish firms can save at least 60% of labor costs.", COSTS, "name Polish"),
        ("Outsourcing to the Philippines can save at most 60% of labor costs.", COSTS, "60 is bounded otherwise"),
        ("KPO under GDPR has higher hourly costs.", COSTS, "name GDPR"),
        ("KPO has lower hourly costs than BPO.", COSTS, "word lower"),
        ("KPO does not have higher hourly costs than BPO.", COSTS, "negated"),
        ("BPO requires expertise from the provider.", EXPERTISE, "asserted"),
        ("BPO agents are trained for weeks in telephone manners.", TYPES, "content words"),
        ("KPO has higher hourly costs, while others say that it does not.", COSTS, "denies is not quoted"),
        ("The most common use of offshore outsourcing is BPO.", TYPES, "'The most common'"),
        ("More firms split BPO than offshore outsourcing.", TYPES, "'More firms split BPO than'"),
        ("Offshore onshore nearshore outsourcing split: BPO is split in distant places.", TYPES, "content words"),
        ("", COSTS, "empty"),
    ],
)
def test_what_the_quote_does_not_say_is_named(statement: str, quote: str, reason: str) -> None:
    verdict = supports(statement, [quote])
    assert not verdict.ok
    assert reason in "; ".join(verdict.reasons)


def test_quotes_support_a_statement_together() -> None:
    both = "BPO has a low degree of coordination, KPO a high degree of coordination."
    quotes = ["BPO has a low degree of coordination.", "KPO has a high degree of coordination."]
    assert supports(both, quotes).ok
    assert not supports(both, quotes[:1]).ok


def test_a_close_meaning_lets_fewer_words_do_but_not_another_figure() -> None:
    statement = "Labor expenditure falls by 60% through outsourcing to the Philippines."
    assert not supports(statement, [COSTS]).ok
    quote = "Philippines outsourcing makes labor costs fall by 60%."
    statement = "Labor bills dwindle by 60% with Philippines outsourcing."
    assert not supports(statement, [quote]).ok
    assert supports(statement, [quote], similarity=0.9).ok
    assert not supports(statement.replace("60", "61"), [quote], similarity=0.99).ok


def test_nothing_quoted_supports_nothing() -> None:
    assert not supports("BPO is outsourcing.", []).ok
    assert not supports("BPO is outsourcing.", ["", " "]).ok


def test_a_word_cut_out_of_another_is_not_verbatim() -> None:
    assert not supports("art", ["a part of it"]).ok


@given(st.text(alphabet="abc ,.1%KPO", min_size=1, max_size=60))
def test_a_text_always_supports_itself(text: str) -> None:
    if any(character.isalnum() for character in text):
        assert supports(text, [text]).ok
