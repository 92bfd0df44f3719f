"""Small token vectors for late interaction: how well each word of a question is met by a sentence.

A sentence vector blurs its words; comparing a question's tokens with a sentence's, each with its nearest
(MaxSim), tells near misses apart. The model's token vectors are centred, projected on the directions in which
its vocabulary varies most and kept as signed bytes, so a token takes 64 bytes in place of 1,536.

Source: late interaction is Khattab and Zaharia, "ColBERT", 2020; here with a model that was trained for
sentences only. On the project's fitting cases (123 questions, 398 sentences) the first sentence is right for
0.68 of the questions in place of 0.52, and the projection to 64 bytes a token changed neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from ingest.embed import Embedder, TokenVectors, unit
from ingest.types import TokenBytes, Vectors

DIMENSION = 64
_WORDS = 8_000
_WORDS_PER_TEXT = 8


@dataclass(frozen=True, slots=True, eq=False)
class TokenBasis:
    """The projection of one model's token vectors: mean (dimension,), directions (DIMENSION, dimension)."""

    mean: npt.NDArray[np.float32]
    directions: npt.NDArray[np.float32]

    @classmethod
    @lru_cache(maxsize=2)
    def fit(cls, embedder: Embedder) -> Self:
        """Find the directions from the model alone, so that they do not depend on any corpus; once a model.

        The texts are frequent English words, eight at a time, taken at even distances of frequency.
        """
        words = _frequent_words()
        step = len(words) // _WORDS_PER_TEXT
        texts = [" ".join(words[i::step][:_WORDS_PER_TEXT]) for i in range(step)]
        vectors = np.concatenate([tokens.vectors for _i, tokens in embedder.encode_tokens(texts)])
        mean = vectors.mean(axis=0)
        _values, directions = np.linalg.eigh(np.cov((vectors - mean).T))
        best = directions[:, ::-1][:, :DIMENSION].T
        # An eigenvector's sign is arbitrary; a fixed one keeps the stored bytes the same from run to run.
        signs = np.sign(best[np.arange(len(best)), np.abs(best).argmax(axis=1)])
        return cls(mean.astype(np.float32), (best * signs[:, None]).astype(np.float32))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a saved basis; OSError, ValueError or KeyError where the file is not one."""
        with np.load(path) as arrays:
            return cls(arrays["mean"], arrays["directions"])

    def save(self, path: Path) -> None:
        """Write the basis."""
        np.savez(path, mean=self.mean, directions=self.directions)

    def project(self, tokens: TokenVectors) -> Vectors:
        """Return the tokens' unit vectors, float32, shape (n_tokens, DIMENSION)."""
        return unit(np.asarray((tokens.vectors - self.mean) @ self.directions.T, dtype=np.float32))

    def pack(self, tokens: TokenVectors) -> TokenBytes:
        """Return the tokens' vectors as signed bytes, 127 for 1.0, shape (n_tokens, DIMENSION)."""
        return np.round(self.project(tokens) * 127).astype(np.int8)


def _frequent_words() -> Sequence[str]:
    path = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    lines = path.read_text(encoding="utf-8-sig").splitlines()[:_WORDS]
    return [line.split(" ", 1)[0] for line in lines]
