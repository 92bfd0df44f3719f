"""Check whether quotes support a statement, by rules that give the same verdict every time.

A statement that stands in a quote word for word is supported. Any other must agree with its quotes in five
things: figures, acronyms and names, direction words ("more", "lower"), negation, and content words. Does not see
who does what to whom: "A costs more than B" is supported by "B costs more than A".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.keywords import stems

# Chosen by hand on the paraphrases in tests/assistant/test_support.py.
MIN_COVERAGE = 0.7
MIN_COVERAGE_WHEN_CLOSE = 0.5
CLOSE = 0.75

_SPACE = re.compile(r"\s+")
_MARKS = re.compile(r"\s*\[\d+\]")
_MARKDOWN = re.compile(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)")
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "\u00a0": " "})
_EDGES = " .;:,!?\"'"
_NUMBER = re.compile(r"(?<![\w.])(\d{1,3}(?:[,  ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?!\w)")
_TOKEN = re.compile(r"[^\W_]+(?:['&-][^\W_]+)*", re.UNICODE)
_ACRONYM = re.compile(r"[A-Z][A-Z0-9&]*[A-Z]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_CLAUSE = re.compile(r"[,;:()]|\bbut\b|\bwhile\b|\bwhereas\b|\balthough\b|\bthough\b|\bhowever\b", re.IGNORECASE)

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {word: value for value, word in enumerate(_UNITS.split())} | {
    word: 10 * value for value, word in enumerate(_TENS.split(), start=2)
}
# "One of the two models": small words count things that the quotes need not count.
_LOOSE_BELOW = 4

_NEGATIONS = frozenset(
    ["not", "no", "never", "neither", "nor", "none", "without", "cannot", "hardly", "nothing", "nobody"]
)
# "Not only cheap": these take the negation back.
_UNDONE_BY = frozenset(["only", "just", "merely", "simply"])
_NEGATION_REACH = 6

_DIRECTIONS = frozenset(
    [
        "more",
        "less",
        "fewer",
        "higher",
        "lower",
        "greater",
        "smaller",
        "increase",
        "decrease",
        "reduce",
        "raise",
        "rise",
        "fall",
        "cheap",
        "expensive",
        "always",
        "all",
        "best",
        "worst",
        "better",
        "worse",
        "high",
        "low",
        "most",
        "least",
    ]
)

_FUNCTION_WORDS = frozenset(
    [
        "a",
        "about",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "done",
        "each",
        "either",
        "for",
        "from",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "him",
        "his",
        "how",
        "however",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "like",
        "may",
        "me",
        "might",
        "mine",
        "must",
        "my",
        "of",
        "on",
        "one",
        "only",
        "or",
        "other",
        "our",
        "ours",
        "out",
        "over",
        "own",
        "per",
        "rather",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "theirs",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "thus",
        "to",
        "too",
        "under",
        "up",
        "upon",
        "us",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "while",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "within",
        "would",
        "you",
        "your",
        "yours",
    ]
)


@dataclass(frozen=True, slots=True)
class Support:
    """A verdict. `reasons` says why not, empty when `ok`; `coverage` is the share of content words found, 0 to 1."""

    ok: bool
    reasons: tuple[str, ...] = ()
    coverage: float = 1.0


def supports(statement: str, quotes: Sequence[str], *, similarity: float | None = None) -> Support:
    """Check a statement against the quotes that it cites, taken together.

    Args:
        statement: one sentence or table cell; citation marks and Markdown in it do not count.
        quotes: the quotes it cites.
        similarity: cosine of the statement's and the quotes' meanings, when known. A close meaning lets fewer
            content words do; it never makes up for a wrong figure, name or negation.
    """
    said = _clean(statement)
    evidence = [_clean(quote) for quote in quotes]
    if not said:
        return Support(False, ("the statement is empty",), 0.0)
    if not any(evidence):
        return Support(False, ("nothing is quoted",), 0.0)
    if any(_verbatim(said, quote) for quote in evidence):
        return Support(True)
    joined = "\n".join(evidence)
    coverage, uncovered = _coverage(said, joined)
    reasons = [
        *_missing("the figure", _figures(said), _figures(joined, loose=True)),
        *_missing_names(said, joined),
        *_missing("the word", _directions(said), _directions(joined)),
        *_negation_faults(said, joined),
    ]
    needed = MIN_COVERAGE_WHEN_CLOSE if similarity is not None and similarity >= CLOSE else MIN_COVERAGE
    if coverage < needed:
        words = ", ".join(sorted(uncovered)[:6])
        reasons.append(f"{coverage:.0%} of the content words are quoted, {needed:.0%} needed; not quoted: {words}")
    return Support(not reasons, tuple(reasons), coverage)


def _clean(text: str) -> str:
    text = _MARKDOWN.sub("", _MARKS.sub("", text.translate(_PLAIN)))
    return "\n".join(_SPACE.sub(" ", line).strip() for line in text.splitlines() if line.strip())


def _verbatim(said: str, quote: str) -> bool:
    needle = _SPACE.sub(" ", said).strip(_EDGES).casefold()
    found = _SPACE.sub(" ", quote).casefold().find(needle) if needle else -1
    return found >= 0 and _at_word_edges(_SPACE.sub(" ", quote), found, found + len(needle))


def _at_word_edges(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and text[start].isalnum()) and not (after.isalnum() and text[end - 1].isalnum())


def _coverage(said: str, evidence: str) -> tuple[float, set[str]]:
    """Return the share of a statement's content stems that the evidence holds, and those that it lacks."""
    wanted = _content(said)
    lacking = wanted - set(stems(evidence))
    return (1.0 - len(lacking) / len(wanted) if wanted else 1.0), lacking


def _content(text: str) -> set[str]:
    words = [token for token in _TOKEN.findall(text.lower()) if token not in _FUNCTION_WORDS | _NEGATIONS]
    return {stem for word in words for stem in stems(word) if not stem.isdigit()} - _FUNCTION_WORDS


def _figures(text: str, *, loose: bool = False) -> dict[str, str]:
    """Return the figures of a text, each as it is compared and as it reads.

    Args:
        text: where to look.
        loose: take small number words as well, which a statement need not prove but a quote may prove with.
    """
    found: dict[str, str] = {}
    for match in _NUMBER.finditer(text):
        found[_figure(float(re.sub(r"[,  ]", "", match[1])))] = match[1]
    words = re.findall(r"[a-z]+", text.lower())
    for at, word in enumerate(words):
        value = _VALUES.get(word)
        if value is None:
            continue
        if value >= 20 and at + 1 < len(words) and 0 < _VALUES.get(words[at + 1], 0) < 10:
            found[_figure(value + _VALUES[words[at + 1]])] = f"{word}-{words[at + 1]}"
        elif at and value < 10 and _VALUES.get(words[at - 1], 0) >= 20:
            continue
        elif loose or value >= _LOOSE_BELOW:
            found.setdefault(_figure(value), word)
    return found


def _figure(value: float) -> str:
    return f"{value:g}"


def _missing_names(said: str, evidence: str) -> list[str]:
    """Name the acronyms and capitalised names that the evidence lacks, be it by initials or by another case."""
    lowered = {token.lower() for token in _TOKEN.findall(evidence)}
    known = lowered | {token.removesuffix("s") for token in lowered} | _initials(evidence)
    reasons = []
    for sentence in _SENTENCE.split(said):
        tokens = _TOKEN.findall(sentence)
        capitalised = [token for token in tokens if token[0].isupper()]
        is_title = len(tokens) > 3 and len(capitalised) > 0.6 * len(tokens)
        for position, token in enumerate(tokens):
            bare = token.removesuffix("'s")
            if bare.endswith("s") and _ACRONYM.fullmatch(bare[:-1]):
                bare = bare[:-1]
            is_acronym = _ACRONYM.fullmatch(bare) is not None
            is_name = position > 0 and bare[0].isupper() and len(bare) > 1 and not is_title
            spelt_out = is_name and bare.lower() in _FUNCTION_WORDS
            if (is_acronym or is_name) and not spelt_out and not _is_known(bare.lower(), known):
                reasons.append(f"the name {bare} is not quoted")
    return list(dict.fromkeys(reasons))


def _is_known(name: str, known: set[str]) -> bool:
    return name in known or all(part in known for part in name.split("-"))


def _initials(text: str) -> set[str]:
    """Return the initials of every two to five words in a row, so that a spelt-out term proves its acronym."""
    letters = [token[0].lower() for token in _TOKEN.findall(text)]
    return {"".join(letters[at : at + size]) for size in range(2, 6) for at in range(len(letters) - size + 1)}


def _directions(text: str) -> dict[str, str]:
    return {word: word for word in re.findall(r"[a-z]+", text.lower()) if word in _DIRECTIONS}


def _missing(kind: str, said: dict[str, str], quoted: dict[str, str]) -> list[str]:
    return [f"{kind} {as_read} is not quoted" for key, as_read in said.items() if key not in quoted]


def _negation_faults(said: str, evidence: str) -> list[str]:
    """Compare which content words are negated on either side.

    A word that is only ever negated in the evidence must not be asserted, and one that is only ever asserted
    must not be negated, unless the statement negates another word that the evidence negates too.
    """
    said_negated, said_plain = _polarity(said)
    negated, plain = _polarity(evidence)
    agree = said_negated & negated
    turned_off = set() if agree else (said_negated & plain) - negated
    turned_on = set() if agree else ((said_plain - said_negated) & negated) - plain
    return [
        *(f"{stem!r} is negated, the quotes assert it" for stem in sorted(turned_off)[:2]),
        *(f"{stem!r} is asserted, the quotes negate it" for stem in sorted(turned_on)[:2]),
    ]


def _polarity(text: str) -> tuple[set[str], set[str]]:
    """Return the content stems that stand behind a negation in their clause, and those that do not."""
    negated: set[str] = set()
    plain: set[str] = set()
    for clause in _clauses(text):
        reach = 0
        tokens = _TOKEN.findall(clause.lower())
        for at, token in enumerate(tokens):
            following = tokens[at + 1] if at + 1 < len(tokens) else ""
            if (token in _NEGATIONS or token.endswith("n't")) and following not in _UNDONE_BY:
                reach = _NEGATION_REACH
                continue
            content = _content(token)
            (negated if reach else plain).update(content)
            reach -= bool(reach and content)
    return negated, plain


def _clauses(text: str) -> Iterable[str]:
    return (clause for sentence in _SENTENCE.split(text) for clause in _CLAUSE.split(sentence) if clause)
