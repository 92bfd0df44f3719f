"""An article's page marks the quoted span, whatever the span runs over."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import Assistant
from ui.mark import render_article
from ui.plain import one_line

CORPUS = Path(__file__).parents[2] / "corpus"

TEXT = """## How *costs* differ

Intro **bold:** text with [a link](https://example.org/a?b=1), `code` & <b>no markup</b> \\*starred\\*.
Second line of the paragraph.

The list begins:

- one item
- two *item* here
  continued line
1. 1

> quoted text
> and more

| Aspect | BPO | KPO |
|---|---|---|
| Cost | low | low |
| Risk | a \\| b | high **risk** |

![picture](https://example.org/x.png)
"""


class _Marks(HTMLParser):
    """Collects the text of a page, and the text of its marks run by run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.runs: list[str] = []
        self.ids: list[str] = []
        self._in_mark = False
        self.feed(str(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._in_mark:
            assert tag in ("code", "br"), f"<{tag}> within a mark"
        if tag == "mark":
            self._in_mark = True
            self.runs.append("")
            self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._in_mark = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_mark:
            self.runs[-1] += data


def _marked(quote: str, occurrence: int = 0) -> list[str]:
    start = -1
    for _ in range(occurrence + 1):
        start = TEXT.index(quote, start + 1)
    rendered = render_article(TEXT, start, start + len(quote))
    assert rendered.marked
    marks = _Marks(rendered.html)
    assert marks.ids == ["quote"]
    return marks.runs


@pytest.mark.parametrize(
    ("quote", "runs"),
    [
        ("Second line of the paragraph.", ["Second line of the paragraph."]),
        ("Second line of", ["Second line of"]),
        ("**bold:** text with", ["bold:", " text with"]),
        ("text with [a link](https://example.org/a?b=1), `code` &", ["text with ", "a link", ", code &"]),
        ("<b>no markup</b> \\*starred\\*.\nSecond", ["<b>no markup</b> *starred*.\nSecond"]),
        ("## How *costs* differ", ["How ", "costs", " differ"]),
        ("The list begins:\n\n- one item", ["The list begins:", "one item"]),
        ("- one item\n- two *item* here\n  continued", ["one item", "two ", "item", " here\ncontinued"]),
        ("1. 1", ["1"]),
        ("> quoted text\n> and", ["quoted text\nand"]),
        ("| Cost | low | low |", ["Cost", "low", "low"]),
        ("a \\| b", ["a | b"]),
        ("high **risk**", ["high ", "risk"]),
    ],
)
def test_a_span_is_marked_run_by_run(quote: str, runs: list[str]) -> None:
    assert _marked(quote) == runs


def test_the_second_of_two_equal_cells_is_marked() -> None:
    html = render_article(TEXT, TEXT.rindex("low"), TEXT.rindex("low") + 3).html
    assert re.search(r"<td>low</td>\s*<td><mark[^>]*>low</mark></td>", html)


def test_a_span_within_code_marks_its_whole_paragraph() -> None:
    assert "Intro " in "".join(_marked("code"))


@pytest.mark.parametrize("break_", ["\r\n", "\r"])
def test_offsets_hold_with_other_line_breaks(break_: str) -> None:
    text = break_.join(["One line,", "then another.", "", "A last paragraph."])
    start = text.index("last")
    marks = _Marks(render_article(text, start, start + 4).html)
    assert marks.runs == ["last"]


@pytest.mark.parametrize(
    ("start", "end"), [(None, None), (0, None), (None, 5), (5, 5), (9, 3), (0, len(TEXT) + 1), (10**8, 10**9)]
)
def test_what_is_no_span_marks_nothing(start: int | None, end: int | None) -> None:
    rendered = render_article(TEXT, start, end)
    assert not rendered.marked
    assert "<mark" not in rendered.html


def test_raw_html_and_images_of_an_article_stay_text() -> None:
    html = render_article('<script>alert(1)</script>\n\n<img src=x onerror="alert(1)"> ![i](https://e.org/p.png)').html
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_script_link_is_no_link() -> None:
    assert "href" not in render_article("[press](javascript:alert(1))").html


def test_headings_begin_at_the_second_level_below_the_pages_title() -> None:
    assert "<h2>Deep</h2>" in render_article("#### Deep\n\n##### Deeper").html
    assert "<h3>Deeper</h3>" in render_article("#### Deep\n\n##### Deeper").html


def test_an_articles_own_title_is_kept_as_the_pages_title() -> None:
    rendered = render_article("# Title\n\nText.")
    assert rendered.has_title
    assert "<h1>Title</h1>" in rendered.html


def test_every_citation_of_the_starter_questions_marks_its_quote(assistant: Assistant) -> None:
    articles = {article.id: article.text for article in assistant.articles}
    questions = [question for theme in assistant.domain.starters for question in theme.questions]
    for citation in (one for question in questions for one in assistant.ask(question).citations):
        rendered = render_article(articles[citation.article_id], citation.start, citation.end)
        marked = "".join(_Marks(rendered.html).runs)
        assert _letters(marked) == _letters(one_line(citation.quote)), citation.quote


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


ARTICLES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.md"))} | {"test": TEXT}


@given(st.data())
def test_marks_change_no_text_and_show_only_the_span(data: st.DataObject) -> None:
    text = ARTICLES[data.draw(st.sampled_from(sorted(ARTICLES)))]
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, min(len(text), start + 400)))
    plain, marked = _Marks(render_article(text).html), _Marks(render_article(text, start, end).html)
    assert marked.text == plain.text
    near = text[max(0, start - 100) : end + 100]
    letters = _letters(text[start:end])
    if letters and "`" not in near and "](" not in near:  # else the whole leaf may be marked
        for run in marked.runs:
            assert _letters(run) in letters
