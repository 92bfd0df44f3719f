"""A transformer whose weights are corrected by products of two small factors, which alone are learned.

Imports PyTorch at once: import it where it is used.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from ingest.adapter import IN, OUT
from ingest.embed import choose_precision

# The layers of a BERT layer that are corrected: attention and the two that follow it.
_CORRECTED = ("query", "key", "value", "dense")


class Corrected(nn.Module):
    """A linear layer with a correction of `rank`, which is 0 at first."""

    def __init__(self, layer: nn.Linear, rank: int) -> None:
        super().__init__()
        self.layer = layer
        scale = 1 / math.sqrt(layer.in_features)
        self.into = nn.Parameter(torch.randn(rank, layer.in_features) * scale)
        self.out = nn.Parameter(torch.zeros(layer.out_features, rank))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the layer's outputs with the correction's."""
        corrected: torch.Tensor = self.layer(inputs) + (inputs @ self.into.T) @ self.out.T
        return corrected


def correct(encoder: nn.Module, rank: int) -> dict[str, Corrected]:
    """Put a correction on each layer of a BERT encoder, freeze all else, and return them by their weights' names."""
    encoder.requires_grad_(False)
    layers = [
        (name, layer)
        for name, layer in encoder.named_modules()
        if isinstance(layer, nn.Linear) and ".layer." in name and name.rpartition(".")[2] in _CORRECTED
    ]
    found = {}
    for name, layer in layers:
        parent, _, last = name.rpartition(".")
        found[f"{name}.weight"] = made = Corrected(layer, rank)
        setattr(encoder.get_submodule(parent), last, made)
    return found


def half_precision() -> torch.autocast:
    """Return the context in which a pass is computed in bfloat16, where the CPU has instructions for it.

    Elsewhere the pass stays in float32: there bfloat16 takes many times as long.
    """
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=choose_precision() == "bfloat16")


def factors(corrections: dict[str, Corrected]) -> dict[str, torch.Tensor]:
    """Return the factors of corrections, float16, by the names that `ingest.adapter` reads."""
    found: dict[str, Any] = {}
    for name, one in corrections.items():
        found[name + IN] = one.into.detach().half().contiguous()
        found[name + OUT] = one.out.detach().half().contiguous()
    return found
