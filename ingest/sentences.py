"""Cut prose into sentences with offsets, and take the Markdown marks out of a span.

Segmentation is syntok's: on the corpus it kept "e.g.", "J.P. Morgan Chase & Co.", "vs." and web addresses
whole, where pysbd broke after "etc." and before the rest of a label's line.
"""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from syntok import segmenter
from syntok.tokenizer import Tokenizer

# "Winter storage: It includes draining": what stands behind the label speaks of it.
_LEANS_ON_LABEL = re.compile(r"[^.:]{2,60}(?:: | [–—-] )(?:It|This|That|These|Those|They)\b")
_LINE_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_WHITESPACE = re.compile(r"\s+")


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return the (start, end) of each sentence in `text[start:end]`, white space at both ends left out."""
    piece = text[start:end]
    spans: list[tuple[int, int]] = []
    for sentence in segmenter.segment(_tokenizer().tokenize(piece)):
        tokens = list(sentence)
        if tokens:
            spans.append((start + tokens[0].offset, start + tokens[-1].offset + len(tokens[-1].value)))
    return _close_gaps(text, spans, start, end if end is not None else len(text))


def plain_text(markdown: str) -> str:
    """Return a span's text without emphasis, links, code or image marks or HTML tags, on one line."""
    tokens = _inline_parser().parseInline(markdown)
    return _WHITESPACE.sub(" ", "".join(_visible(token) for token in tokens)).strip()


def leans_on_label(item: str) -> bool:
    """Tell whether an item of a list begins with a label that it goes on to speak of by a pronoun."""
    return _LEANS_ON_LABEL.match(item) is not None


def _close_gaps(text: str, spans: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Give marks that the tokenizer leaves out (a closing "**", a bracket) to the sentence before them."""
    closed: list[tuple[int, int]] = []
    for i, (first, _last) in enumerate(spans):
        begin = start if i == 0 else first
        stop = spans[i + 1][0] if i + 1 < len(spans) else end
        piece = text[begin:stop]
        stripped = piece.strip()
        if stripped:
            lead = len(piece) - len(piece.lstrip())
            closed.append((begin + lead, begin + lead + len(stripped)))
    return closed


@cache
def _tokenizer() -> Tokenizer:
    return Tokenizer(emit_hyphen_or_underscore_sep=True, replace_not_contraction=False)


@cache
def _inline_parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True})


def _visible(token: Token) -> str:
    if token.children:
        return "".join(_visible(child) for child in token.children)
    if token.type in {"text", "code_inline"}:
        return token.content
    is_break = token.type in {"softbreak", "hardbreak"} or _LINE_BREAK.match(token.content) is not None
    return " " if is_break else ""
