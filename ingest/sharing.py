"""Keep the vectors of words once in a process, however many models are made from the same weights.

They are half of a small model's memory, and corrections of its layers (`ingest.adapter`) leave them as they are.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    import torch

_LOCK = Lock()
_COMPARED = 64
_KNOWN: WeakValueDictionary[tuple[object, ...], torch.Tensor] = WeakValueDictionary()


def keep_own_word_vectors(model: torch.nn.Module) -> None:
    """Give a transformer vectors of words of its own, before it is converted to another precision.

    PyTorch converts weights in place, whoever else holds them.
    """
    import torch

    own: Any = model
    words = own.get_input_embeddings()
    words.weight = torch.nn.Parameter(words.weight.detach().clone())


def share_word_vectors(model: torch.nn.Module, source: str | None) -> None:
    """Let a transformer use the vectors of words of one that was made before from the same weights.

    Args:
        model: the transformer.
        source: the checksum of the file that it was made from; with None nothing is shared.
    """
    import torch

    if source is None:
        return
    own: Any = model
    words = own.get_input_embeddings()
    with _LOCK:
        known = _KNOWN.setdefault((source, words.weight.dtype), words.weight)
        # A correction of the words would change every row. Comparing them all would read a file that is mapped twice.
        if known is not words.weight and torch.equal(known[:_COMPARED], words.weight[:_COMPARED]):
            words.weight = known
