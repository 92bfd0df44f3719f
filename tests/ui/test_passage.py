"""The part of an article that a quote stands in."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from assistant import Assistant
from ui.passage import Block, cut_passage

TEXT = """## How *costs* differ

Intro **bold:** text with [a link](https://example.org/a?b=1), `code` & <b>no markup</b> \\*starred\\*.
Second line of the paragraph.

The list begins:

- one item
- two *item* here
  continued line

Another paragraph.

| Aspect | BPO | KPO |
|---|---|---|
| Cost | low | low |
| Risk | a \\| b | high **risk** |
"""


def cut(quote: str) -> tuple[Block, ...]:
    start = TEXT.index(quote)
    return cut_passage(TEXT, start, start + len(quote))


def shown(blocks: tuple[Block, ...]) -> list[str]:
    return ["".join(f"[{run.text}]" if run.marked else run.text for run in block.runs) for block in blocks]


def test_a_quote_is_marked_in_its_paragraph_without_markdown() -> None:
    assert shown(cut("bold:** text")) == [
        "Intro [bold: text] with a link, code & <b>no markup</b> *starred*. Second line of the paragraph."
    ]


def test_a_list_comes_with_the_sentence_before_it() -> None:
    blocks = cut("two *item* here")
    assert shown(blocks) == ["The list begins:", "one item", "[two item here] continued line"]
    assert [block.kind for block in blocks] == ["paragraph", "item", "item"]


def test_of_a_table_only_the_row_is_shown_with_the_names_of_its_columns() -> None:
    blocks = cut("high **risk**")
    assert shown(blocks) == ["Aspect: Risk · BPO: a | b · KPO: [high risk]"]
    assert blocks[0].kind == "row"


def test_a_quote_over_two_blocks_brings_both() -> None:
    assert shown(cut("Another paragraph."))[0] == "[Another paragraph.]"
    assert len(cut("differ\n\nIntro")) == 2


@pytest.mark.parametrize("span", [(0, 0), (5, 4), (0, 10_000), (-1, 3), (3, 3)])
def test_what_is_no_span_gives_nothing(span: tuple[int, int]) -> None:
    assert cut_passage(TEXT, *span) == ()


def test_every_citation_of_an_answer_is_found_in_its_article(assistant: Assistant) -> None:
    answer = assistant.ask("What is the difference between BPO and KPO?")
    for citation in answer.citations:
        text = next(article.text for article in assistant.articles if article.id == citation.article_id)
        marked = "".join(
            run.text for block in cut_passage(text, citation.start, citation.end) for run in block.runs if run.marked
        )
        assert [c for c in marked if c.isalnum()] == [c for c in citation.quote if c.isalnum()]


@pytest.mark.slow
def test_the_api_gives_a_passage_and_says_what_is_wrong_with_a_span(server: str, assistant: Assistant) -> None:
    citation = assistant.ask("What does KPO stand for?").citations[0]
    address = f"{server}/api/articles/{citation.article_id}/passage"
    span = {"start": citation.start, "end": citation.end}
    blocks = httpx.get(address, params=span).json()["blocks"]
    assert any(run["marked"] for block in blocks for run in block["runs"])
    beyond = httpx.get(address, params={"start": 5, "end": 10_000_000})
    assert beyond.status_code == 422
    assert "is no span of text" in beyond.json()["detail"]
    assert httpx.get(address).status_code == 422
    assert httpx.get(f"{server}/api/articles/none/passage", params=span).status_code == 404


def test_the_scripts_are_shipped_with_the_package() -> None:
    from ui.browser_files import MAIN, scripts

    folder = Path(__file__).parents[2] / "ui" / "browser"
    assert MAIN in scripts()
    assert set(scripts()) == {path.name for path in folder.glob("*.js")}
