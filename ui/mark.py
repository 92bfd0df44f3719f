"""Render an article's Markdown as HTML with one span of its raw text marked.

A span is given in characters of the raw text, while a mark must go around rendered text. So each leaf of the
Markdown (a paragraph, a heading, a list item's text, a table cell) is located in the raw text by its lines,
and its part of the span is marked run by run: a `<mark>` never crosses another element's border. Raw HTML in
the article is shown as text, and an image as its link; nothing is loaded. Code blocks are never marked.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape

from ui import texts

QUOTE_ID = "quote"
_SPAN = "marked span"
_RUN = "marked_text"
# Tokens that show text and nest nothing, so they can stand inside a mark together.
_TEXT_TYPES = frozenset({_RUN, "text", "text_special", "code_inline", "softbreak", "hardbreak"})


class ArticleHtml(NamedTuple):
    """An article's body. `marked`: the mark `#quote` is in it; `has_title`: it begins with its own h1."""

    html: Markup
    marked: bool
    has_title: bool


def render_article(text: str, start: int | None = None, end: int | None = None) -> ArticleHtml:
    """Render Markdown with `text[start:end]` marked; without a mark where that is no span of it."""
    env: dict[str, object] = {}
    tokens, marked = parse_marked(text, start, end, env)
    has_title = bool(tokens) and tokens[0].tag == "h1"
    if not has_title:
        _shift_headings(tokens)
    html = _parser().renderer.render(tokens, _parser().options, env)
    return ArticleHtml(Markup(html), marked, has_title)


def parse_marked(
    text: str, start: int | None, end: int | None, env: dict[str, object] | None = None
) -> tuple[list[Token], bool]:
    """Parse Markdown, put tokens of type `mark_open` and `mark_close` around `text[start:end]`.

    Returns the tokens, and whether anything is marked: nothing is where that is no span of the text.
    """
    env = {} if env is None else env
    tokens = _parser().parse(text, env)
    if start is None or end is None or not 0 <= start < end <= len(text):
        return tokens, False
    return tokens, _mark(tokens, text, range(start, end), env)


@functools.cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.inline.ruler.before("text", "marked", _take_run)
    parser.inline.ruler.push("marked_character", _take_character)
    table = f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(texts.TABLE)}"><table>\n'
    parser.add_render_rule("table_open", lambda *_: table)
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return parser


def _mark(tokens: Sequence[Token], text: str, span: range, env: dict[str, object]) -> bool:
    """Mark the span's part of each leaf that it touches; return whether it touches any."""
    parser = _parser()
    lines = [(m.start(1), m.end(1)) for m in re.finditer(r"([^\r\n]*)(?:\r\n?|\n|$)", text)]
    marks: list[Token] = []
    cell_end = 0
    for before, token in itertools.pairwise(tokens):
        if token.type != "inline" or token.map is None:
            continue
        in_cell = before.type in ("th_open", "td_open")
        places = _locate(token, text, lines, cell_end if in_cell else None)
        if in_cell and places:
            cell_end = (places[-1] or 0) + 1
        inside = [at for at, place in enumerate(places) if place is not None and place in span]
        if inside:
            leaf_env = {**env, _SPAN: range(inside[0], inside[-1] + 1)}
            children = parser.inline.parse(token.content, parser, leaf_env, [])
            token.children = _with_marks(children, marks)
    if marks:
        # Said to screen readers, which do not announce marks (see page.css).
        marks[0].attrs |= {"id": QUOTE_ID, "data-starts": f"[{texts.QUOTE_STARTS}] "}
        marks[-1].attrs |= {"data-ends": f" [{texts.QUOTE_ENDS}]"}
    return bool(marks)


def _locate(token: Token, text: str, lines: Sequence[tuple[int, int]], cell_from: int | None) -> list[int | None]:
    """Return for each character of a leaf where it stands in the raw text; None where that is not found.

    A leaf's line is the end of its raw line, behind list, quote and heading marks; a table cell is looked for
    behind the cell before it, with the backslash that a "|" in it has in the raw text.
    """
    places: list[int | None] = []
    first_line = token.map[0] if token.map else 0
    for number, content in enumerate(token.content.split("\n"), start=first_line):
        start, end = lines[number] if number < len(lines) else (0, 0)
        if cell_from is None:
            found = text.rfind(content, start, end)
            steps = [1] * len(content)
        else:
            found = text.find(content.replace("|", r"\|"), max(start, cell_from), end)
            steps = [2 if character == "|" else 1 for character in content]
        at = found
        for step in steps:
            at += step
            places.append(at - 1 if found >= 0 else None)
        places.append(None)  # the line break
    return places[:-1]


def _take_run(state: StateInline, silent: bool) -> bool:
    """Inline rule: take text up to the next special character, apart from what lies outside the span."""
    span = state.env.get(_SPAN)
    if silent or span is None or state.pos >= span.stop:
        return False
    special = state.md.inline.terminator_re.search(state.src, state.pos)
    border = span.stop if state.pos in span else span.start
    stop = min(special.start() if special else state.posMax, border, state.posMax)
    if stop == state.pos:
        return False
    taken = state.src[state.pos : stop]
    if state.pos in span:
        state.push(_RUN, "", 0).content = taken
    else:
        state.append_pending(taken)
    state.pos = stop
    return True


def _take_character(state: StateInline, silent: bool) -> bool:
    """Inline rule, the last: take a special character in the span that no other rule wanted."""
    span = state.env.get(_SPAN)
    if silent or span is None or state.pos not in span:
        return False
    state.push(_RUN, "", 0).content = state.src[state.pos]
    state.pos += 1
    return True


def _with_marks(children: Sequence[Token], marks: list[Token]) -> list[Token]:
    """Put each run of text between the first and the last marked one into a mark; the whole leaf if none is.

    (None is where the span lies within code.) The opening tokens are appended to `marks`.
    """
    runs = [at for at, child in enumerate(children) if child.type == _RUN]
    first, last = (runs[0], runs[-1]) if runs else (0, len(children) - 1)
    result: list[Token] = []
    opened: Token | None = None
    for at, child in enumerate(children):
        wanted = first <= at <= last and child.type in _TEXT_TYPES
        if wanted and opened is None:
            opened = Token("mark_open", "mark", 1)
            marks.append(opened)
            result.append(opened)
        elif not wanted and opened is not None:
            result.append(Token("mark_close", "mark", -1))
            opened = None
        if child.type in (_RUN, "text_special"):
            child.type = "text"
        result.append(child)
    if opened is not None:
        result.append(Token("mark_close", "mark", -1))
    return result


def _shift_headings(tokens: Sequence[Token]) -> None:
    """Make the highest heading an h2: the page's own title is its h1."""
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    shift = 2 - min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) + shift, 6)}"
