"""The words of many texts as memory-mapped postings: for each stem, the rows of the texts that have it.

One folder holds the postings of one level (chunks or sentences) of one segment. Nothing here weighs or ranks:
that needs the statistics of all segments; see `ingest.keywords`.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int32]

# Source: Robertson's usual values, also the defaults of bm25s and Lucene (b there is the same, k1 is 1.2).
K1 = 1.5
B = 0.75
# A stem in more texts than this keeps a list of the texts in which it weighs most.
LONG = 2_000
CHAMPIONS = 200


class PostingsWriter:
    """Takes texts one by one, in the order of their rows, and writes a folder of postings."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._stems, self._rows, self._counts, self._lengths = array("i"), array("i"), array("H"), array("i")

    def add(self, stems: Sequence[str]) -> None:
        """Add the next text."""
        counts: dict[str, int] = {}
        for stem in stems:
            counts[stem] = counts.get(stem, 0) + 1
        row = len(self._lengths)
        for stem, count in counts.items():
            self._stems.append(self._numbers.setdefault(stem, len(self._numbers)))
            self._rows.append(row)
            self._counts.append(min(count, 65_535))
        # A text without a word would have no length to divide by.
        self._lengths.append(max(len(stems), 1))

    def save(self, folder: Path) -> None:
        """Write the postings to a new folder."""
        folder.mkdir(parents=True)
        stems, rows = np.frombuffer(self._stems, np.int32), np.frombuffer(self._rows, np.int32)
        counts, lengths = np.frombuffer(self._counts, np.uint16), np.frombuffer(self._lengths, np.int32)
        order = np.argsort(stems, kind="stable")
        rows, counts = rows[order], counts[order]
        starts = np.concatenate([[0], np.cumsum(np.bincount(stems, minlength=len(self._numbers)))]).astype(np.int64)
        best, best_starts = _champions(starts, rows, counts, lengths)
        (folder / "stems.txt").write_text("\n".join(self._numbers), encoding="utf-8")
        for name, values in (
            ("starts", starts),
            ("rows", rows),
            ("counts", counts),
            ("lengths", lengths),
            ("best", best),
            ("best_starts", best_starts),
        ):
            np.save(folder / f"{name}.npy", values)


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """The postings of many texts, memory-mapped.

    `lengths` has shape (n_texts,). Stem number i stands in the rows `rows[starts[i]:starts[i + 1]]`, ascending,
    `counts` times; where these are many, it weighs most in `best[best_starts[i]:best_starts[i + 1]]`.
    """

    numbers: dict[str, int]
    starts: npt.NDArray[np.int64]
    rows: Rows
    counts: npt.NDArray[np.uint16]
    lengths: npt.NDArray[np.int32]
    best: Rows
    best_starts: npt.NDArray[np.int64]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open saved postings; OSError, ValueError, EOFError or IndexError where they are damaged."""
        text = (folder / "stems.txt").read_text(encoding="utf-8")
        stems = text.split("\n") if text else []
        read = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r")
            for name in ("starts", "rows", "counts", "lengths", "best", "best_starts")
        }
        # A view of the mapped file that is not a memmap itself: slices of a memmap cost ten times as much.
        postings = cls({stem: i for i, stem in enumerate(stems)}, **{k: v.view(np.ndarray) for k, v in read.items()})
        if not (len(stems) + 1 == len(postings.starts) == len(postings.best_starts)):
            raise ValueError(f"{folder} has {len(stems)} stems and {len(postings.starts)} starts")
        if not (postings.starts[-1] == len(postings.rows) == len(postings.counts)):
            raise ValueError(f"{folder} has {len(postings.rows)} rows, its starts end at {postings.starts[-1]}")
        return postings

    def frequency(self, stem: str) -> int:
        """Return in how many texts a stem stands."""
        number = self.numbers.get(stem)
        return 0 if number is None else int(self.starts[number + 1] - self.starts[number])

    def of(self, stem: str) -> slice:
        """Return where a stem's `rows` and `counts` lie; empty for a stem that no text has."""
        number = self.numbers.get(stem)
        return slice(0, 0) if number is None else slice(int(self.starts[number]), int(self.starts[number + 1]))

    def best_of(self, stem: str) -> Rows:
        """Return the rows in which a frequent stem weighs most; empty for others."""
        number = self.numbers.get(stem)
        return self.best[0:0] if number is None else self.best[self.best_starts[number] : self.best_starts[number + 1]]


def _champions(
    starts: npt.NDArray[np.int64], rows: Rows, counts: npt.NDArray[np.uint16], lengths: npt.NDArray[np.int32]
) -> tuple[Rows, npt.NDArray[np.int64]]:
    norms = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1e-9)) if len(lengths) else np.zeros(0)
    found: list[Rows] = []
    ends = np.zeros(len(starts), dtype=np.int64)
    for number in range(len(starts) - 1):
        part = slice(starts[number], starts[number + 1])
        if part.stop - part.start > LONG:
            weights = counts[part] / (norms[rows[part]] + counts[part])
            found.append(rows[part][np.argsort(-weights, kind="stable")[:CHAMPIONS]])
        ends[number + 1] = ends[number] + (CHAMPIONS if part.stop - part.start > LONG else 0)
    return (np.concatenate(found) if found else np.zeros(0, np.int32)).astype(np.int32), ends
