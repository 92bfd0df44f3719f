"""Carry vectors over from the snapshot before, so that a re-ingest embeds only what changed.

Each snapshot keeps its vectors beside the store, keyed by a digest of the text that was embedded: the same
text has the same vector wherever it moved to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ingest.embed import Embedder
from ingest.types import Vectors

KEYS = "vector_keys.npy"
VECTORS = "vectors.npy"


class VectorCache:
    """Vectors by text. Opened from a snapshot's folder, extended by `embed`, saved into the next snapshot."""

    def __init__(self, rows: dict[bytes, int], vectors: Vectors) -> None:
        self._rows = rows
        self._vectors = vectors

    @classmethod
    def open(cls, folder: Path | None, dimension: int) -> VectorCache:
        """Open a snapshot's vectors; an empty cache where there are none or they do not fit."""
        empty = cls({}, np.zeros((0, dimension), dtype=np.float32))
        if folder is None:
            return empty
        try:
            keys = np.load(folder / KEYS)
            vectors = np.load(folder / VECTORS, mmap_mode="r")
        except (OSError, ValueError, EOFError):
            return empty
        if keys.ndim != 1 or vectors.shape != (len(keys), dimension):
            return empty
        return cls({bytes(key): row for row, key in enumerate(keys)}, vectors)

    def embed(
        self,
        texts: Sequence[str],
        embedder: Embedder,
        *,
        batch_size: int,
        progress: Callable[[int, int], None],
    ) -> tuple[VectorCache, Vectors, list[bool]]:
        """Return a cache of exactly these texts, their vectors, and which of them were known already.

        Args:
            texts: what to embed; equal texts are embedded once.
            embedder: the model, the same as the cache's.
            batch_size: texts to one forward pass.
            progress: called with (done, total) texts that have to be embedded.

        Returns:
            The cache; vectors of shape (n_texts, dimension); one flag a text, True where it was reused.
        """
        keys = [_digest(text) for text in texts]
        reused = [key in self._rows for key in keys]
        fresh = {key: text for key, text, known in zip(keys, texts, reused, strict=True) if not known}
        made = embedder.encode(
            list(fresh.values()), batch_size=batch_size, progress=lambda done: progress(done, len(fresh))
        )
        at = {key: row for row, key in enumerate(fresh)}
        distinct = list(dict.fromkeys(keys))
        table = np.empty((len(distinct), embedder.dimension), dtype=np.float32)
        for row, key in enumerate(distinct):
            table[row] = made[at[key]] if key in at else self._vectors[self._rows[key]]
        rows = {key: row for row, key in enumerate(distinct)}
        return VectorCache(rows, table), table[[rows[key] for key in keys]], reused

    def save(self, folder: Path) -> None:
        """Write the cache into a snapshot's folder."""
        np.save(folder / KEYS, np.array(list(self._rows), dtype="S32"))
        np.save(folder / VECTORS, self._vectors)


def _digest(text: str) -> bytes:
    # Hex digits, because NumPy's byte strings drop trailing zero bytes.
    return hashlib.sha256(text.encode()).hexdigest()[:32].encode("ascii")
