"""Random Markdown: documents of known structure, and text that is full of marks."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

HIDDEN = "hiddenhtml"


@dataclass(frozen=True)
class Part:
    """A block of Markdown, and the words that must be found in the chunks made of it."""

    text: str
    words: tuple[str, ...] = ()


# Letters of many scripts, none of which Markdown gives a meaning.
words = st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=12)
phrases = st.lists(words, min_size=1, max_size=8)


@st.composite
def _sentences(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """A few sentences on one line, each beginning with a letter so that no line looks like a list."""
    made = draw(st.lists(phrases, min_size=1, max_size=5))
    ends = draw(st.lists(st.sampled_from(".!?"), min_size=len(made), max_size=len(made)))
    text = " ".join(f"A {' '.join(phrase)}{end}" for phrase, end in zip(made, ends, strict=True))
    return text, tuple(word for phrase in made for word in phrase)


@st.composite
def _headings(draw: st.DrawFn) -> Part:
    level, phrase = draw(st.integers(1, 6)), draw(phrases)
    return Part(f"{'#' * level} Q {' '.join(phrase)}{draw(st.sampled_from(['', '?']))}")


@st.composite
def _paragraphs(draw: st.DrawFn) -> Part:
    lines = draw(st.lists(_sentences(), min_size=1, max_size=4))
    quote = draw(st.sampled_from(["", "", "> ", "> > "]))
    return Part("\n".join(quote + line for line, _ in lines), tuple(word for _, made in lines for word in made))


@st.composite
def _lists(draw: st.DrawFn) -> Part:
    marker = draw(st.sampled_from(["-", "*", "1."]))
    lines: list[str] = []
    kept: list[str] = []
    if draw(st.booleans()):
        lines.append("A list follows:")
    depth = 0
    for _ in range(draw(st.integers(1, 6))):
        phrase = draw(phrases)
        lines.append(f"{' ' * (depth * (len(marker) + 1))}{marker} B {' '.join(phrase)}")
        kept += phrase
        depth = draw(st.integers(0, min(depth + 1, 4)))
    return Part("\n".join(lines), tuple(kept))


@st.composite
def _tables(draw: st.DrawFn) -> Part:
    columns = draw(st.integers(1, 4))
    cells = st.lists(phrases, min_size=columns, max_size=columns)
    rows = draw(st.lists(cells, min_size=1, max_size=4))
    if columns > 1:
        # A row's label is kept in its heading, which is cut when it is long.
        rows = [[[f"L{i}"], *row[1:]] for i, row in enumerate(rows)]
    lines = [" | ".join("H" for _ in range(columns)), " | ".join("---" for _ in range(columns))]
    lines += [" | ".join(" ".join(cell) for cell in row) for row in rows]
    return Part("\n".join(f"| {line} |" for line in lines), tuple(w for row in rows for cell in row for w in cell))


@st.composite
def _fences(draw: st.DrawFn) -> Part:
    lines = draw(st.lists(phrases, min_size=1, max_size=4))
    body = "\n".join(f"{' '.join(line)} = x*y*z" for line in lines)
    return Part(f"```\n{body}\n```", tuple(word for line in lines for word in line))


_html = st.sampled_from([Part(f"<div>\n{HIDDEN}\n</div>"), Part(f"<!-- {HIDDEN} -->")])


@st.composite
def documents(draw: st.DrawFn) -> Part:
    """A document of headings, paragraphs, quotes, nested lists, tables, code and HTML."""
    part = st.one_of(_headings(), _paragraphs(), _lists(), _tables(), _fences(), _html)
    parts = draw(st.lists(part, min_size=1, max_size=8))
    return Part("\n\n".join(p.text for p in parts) + "\n", tuple(word for p in parts for word in p.words))


# Lines made of marks and words in any order: what no author writes, but a converter may.
_pieces = st.one_of(
    st.sampled_from(
        [
            "#",
            "##",
            "-",
            "*",
            "+",
            "1.",
            "23)",
            ">",
            "|",
            "|---|---|",
            "```",
            "~~~",
            "---",
            "===",
            "    ",
            "\t",
        ]
    ),
    st.sampled_from(["\n", "\n\n", " ", "\\", "`", "**", "_", "[a](b)", "![a](b)", "[x]: /y", "&amp;", "<b>", "</"]),
    st.sampled_from(
        ["e.g. ", "J.P. Morgan", "3.5", "…", "…", "“", "”", "‑", "\u00a0", "\u2028", "\u200b", "é", "e\u0301"]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
    st.text("ab漢字🎉 .?!", max_size=60),
    st.integers(1, 400).map(lambda n: "x" * n),
)
chaos = st.lists(_pieces, max_size=60).map("".join)
