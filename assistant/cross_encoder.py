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
from ingest.embed import Embedder
from ingest.settings import PACKAGED_MODEL

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

    def __init__(self, encoder: Any, tokenizer: Any, head: Any, bias: Any, precision: str = "float32") -> None:
        self._encoder = encoder
        self._step = _STEP if precision == "bfloat16" else 1
        self._tokenizer = tokenizer
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
        import torch

        with self._lock:  # a tokenizer is set up anew for each use
            inputs = self._tokenizer(
                first,
                second,
                truncation="longest_first",
                max_length=TOKENS,
                padding=True,
                pad_to_multiple_of=self._step,
                return_tensors="pt",
            )
        with torch.inference_mode():
            hidden = self._encoder(**inputs).last_hidden_state[0].float()
            mean = hidden[inputs["attention_mask"][0].bool()].mean(dim=0)
            odds = float(mean @ self._head + self._bias)
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
    encoder.eval()
    if precision == "bfloat16":
        encoder.bfloat16()
    return CrossEncoder(encoder, model.tokenizer, learned[HEAD][0], learned[BIAS][0], precision)
