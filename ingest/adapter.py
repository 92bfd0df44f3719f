"""A low-rank correction of the embedding model's weights (LoRA, Hu et al. 2021).

The packaged model was made from all sorts of texts; the correction, fitted to readers' questions about a subject and
the sentences that answer them (`assistant.evaluation.adapt`), brings the two nearer to each other. It is added to the
weights when the model loads, so that a pass costs what it did.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

# What a name of a model may end with: `+NAME` is a packaged adapter's name or a file.
SEPARATOR = "+"
PACKAGED = Path(__file__).parent / "adapters"
SUFFIX = ".safetensors"
# A weight's correction is the product of its two factors, (out, rank) and (rank, in).
OUT, IN = ".out", ".in"


def split_name(name: str) -> tuple[str, Path | None]:
    """Split a model's name into the model's own and its adapter's file; None where none is named."""
    model, separator, adapter = name.partition(SEPARATOR)
    if not separator or Path(name).exists():
        return name, None
    return model, Path(adapter) if adapter.endswith(SUFFIX) else PACKAGED / f"{adapter}{SUFFIX}"


def adapt(model: torch.nn.Module, path: Path) -> str:
    """Add an adapter to a model's weights.

    Args:
        model: the transformer, its weights float32.
        path: a file of safetensors: for each weight's name its factors, shapes (out, rank) and (rank, in).

    Returns:
        The sha256 of the file.

    Raises:
        ModelError: the file cannot be read, or does not fit the model.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        data = path.read_bytes()
        factors: Mapping[str, torch.Tensor] = load(data)
    except (OSError, SafetensorError) as error:
        known = ", ".join(sorted(one.stem for one in PACKAGED.glob(f"*{SUFFIX}")))
        raise ModelError(
            f"The adapter {path} cannot be read: {error}. Give a file that ends with {SUFFIX} or one of {known} behind "
            f"the {SEPARATOR} of BPO_KPO_MODEL."
        ) from error
    try:
        add_factors(model, factors)
    except (KeyError, RuntimeError) as error:
        raise ModelError(f"The adapter {path} was fitted to another model: {error}.") from error
    return hashlib.sha256(data).hexdigest()


def add_factors(model: torch.nn.Module, factors: Mapping[str, torch.Tensor]) -> None:
    """Add the products of factors, two for each weight's name, to a model's weights, float32.

    Raises:
        KeyError: the model has no such weight, or a factor is missing.
        RuntimeError: the shapes do not fit.
    """
    import torch

    weights: dict[str, Any] = dict(model.named_parameters())
    with torch.no_grad():
        for name in sorted({key.rpartition(".")[0] for key in factors}):
            weights[name] += factors[name + OUT].float() @ factors[name + IN].float()
