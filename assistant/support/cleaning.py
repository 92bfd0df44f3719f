"""Clean what is compared: marks and Markdown go, and verbs that the next word turns round are written as they mean."""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s+")
_MARKS = re.compile(r"\s*\[\d+\]")
_MARKDOWN = re.compile(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)")
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "\u00a0": " "})
_TURNED_ROUND = tuple(
    (re.compile(rf"\b(?:{verbs})\s+{way}\b", re.IGNORECASE), said)
    for verbs, way, said in (
        ("go|goes", "down", "decrease"),
        ("went|gone", "down", "decreased"),
        ("going", "down", "decreasing"),
        ("go|goes", "up", "increase"),
        ("went|gone", "up", "increased"),
        ("going", "up", "increasing"),
        ("bring|drive|cut", "down", "reduce"),
        ("brings|drives|cuts", "down", "reduces"),
        ("brought|driven", "down", "reduced"),
        ("bringing|driving|cutting", "down", "reducing"),
        ("call", "for", "need"),
        ("calls", "for", "needs"),
        ("called", "for", "needed"),
        ("carry", "out", "handle"),
        ("carries", "out", "handles"),
        ("carried", "out", "handled"),
        ("carrying", "out", "handling"),
        ("fail|fails|failed|failing", "to", "not"),
        ("unable", "to", "not able to"),
        ("no", "longer", "not"),
        ("anything", "but", "not"),
        ("far", "from", "not"),
        ("most|above", "(?:of )?all", "mainly"),
        ("not", "always", "not necessarily"),
        ("keep|keeps", "pace with", "keep up with"),
    )
)
_UPDATED = (
    (re.compile(r"\b(?:brought|kept) up to date\b", re.IGNORECASE), "updated"),
    (re.compile(r"\b(?:bring|keep)(?:s|ing)? ((?:[\w'-]+ ){1,5}?)up to date\b", re.IGNORECASE), r"update \1"),
    (re.compile(r"\bbring(?:s|ing)? ((?:[\w'-]+ ){1,5}?)(?:in)?to line\b", re.IGNORECASE), r"align \1"),
    (re.compile(r"\b(?:go|goes|going|went) well\b", re.IGNORECASE), "succeed"),
)
# "Keeps a business from growing" denies that it grows.
_FROM_DOING = re.compile(
    r"\b(?:keep|stop|prevent|hinder|discourage|distract)(?:s|ed)?\s+((?:[\w'-]+\s+){1,5}?)from\s+(\w+ing)\b",
    re.IGNORECASE,
)


def clean(text: str) -> str:
    """Return a text without citation marks and Markdown, its quotes and dashes plain, a line for each line.

    Verbs that the next word turns round ("go down", "fail to") are written as what they say.
    """
    for pattern, verb in _TURNED_ROUND:
        text = pattern.sub(verb, text)
    for pattern, verb in _UPDATED:
        text = pattern.sub(verb, text)
    text = _FROM_DOING.sub(r"does not let \1\2", text)
    text = _MARKDOWN.sub("", _MARKS.sub("", text.translate(_PLAIN)))
    return "\n".join(_SPACE.sub(" ", line).strip() for line in text.splitlines() if line.strip())
