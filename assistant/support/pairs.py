"""Pairs of quotes and a statement, true or altered: what the check is fitted on and measured by.

A file is a list of entries: `quotes`, `same` (the quotes in other words) and any of the kinds of alteration.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from ingest.errors import SettingsError

SAME = "same"
KINDS = ("number", "name", "swapped", "negated", "reversed", "overstated", "elsewhere", "invented")


@dataclass(frozen=True, slots=True)
class Pair:
    """A statement with quotes; `kind` says how it was altered, or that it says the same."""

    statement: str
    quotes: tuple[str, ...]
    kind: str

    @property
    def supported(self) -> bool:
        """Whether the quotes support the statement."""
        return self.kind == SAME


def load_pairs(file: Path) -> tuple[Pair, ...]:
    """Read a file of pairs.

    Raises:
        SettingsError: the file cannot be read, or an entry is wrong.
    """
    try:
        entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}. Expected a YAML list of pairs.") from error
    pairs = []
    for place, entry in enumerate(entries or [], start=1):
        wrong = set(entry) - {"quotes", SAME, *KINDS}
        if wrong or not entry.get("quotes"):
            known = ", ".join(("quotes", SAME, *KINDS))
            raise SettingsError(f"{file}: entry {place}: has {', '.join(entry)}; expected quotes and any of {known}.")
        quotes = tuple(entry["quotes"])
        pairs += [Pair(text, quotes, kind) for kind in (SAME, *KINDS) for text in entry.get(kind, ())]
    return tuple(pairs)
