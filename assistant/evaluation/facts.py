"""Look for facts in a text: alternatives in plain text or as regular expressions.

Case makes no difference and any run of white space counts as one space. Plain text is found where a word
starts: "nearshor" finds "nearshoring", "art" does not find "part". Typographic quotes and dashes are read as
the plain ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

_SPACE = re.compile(r"\s+")
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class FactPattern:
    """One alternative of a fact, ready to be searched for."""

    source: str
    pattern: re.Pattern[str]

    @classmethod
    def parse(cls, alternative: str) -> FactPattern:
        """Read an alternative.

        Raises:
            ValueError: it is empty, or its regular expression is not valid.
        """
        return _parse(alternative)

    @property
    def anchored(self) -> bool:
        """True where the expression speaks of the answer's first words, so that it says nothing of a passage."""
        return self.source.startswith("/^")


def fold(text: str) -> str:
    """Return a text as facts are searched in it: plain quotes and dashes, single spaces."""
    return _SPACE.sub(" ", text.translate(_PLAIN)).strip()


def has_fact(folded: str, alternatives: Sequence[str]) -> bool:
    """Return whether a folded text holds any of the alternatives."""
    return any(_parse(alternative).pattern.search(folded) for alternative in alternatives)


def missing_facts(text: str, facts: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the positions, from 0, of the facts that a text does not hold."""
    folded = fold(text)
    return tuple(i for i, alternatives in enumerate(facts) if not has_fact(folded, alternatives))


@cache
def _parse(alternative: str) -> FactPattern:
    stripped = alternative.strip()
    if not stripped:
        raise ValueError("a fact's alternative is empty")
    if len(stripped) > 2 and stripped.startswith("/") and stripped.endswith("/"):
        try:
            return FactPattern(stripped, re.compile(stripped[1:-1], re.IGNORECASE))
        except re.error as error:
            raise ValueError(f"the regular expression {stripped} is not valid: {error}") from error
    folded = fold(stripped)
    start = r"(?<!\w)" if folded[:1].isalnum() else ""
    return FactPattern(stripped, re.compile(start + re.escape(folded), re.IGNORECASE))
