"""One pass of the embedding model over a batch of tokens.

Called from Python, a pass is some hundred small calls, which take a third of a short text's time and Python's lock in
turn. So a model that is asked often is traced: PyTorch then runs the whole pass as one call, without the lock.
The trace is used only where it gives the model's own numbers, bit by bit, for texts of several lengths.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from ingest.types import Vectors

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

# A process that asks the model less often would wait longer for the trace than it gains. Passes over more texts than
# this are long, and Python's share of them is small.
_PASSES_BEFORE_TRACE = 8
_FEW_TEXTS = 16
_TEXTS_TO_COMPARE = (("Which one is it?", "Why?"), ("How long does it take to learn the work, and who pays?",), ("A",))
# PyTorch keeps what it prepared for each shape: of layers, 1,024 if not told otherwise, at half a megabyte each.
_KEPT_SHAPES = {"LRU_CACHE_CAPACITY": "256", "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "256"}

# With any of these, whoever starts the process has decided.
_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")

# A tokenizer is set up anew for each use, so one thread at a time may use it.
TOKENIZING = Lock()

_logger = logging.getLogger(__name__)


class Forward:
    """Runs passes of one model. Safe to call from several threads."""

    def __init__(self, model: SentenceTransformer) -> None:
        self._model = model
        self._tokenizer: Any = model.tokenizer
        self._names = [name for name in ("input_ids", "token_type_ids", "attention_mask") if self._takes(name)]
        self._traced: Callable[..., tuple[torch.Tensor, torch.Tensor]] | None = None
        self._passes = 0
        self._lock = Lock()

    def tokenize(self, texts: Sequence[str | tuple[str, str]]) -> list[Any]:
        """Return the tokens that the model reads of each text or pair of texts, not padded (`tokenizers.Encoding`)."""
        backend = self._tokenizer.backend_tokenizer
        most = self._model.max_seq_length
        with TOKENIZING:
            if backend.padding is not None:
                backend.no_padding()
            if (backend.truncation or {}).get("max_length") != most:
                if most is None:
                    backend.no_truncation()
                else:
                    backend.enable_truncation(most)
            found: list[Any] = backend.encode_batch(list(texts))
        return found

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the (start, end) characters of each token of a whole text, special tokens left out."""
        backend = self._tokenizer.backend_tokenizer
        with TOKENIZING:
            if backend.padding is not None:
                backend.no_padding()
            if backend.truncation is not None:
                backend.no_truncation()
            found: list[tuple[int, int]] = backend.encode(text, add_special_tokens=False).offsets
        return found

    def run(self, encodings: Sequence[Any], shape: tuple[int, int]) -> tuple[Vectors, Vectors]:
        """Run one pass.

        Args:
            encodings: the tokens of each text.
            shape: the texts and the tokens a text to pad to.

        Returns:
            The tokens' vectors, shape (texts, tokens, dimension), and the texts', shape (texts, dimension), float32.
        """
        import torch

        with self._lock:
            few = len(encodings) <= _FEW_TEXTS
            self._passes += few
            due = few and self._passes == _PASSES_BEFORE_TRACE
        if due:
            self._trace()
        given = [torch.from_numpy(array) for array in self._arrays(encodings, shape)]
        with torch.inference_mode():
            tokens, texts = self._traced(*given) if self._traced is not None else self._call(*given)
        return tokens.numpy(), texts.numpy()

    def _takes(self, name: str) -> bool:
        return name in self._tokenizer.model_input_names

    def _arrays(self, encodings: Sequence[Any], shape: tuple[int, int]) -> list[npt.NDArray[np.int64]]:
        """Return the model's inputs; texts beyond those given repeat the first, as nothing at all has no vector."""
        fill = {
            "input_ids": self._tokenizer.pad_token_id or 0,
            "token_type_ids": self._tokenizer.pad_token_type_id,
            "attention_mask": 0,
        }
        arrays = []
        for name in self._names:
            array = np.full(shape, fill[name], dtype=np.int64)
            for row, encoding in enumerate(encodings):
                values = {"input_ids": "ids", "token_type_ids": "type_ids"}.get(name, name)
                array[row, : len(encoding)] = getattr(encoding, values)
            array[len(encodings) :] = array[0]
            arrays.append(array)
        return arrays

    def _call(self, *given: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        out = self._model.forward(dict(zip(self._names, given, strict=True)))
        return out["token_embeddings"].float(), out["sentence_embedding"].float()

    def _trace(self) -> None:
        """Trace the model; where that cannot be done, or gives other numbers, it is called as before."""
        import torch

        try:
            batches = []
            for texts in _TEXTS_TO_COMPARE:
                encodings = self.tokenize(texts)
                shape = len(texts), max(map(len, encodings))
                batches.append([torch.from_numpy(array) for array in self._arrays(encodings, shape)])
            self._model.requires_grad_(False)
            with torch.inference_mode(), warnings.catch_warnings():
                # It is deprecated for what compiles a model with a C++ compiler, and warns of what is compared here.
                warnings.simplefilter("ignore")
                traced = torch.jit.trace(  # type: ignore[no-untyped-call]
                    self._call, tuple(batches[0]), check_trace=False
                )
                for given in batches * 2:  # the second run of a trace may be another program than the first
                    pairs = zip(traced(*given), self._call(*given), strict=True)
                    if not all(torch.equal(one, other) for one, other in pairs):
                        raise ValueError("the traced model gives other vectors")
            self._traced = traced
        except Exception as error:  # PyTorch raises many kinds for what it cannot trace
            _logger.info("the embedding model is not traced: %s", error)


def bound_memory() -> None:
    """Bound what PyTorch keeps for the shapes that it met, where the environment does not; before the first pass."""
    for name, most in _KEPT_SHAPES.items():
        os.environ.setdefault(name, most)


def bound_threads() -> None:
    """Let numpy multiply matrices in one thread, in the whole process, where the environment does not say otherwise.

    A search multiplies small ones. Threads of its own spin while they wait for the next, and take the processor from
    the model: measured on two cores, an answer takes up to twice as long then, and fifty readers get half the answers.
    """
    if not any(name in os.environ for name in _THREADS):
        threadpool_limits(1, user_api="blas")
