"""Read two texts together and tell how likely the one holds for the other: a cross-encoder.

It is the packaged embedding model with a low-rank correction of its weights and one linear layer on the mean of its
tokens. `assistant.evaluation.cross_encoder` fits one; what was fitted is a file of a megabyte or so.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from ingest.adapter import IN, OUT, add_factors
from ingest.embed import PACKAGED_SHA256, Embedder
from ingest.forward import Forward
from ingest.settings import PACKAGED_MODEL
from ingest.sharing import keep_own_word_vectors, share_word_vectors
from ingest.types import Vectors

# The names of what is learned beside the factors of the correction.
PARTS = "embeddings.token_type_embeddings.weight"
HEAD = "head.weight"
BIAS = "head.bias"
# The tokens that are read of both texts together.
TOKENS = 160
# Log-odds beyond this say no more.
MOST = 8.0
_KEPT = 4096
# The numbers of tokens of a pass in bfloat16 are multiples of this: PyTorch makes a program for each shape.
_STEP = 8


class CrossEncoder:
    """Reads pairs of texts; what was read last is kept. Safe to call from several threads."""

    def __init__(self, model: Any, head: Vectors, bias: float, precision: str = "float32") -> None:
        model.max_seq_length = TOKENS
        self._model = model
        self._forward = Forward(model)
        self._step = _STEP if precision == "bfloat16" else 1
        self._head = head
        self._bias = bias
        self._lock = Lock()
        self._kept: dict[tuple[str, str], float] = {}

    def log_odds(self, first: str, second: str) -> float:
        """Return the log-odds, within `MOST` of 0, of what it was fitted to tell of two texts; long ones are cut."""
        key = first, second
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = self._read(*key)
            with self._lock:
                if len(self._kept) >= _KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[key] = found
        return found

    def _read(self, first: str, second: str) -> float:
        encodings = self._forward.tokenize([(first, second)])
        tokens = len(encodings[0])
        hidden, _ = self._forward.run(encodings, (1, -(-tokens // self._step) * self._step))
        odds = float(hidden[0, :tokens].mean(axis=0) @ self._head + self._bias)
        return max(min(odds, MOST), -MOST)


@cache
def load_cross_encoder(fitted: Path, precision: Literal["float32", "bfloat16"] = "float32") -> CrossEncoder:
    """Load what was fitted, once, to compute in a precision.

    Raises:
        ModelError: the packaged embedding model is not there, or is not the file it should be.
    """
    import torch
    from safetensors.torch import load_file

    model: Any = Embedder.load(PACKAGED_MODEL).model
    encoder = model[0].auto_model
    learned = {name: tensor.float() for name, tensor in load_file(fitted).items()}
    add_factors(encoder, {name: tensor for name, tensor in learned.items() if name.endswith((IN, OUT))})
    with torch.no_grad():
        dict(encoder.named_parameters())[PARTS].copy_(learned[PARTS])
    model.eval()
    if precision == "bfloat16":
        keep_own_word_vectors(encoder)
        model.bfloat16()
    share_word_vectors(encoder, PACKAGED_SHA256)
    return CrossEncoder(model, learned[HEAD][0].numpy(), float(learned[BIAS][0]), precision)
