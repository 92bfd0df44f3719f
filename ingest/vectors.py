"""Embed texts, carrying over from the snapshot before what it embedded already.

Each snapshot keeps its embeddings beside the store, keyed by a digest of what was embedded: the same text has
the same vectors wherever it moved to, so a re-ingest costs what changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from ingest.embed import Embedder
from ingest.tokens import DIMENSION, TokenBasis
from ingest.types import TokenBytes, Vectors

_FILE = "embeddings.npz"
_BASIS = "token_basis.npz"


@dataclass(frozen=True, slots=True)
class Text:
    """What is to be embedded. With a `lead` (a heading), tokens are kept and the vector is the text's alone."""

    text: str
    lead: str | None = None

    @property
    def key(self) -> bytes:
        """A digest of what decides the embedding; hex digits, as NumPy's byte strings drop trailing zeros."""
        raw = f"{'' if self.lead is None else '1' + self.lead}\0{self.text}"
        return hashlib.sha256(raw.encode()).hexdigest()[:32].encode("ascii")


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """A text's unit vector (dim,) and its tokens: ids (n_tokens,), bytes (n_tokens, DIMENSION).

    A text without a lead has no tokens.
    """

    vector: Vectors
    token_ids: npt.NDArray[np.int32]
    tokens: TokenBytes


class EmbeddingCache:
    """The embeddings of one snapshot, by text, with the basis of its token vectors."""

    def __init__(self, basis: TokenBasis, known: dict[bytes, Embedded]) -> None:
        self.basis = basis
        self._known = known

    @classmethod
    def open(cls, folder: Path | None, embedder: Embedder) -> Self:
        """Open the embeddings of a snapshot built with the same model; an empty cache where there are none."""
        if folder is not None:
            try:
                return cls(TokenBasis.load(folder / _BASIS), _load(folder / _FILE))
            except (OSError, ValueError, KeyError, EOFError):
                pass  # damaged: embed anew
        return cls(TokenBasis.fit(embedder), {})

    def embed(
        self,
        texts: Sequence[Text],
        embedder: Embedder,
        *,
        batch_size: int,
        progress: Callable[[int, int], None],
    ) -> tuple[list[Embedded], list[bool]]:
        """Return each text's embedding, and whether it was known already.

        Equal texts are embedded once. `progress` gets (done, total) of the texts that have to be embedded.
        """
        reused = [text.key in self._known for text in texts]
        fresh = list({text.key: text for text, known in zip(texts, reused, strict=True) if not known}.values())
        whole = [f"{text.lead}. {text.text}" if text.lead else text.text for text in fresh]
        for done, (i, tokens) in enumerate(embedder.encode_tokens(whole, batch_size=batch_size), start=1):
            text = fresh[i]
            if text.lead is None:
                made = Embedded(tokens.text_vector, np.zeros(0, np.int32), np.zeros((0, DIMENSION), np.int8))
            else:
                first = len(whole[i]) - len(text.text)
                made = Embedded(tokens.pooled(first), tokens.ids.astype(np.int32), self.basis.pack(tokens))
            self._known[text.key] = made
            if done % batch_size == 0 or done == len(fresh):
                progress(done, len(fresh))
        return [self._known[text.key] for text in texts], reused

    def save(self, folder: Path, texts: Sequence[Text]) -> None:
        """Write the basis and the embeddings of these texts into a snapshot's folder."""
        keys = list(dict.fromkeys(text.key for text in texts))
        kept = [self._known[key] for key in keys]
        self.basis.save(folder / _BASIS)
        np.savez(
            folder / _FILE,
            keys=np.array(keys, dtype="S32"),
            vectors=np.stack([one.vector for one in kept]),
            token_ids=np.concatenate([one.token_ids for one in kept]),
            tokens=np.concatenate([one.tokens for one in kept]),
            lengths=np.array([len(one.tokens) for one in kept], dtype=np.int64),
        )


def load_basis(folder: Path) -> TokenBasis:
    """Read the token basis of a snapshot; OSError, ValueError or KeyError where it is damaged."""
    return TokenBasis.load(folder / _BASIS)


def _load(path: Path) -> dict[bytes, Embedded]:
    with np.load(path) as arrays:
        keys, vectors, token_ids = arrays["keys"], arrays["vectors"], arrays["token_ids"]
        tokens, ends = arrays["tokens"], np.cumsum(arrays["lengths"])
    starts = np.concatenate([[0], ends[:-1]])
    return {
        bytes(key): Embedded(vectors[i], token_ids[starts[i] : ends[i]], tokens[starts[i] : ends[i]])
        for i, key in enumerate(keys)
    }
