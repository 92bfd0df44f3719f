"""How an answer looks in a terminal and elsewhere."""

from __future__ import annotations

import io

from rich.console import Console
from rich.text import Text

from assistant.types import Answer, Citation, Statement, Table
from ui.terminal import show_answer

CITATION = Citation(
    number=1,
    article_id="a",
    title="An [italic]article[/italic]",
    publisher="A publisher",
    heading="Costs > Savings",
    quote="- savings of\n- [red]half[/red] the cost",
    start=0,
    end=10,
    score=0.5,
)
ANSWER = Answer(
    question="And KPO?",
    query="What does KPO cost?",
    abstained=False,
    text="",
    statements=(Statement(text="[bold]KPO[/bold] costs :smile: more than BPO does. " * 3, citations=(1,)),),
    table=Table(
        columns=("Aspect", "BPO", "KPO"),
        rows=(
            (
                Statement(text="Cost", citations=()),
                Statement(text="low", citations=(1,)),
                Statement(text="not stated", citations=()),
            ),
        ),
    ),
    citations=(CITATION,),
    suggestions=("What is KPO?",),
    confidence=0.9,
)


def shown(answer: Answer, *, terminal: bool, width: int = 60) -> str:
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=terminal,
        width=width,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    show_answer(answer, console)
    return out.getvalue()


def test_texts_are_not_read_as_markup() -> None:
    plain = shown(ANSWER, terminal=False, width=500)
    assert "[bold]KPO[/bold] costs :smile: more" in plain
    assert "[1] An [italic]article[/italic] · A publisher · Costs > Savings" in plain
    assert "“savings of; [red]half[/red] the cost”" in plain


def test_elsewhere_the_table_is_plain_markdown() -> None:
    plain = shown(ANSWER, terminal=False, width=500)
    assert "| Aspect | BPO | KPO |\n| --- | --- | --- |\n| Cost | low [1] | not stated |\n" in plain
    assert "\x1b" not in plain


def test_a_terminal_wraps_at_its_width() -> None:
    lines = shown(ANSWER, terminal=True).splitlines()
    assert any("─" in line for line in lines)
    assert max(Text.from_ansi(line).cell_len for line in lines) <= 60


def test_a_follow_up_shows_how_it_was_understood() -> None:
    assert "Understood as: What does KPO cost?" in shown(ANSWER, terminal=False, width=500)


def test_an_abstention_shows_what_can_be_asked_and_no_sources() -> None:
    abstention = Answer(
        question="GDPR?",
        query="GDPR?",
        abstained=True,
        text="None of the articles mentions GDPR.",
        suggestions=("What is KPO?",),
        confidence=0.1,
    )
    plain = shown(abstention, terminal=False)
    assert plain.startswith("None of the articles mentions GDPR.\n")
    assert "Sources" not in plain
    assert "The articles can answer:\n  - What is KPO?" in plain
