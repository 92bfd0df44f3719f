"""Rank texts by words: BM25 over stemmed tokens, kept in a snapshot as files that open memory-mapped."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ingest.errors import IndexDamaged
from ingest.snapshots import mending

# Spellings of one word that the stemmer keeps apart: British endings become American ones.
_SPELLINGS = (
    (re.compile(r"(\w{2})is(e|ed|es|er|ers|ing|ation|ations)$"), r"\1iz\2"),
    (re.compile(r"(\w{2}[bcdhlmnv])our(s|ed|ing|ite|ites|able|ably)?$"), r"\1or\2"),
    (re.compile(r"(\w{2}[bt])re(s)?$"), r"\1er\2"),
    (re.compile(r"(\w{2})ogue(s)?$"), r"\1og\2"),
    (re.compile(r"(\w{3})lys(e|ed|es|er|ers|ing)$"), r"\1lyz\2"),
    (re.compile(r"^cheque(s)?$"), r"check\1"),
    (re.compile(r"^programme(s)?$"), r"program\1"),
)
# "co-ordination" and "coordination" are one word.
_PREFIX = re.compile(r"\b(co|pre|re)-(?=[a-z]{4})", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*", re.UNICODE)
_STEMMER: Any = None


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, inner hyphens, dots and apostrophes kept."""
    return [match.replace("’", "'").removesuffix("'s") for match in _WORD.findall(text.lower())]


def stems(text: str) -> list[str]:
    """Return the stems of a text's words; a hyphenated word counts as its parts."""
    joined = _PREFIX.sub(r"\1", text)
    parts = [_american(part) for word in words(joined) for part in word.split("-") if part]
    return list(_stemmer().stemWords(parts))


def _american(word: str) -> str:
    for pattern, ending in _SPELLINGS:
        word = pattern.sub(ending, word)
    return word


def _bm25s() -> Any:
    """Import bm25s, which sets its own logger to DEBUG as it is imported, and take that back."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return bm25s


def _stemmer() -> Any:
    global _STEMMER
    if _STEMMER is None:
        import Stemmer

        _STEMMER = Stemmer.Stemmer("english")
    return _STEMMER


class KeywordIndex:
    """A BM25 index over texts, with each text's id in the order given."""

    def __init__(self, ids: Sequence[str], ranker: Any) -> None:
        self.ids = tuple(ids)
        self._rows = {text_id: row for row, text_id in enumerate(self.ids)}
        self._ranker = ranker

    @classmethod
    def build(cls, ids: Sequence[str], texts: Sequence[str]) -> Self:
        """Index texts; `ids` and `texts` are of one length, at least one."""
        ranker = _bm25s().BM25()
        # A text without a single word would make an empty column; an empty stem stands in.
        ranker.index([stems(text) or [""] for text in texts], show_progress=False)
        return cls(ids, ranker)

    def save(self, folder: Path) -> None:
        """Write the index to a new folder."""
        self._ranker.save(str(folder), show_progress=False)
        (folder / "ids.json").write_text(json.dumps(self.ids), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open a saved index, its arrays memory-mapped.

        Raises:
            IndexDamaged: a file is missing or cannot be read.
        """
        try:
            ids = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
            return cls(ids, _bm25s().BM25.load(str(folder), mmap=True))
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise IndexDamaged(
                f"The index's keyword files in {folder} cannot be read: {error}. {mending(folder.parent)}"
            ) from error

    def row(self, text_id: str) -> int:
        """Return the position of a text's id in `ids` and in `scores`."""
        return self._rows[text_id]

    def scores(self, query_stems: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the BM25 score of every text, shape (n_texts,); zeros where no stem is known."""
        known = [stem for stem in query_stems if stem in self._ranker.vocab_dict]
        if not known:
            return np.zeros(len(self.ids), dtype=np.float32)
        return np.asarray(self._ranker.get_scores(known), dtype=np.float32)
