"""Split an article into chunks along its structure, with offsets into its text.

A chunk is a run of paragraphs under one heading, a list with the sentence that introduces it, one table row,
or the answer to one FAQ question. Its heading path is embedded with it, so both together stay within the
tokens that the model reads. Raw HTML in Markdown is never a chunk. Does not embed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.sentences import plain_text, split_sentences
from ingest.settings import IngestSettings
from ingest.types import Article, Chunk, Kind, Sentence

# Part of each snapshot's manifest: raise it whenever the same article would be split differently.
CHUNKER_VERSION = 5

# The marks that a line may begin with: of block quotes, and of a list's items.
_QUOTE = re.compile(r"[ \t]*>(?:[ \t]*>)*[ \t]*")
_QUOTED_LINE = re.compile(r"\n[ \t]*>(?:[ \t]*>)*")
_BULLET = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+")
_LISTS = frozenset({"bullet_list_open", "ordered_list_open"})
_CODE = frozenset({"fence", "code_block"})
# What tells of whom or what an introduction speaks: a name, an abbreviation, "benefits of ploughing".
_NAMES = re.compile(
    r"(?<=\S\s)\W*[A-Z]|\b[A-Z]{2,}"
    r"|\b(?:of|for|in|with) (?!(?:the|this|that|these|those|its|their|our|your|which|most|all|both)\b)\w"
)
# An introduction of so few words that names nothing cannot be read without the sentence before it, which may have
# so many.
_BARE_INTRO_WORDS = 12
_BEFORE_INTRO_WORDS = 40
# A list with more words is not quoted whole, where its items can be read alone.
_LIST_WORDS = 120
_SENTENCE_END = re.compile(r"[.!?][\"')\]*_]*$")
# A heading path may take this share of the tokens at most; its outer levels go first.
_HEADING_SHARE = 0.25
_CUT_SLACK = 8


@dataclass(frozen=True, slots=True)
class _Block:
    """A stretch of the article that may not be torn apart from its sentences."""

    heading: tuple[str, ...]
    kind: Kind
    sentences: tuple[Sentence, ...]


@dataclass(slots=True)
class _Walk:
    """Where the walk over an article's tokens stands."""

    text: str
    lines: list[int]
    path: list[tuple[int, str]] = field(default_factory=list)

    @property
    def heading(self) -> tuple[str, ...]:
        return tuple(title for _level, title in self.path)

    def line(self, number: int) -> int:
        """Return where a line starts; the end of the text behind the last line."""
        return self.lines[number] if number < len(self.lines) else len(self.text)

    def span(self, token: Token) -> tuple[int, int]:
        """Return the (start, end) of a block token, by its line map."""
        first, last = token.map or (0, 0)
        return self.line(first), self.line(last)


def split_article(
    article: Article, settings: IngestSettings, token_spans: Callable[[str], list[tuple[int, int]]]
) -> tuple[Chunk, ...]:
    """Split one article.

    Args:
        article: what to split.
        settings: the bounds in tokens.
        token_spans: the model's tokenizer: text to (start, end) of each token.

    Returns:
        Chunks in the order of the text. None is longer than `settings.max_tokens` with its heading path, and
        each has a sentence.
    """
    count = _Counter(token_spans)
    chunks: list[Chunk] = []
    for run in chain.from_iterable(map(_cut_long_list, _merge(article.text, settings, count))):
        heading = _heading_within(run.heading, int(settings.max_tokens * _HEADING_SHARE), count)
        room = settings.max_tokens - count(heading) - 1
        fitting = [part for s in run.sentences for part in _fit(article.text, s, room, token_spans)]
        for group in _pack(article.text, fitting, room, count):
            chunks.append(_make_chunk(article, heading, run.kind, group))
    return tuple(chunks)


class _Counter:
    """Counts tokens, special tokens included; remembers what it counted."""

    def __init__(self, token_spans: Callable[[str], list[tuple[int, int]]]) -> None:
        self._token_spans = token_spans
        self._known: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        if text not in self._known:
            self._known[text] = len(self._token_spans(text)) + 2
        return self._known[text]


def _read_blocks(text: str) -> Iterator[_Block]:
    starts = [0, *(i + 1 for i, c in enumerate(text) if c == "\n")]
    walk = _Walk(text, starts)
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    i = 0
    while i < len(tokens):
        token = tokens[i]
        close = _closing(tokens, i)
        if token.type == "heading_open":
            level = int(token.tag[1:])
            walk.path = [entry for entry in walk.path if entry[0] < level]
            walk.path.append((level, plain_text(tokens[i + 1].content)))
        elif token.type == "table_open":
            yield from _read_table(walk, tokens[i : close + 1])
        elif token.type in _LISTS:
            yield from _read_list(walk, tokens[i : close + 1], intro=None)
        elif token.type == "paragraph_open":
            after = close + 1
            sentences = _prose_sentences(text, *walk.span(token))
            if after < len(tokens) and tokens[after].type in _LISTS and sentences:
                before, intro = _split_intro(text, sentences)
                if before:
                    yield _Block(walk.heading, _prose_kind(walk), before)
                close = _closing(tokens, after)
                yield from _read_list(walk, tokens[after : close + 1], intro=intro)
            elif sentences:
                yield _Block(walk.heading, _prose_kind(walk), sentences)
        elif token.type == "blockquote_open":
            i += 1
            continue
        elif token.type in _CODE:
            sentences = _code_sentences(walk, token)
            if sentences:
                yield _Block(walk.heading, Kind.PROSE, sentences)
        i = close + 1


def _closing(tokens: list[Token], at: int) -> int:
    """Return the index of the token that closes the block opened at `at` (`at` itself if none does)."""
    if tokens[at].nesting != 1:
        return at
    depth = 0
    for i in range(at, len(tokens)):
        depth += tokens[i].nesting
        if depth == 0:
            return i
    return len(tokens) - 1


def _prose_kind(walk: _Walk) -> Kind:
    return Kind.FAQ if walk.heading and walk.heading[-1].endswith("?") else Kind.PROSE


def _prose_sentences(text: str, start: int, end: int) -> tuple[Sentence, ...]:
    made = (_sentence(text, first, last) for first, last in _split_prose(text, start, end))
    return tuple(sentence for sentence in made if sentence is not None)


def _split_intro(text: str, sentences: tuple[Sentence, ...]) -> tuple[tuple[Sentence, ...], Sentence]:
    """Return a paragraph's sentences before a list, and its introduction: the last one, or the last two.

    "The risks are:" does not tell whose risks; the sentence before it does.
    """
    *before, intro = sentences
    bare = len(intro.text.split()) <= _BARE_INTRO_WORDS and not _NAMES.search(intro.text)
    if bare and before and len(before[-1].text.split()) <= _BEFORE_INTRO_WORDS:
        joined = _sentence(text, before[-1].start, intro.end)
        if joined is not None:
            return tuple(before[:-1]), joined
    return tuple(before), intro


def _split_prose(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the span of each sentence, without the marks that begin a line."""
    start = _past_marks(text, start, end)
    for first, last in split_sentences(text, start, end):
        quote = _QUOTE.match(text, first, last) if text[start:first].rstrip(" \t").endswith("\n") else None
        if quote is None:
            yield first, last
        elif quote.end() < last:
            yield quote.end(), last


def _past_marks(text: str, start: int, end: int) -> int:
    """Return where a line's own text begins, behind the marks of block quotes and list items."""
    while mark := _QUOTE.match(text, start, end) or _BULLET.match(text, start, end):
        start = mark.end()
    return start


def _sentence(
    text: str, start: int, end: int, intro: tuple[int, int] | None = None, column: str | None = None
) -> Sentence | None:
    plain = plain_text(_QUOTED_LINE.sub("\n", text[start:end]))
    if not any(c.isalnum() for c in plain):
        return None
    return Sentence(start, end, plain, intro, column)


def _code_sentences(walk: _Walk, token: Token) -> tuple[Sentence, ...]:
    """Return the lines of a code block, split as prose is, their characters all kept."""
    spans = split_sentences(walk.text, *_code_span(walk, token))
    made = (Sentence(start, end, " ".join(walk.text[start:end].split())) for start, end in spans)
    return tuple(sentence for sentence in made if any(c.isalnum() for c in sentence.text))


def _code_span(walk: _Walk, token: Token) -> tuple[int, int]:
    start, end = walk.span(token)
    if token.type == "fence" and token.map is not None:
        first, last = token.map
        start = walk.line(first + 1)
        closing = walk.line(last - 1)
        if last - 1 > first and walk.text[closing:end].strip(" \t>\n").startswith(token.markup):
            end = closing
    return start, max(start, end)


def _read_list(walk: _Walk, tokens: list[Token], intro: Sentence | None) -> Iterator[_Block]:
    """Yield the list as one block, its introduction first, nested items flattened; then the tables in it."""
    made: list[Sentence] = [intro] if intro is not None else []
    tables: list[_Block] = []
    for i, token in enumerate(tokens):
        if token.type == "paragraph_open":
            spans = list(_split_prose(walk.text, *walk.span(token)))
            for first, last in spans:
                # What another sentence follows in the item is one, though a semicolon may end it.
                alone = intro is None or last != spans[-1][1] or _SENTENCE_END.search(walk.text[first:last])
                lead = None if alone or intro is None else (intro.start, intro.end)
                item = _sentence(walk.text, first, last, lead)
                if item is not None:
                    made.append(item)
        elif token.type in _CODE:
            made.extend(_code_sentences(walk, token))
        elif token.type == "table_open":
            tables.extend(_read_table(walk, tokens[i : _closing(tokens, i) + 1]))
    if made:
        yield _Block(walk.heading, Kind.LIST, tuple(made))
    yield from tables


def _read_table(walk: _Walk, tokens: list[Token]) -> Iterator[_Block]:
    """Yield a block a row; each cell but the row's label is a sentence with its column's header."""
    header: list[str] = []
    row: list[tuple[int, int]] = []
    in_head = False
    for token in tokens:
        if token.type == "thead_open":
            in_head = True
        elif token.type == "thead_close":
            in_head = False
        elif token.type == "tr_open":
            start, end = walk.span(token)
            row = _cell_spans(walk.text, start, min(end, _line_end(walk.text, start)))
            if in_head:
                header = [plain_text(walk.text[a:b]) for a, b in row]
            elif block := _row_block(walk, header, row):
                yield block


def _row_block(walk: _Walk, header: list[str], row: list[tuple[int, int]]) -> _Block | None:
    # A table of one column has no labels: its cells are what it says.
    labels = row[:1] if len(header) > 1 else []
    label = [plain_text(walk.text[start:end]) for start, end in labels]
    cells = []
    for i, (start, end) in enumerate(row[len(labels) :], start=len(labels)):
        cell = _sentence(walk.text, start, end, column=header[i] if i < len(header) else "")
        if cell is not None:
            cells.append(cell)
    return _Block((*walk.heading, *label), Kind.TABLE_ROW, tuple(cells)) if cells else None


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _cell_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the spans of one row's cells, without their padding."""
    start = _past_marks(text, start, end)
    bars = [i for i in range(start, end) if text[i] == "|" and text[i - 1 : i] != "\\"]
    line = text[start:end]
    if not line.lstrip().startswith("|"):
        bars.insert(0, start - 1)
    if not line.rstrip().endswith("|"):
        bars.append(end)
    spans = []
    for left, right in pairwise(bars):
        piece = text[left + 1 : right]
        lead = len(piece) - len(piece.lstrip())
        spans.append((left + 1 + lead, left + 1 + lead + len(piece.strip())))
    return spans


def _merge(text: str, settings: IngestSettings, count: _Counter) -> Iterator[_Block]:
    """Join neighbouring prose under one heading until it holds the target number of tokens."""
    held: _Block | None = None
    for block in _read_blocks(text):
        joins = (
            held is not None
            and block.kind == held.kind
            and block.kind in {Kind.PROSE, Kind.FAQ}
            and block.heading == held.heading
            and not text[held.sentences[-1].end : block.sentences[0].start].strip()
            and sum(count(s.text) - 2 for s in (*held.sentences, *block.sentences)) <= settings.target_tokens
        )
        if joins and held is not None:
            held = replace(held, sentences=held.sentences + block.sentences)
            continue
        if held is not None:
            yield held
        held = block
    if held is not None:
        yield held


def _cut_long_list(run: _Block) -> Iterator[_Block]:
    """Part a list of sentences that is too long to be quoted whole from its introduction, which heads it then."""
    intro, *items = run.sentences
    sentences = run.kind is Kind.LIST and intro.text.endswith(":") and all(item.intro is None for item in items)
    if not sentences or sum(len(sentence.text.split()) for sentence in run.sentences) <= _LIST_WORDS:
        yield run
        return
    yield replace(run, sentences=(intro,))
    yield replace(run, heading=(*run.heading, intro.text.rstrip(":")), sentences=tuple(items))


def _heading_within(heading: tuple[str, ...], room: int, count: _Counter) -> str:
    """Join a heading path, its outer levels left out as long as it is too long, then its last words."""
    for first in range(len(heading)):
        joined = " > ".join(heading[first:])
        if count(joined) <= room:
            return joined
    words = heading[-1].split() if heading else []
    while words and count(" ".join(words)) > room:
        words.pop()
    return " ".join(words)


def _fit(
    text: str, sentence: Sentence, room: int, token_spans: Callable[[str], list[tuple[int, int]]]
) -> Iterator[Sentence]:
    """Cut a sentence that the model cannot read whole, between words where it can be."""
    tokens = token_spans(text[sentence.start : sentence.end])
    # A word that is cut may take a few tokens more in its parts than it took whole.
    size = max(8, room - _CUT_SLACK)
    if len(tokens) + 2 <= room:
        yield sentence
        return
    at = 0
    while at < len(tokens):
        stop = _cut(tokens, at, size)
        start, end = sentence.start + tokens[at][0], sentence.start + tokens[stop - 1][1]
        part = _sentence(text, start, end, sentence.intro, sentence.column)
        if part is not None:
            yield part
        at = stop


def _cut(tokens: list[tuple[int, int]], at: int, size: int) -> int:
    """Return the token before which to cut: a word's first, or else one that begins a character."""
    stop = at + size
    if stop >= len(tokens):
        return len(tokens)
    words = (i for i in range(stop, at + size // 2, -1) if tokens[i][0] > tokens[i - 1][1])
    if (word := next(words, None)) is not None:
        return word
    while stop < len(tokens) and tokens[stop][0] < tokens[stop - 1][1]:
        stop += 1
    return stop


def _pack(text: str, sentences: list[Sentence], room: int, count: _Counter) -> Iterator[list[Sentence]]:
    group: list[Sentence] = []
    for sentence in sentences:
        if group and count(text[group[0].start : sentence.end]) > room:
            yield group
            group = []
        group.append(sentence)
    if group:
        yield group


def _make_chunk(article: Article, heading: str, kind: Kind, sentences: list[Sentence]) -> Chunk:
    start, end = sentences[0].start, sentences[-1].end
    text = article.text[start:end]
    digest = hashlib.sha256(f"{article.id}\0{start}\0{end}\0{heading}\0{text}".encode()).hexdigest()
    return Chunk(digest[:24], article.id, heading, kind, start, end, text, tuple(sentences))
