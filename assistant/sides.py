"""Tell which of the compared sides a text speaks of, by the names that the domain gives them."""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.domain import Domain

Sides = frozenset[int]
NONE: Sides = frozenset()
# Texts whose sides are remembered: the sentences of an index come up in question after question.
_REMEMBERED = 20_000


class SideFinder:
    """Finds mentions of the domain's sides. A side is its position in `domain.sides`."""

    def __init__(self, domain: Domain) -> None:
        self.names = tuple(side.name for side in domain.sides)
        # Longest first, so that a synonym that contains another side's name is read whole.
        words = sorted(
            ((word, i) for i, side in enumerate(domain.sides) for word in (side.name, *side.synonyms)),
            key=lambda pair: -len(pair[0]),
        )
        self._side_of = {word.lower(): i for word, i in words}
        pattern = "|".join(re.escape(word) for word, _ in words)
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if words else None
        self._sides_in = lru_cache(_REMEMBERED)(lambda text: frozenset(self.in_order(text)))

    def find(self, text: str) -> Sides:
        """Return the sides that a text names."""
        return self._sides_in(text)

    def in_order(self, text: str) -> list[int]:
        """Return every mention of a side, in the order of the text."""
        if self._pattern is None:
            return []
        return [self._side_of[match.group().lower()] for match in self._pattern.finditer(text)]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the (start, end) of every mention of a side."""
        return [match.span() for match in self._pattern.finditer(text)] if self._pattern else []

    def mask(self, text: str, mark: str = " ") -> str:
        """Return a text with a mark in place of every side's name."""
        return self._pattern.sub(mark, text) if self._pattern else text

    def rename(self, text: str) -> str:
        """Return a text with the name that the domain gives first in place of every side's other names."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self.names[self._side_of[match.group().lower()]], text)

    def replace(self, text: str, side: int) -> str:
        """Return a text with every side's name replaced by one side's."""
        return self._pattern.sub(self.names[side], text) if self._pattern else text
