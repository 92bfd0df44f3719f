"""Fit a cross-encoder (`assistant.cross_encoder`) on pairs of texts.

A low-rank correction of the packaged embedding model's weights (LoRA, Hu et al. 2021), what tells the tokens of the
first text from those of the second, and one linear layer, by the cross-entropy of pairs that hold against pairs that
do not.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.cross_encoder import BIAS, HEAD, PARTS, TOKENS
from ingest.embed import Embedder
from ingest.settings import PACKAGED_MODEL

if TYPE_CHECKING:
    import torch


class Example(NamedTuple):
    """Two texts, and whether the one holds for the other."""

    first: str
    second: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is fitted.

    `rank` is that of each weight's correction, `epochs` how often each example is read, `batch` the examples to a step.
    The rate of learning rises to `rate` within `warm_up` steps and falls along a cosine; for what tells the texts apart
    it is `parts` of that.
    """

    rank: int = 16
    epochs: float = 4.5
    batch: int = 64
    rate: float = 1e-3
    parts: float = 0.1
    warm_up: int = 30
    seed: int = 0


def fit_cross_encoder(
    examples: Sequence[Example],
    recipe: Recipe,
    progress: Callable[[int, int, float], None] = lambda _step, _steps, _loss: None,
) -> dict[str, torch.Tensor]:
    """Fit a model.

    Args:
        examples: at least a batch of them, of both kinds.
        recipe: how to fit it.
        progress: called with the step, the number of steps and the loss after each step.

    Returns:
        What `assistant.cross_encoder` reads, by name: float16 factors, and the rest float32.
    """
    import torch

    from assistant.evaluation.lora import correct, factors, half_precision

    torch.manual_seed(recipe.seed)
    model: Any = Embedder.load(PACKAGED_MODEL).model
    encoder, tokenizer = model[0].auto_model, model.tokenizer
    corrections = correct(encoder, recipe.rank)
    head = torch.nn.Linear(encoder.config.hidden_size, 1)
    parts = encoder.embeddings.token_type_embeddings.weight.requires_grad_(True)
    learned = [weight for one in corrections.values() for weight in (one.into, one.out)]
    shares = [1.0, recipe.parts, 1.0]
    groups = [{"params": learned}, {"params": [parts]}, {"params": list(head.parameters())}]
    optimizer = torch.optim.AdamW(groups, lr=recipe.rate, weight_decay=0.01)
    steps = int(recipe.epochs * len(examples) / recipe.batch)
    chance = random.Random(recipe.seed)
    batches: list[list[Example]] = []
    encoder.train()
    for step in range(steps):
        rate = recipe.rate * min(1.0, step / recipe.warm_up) * (1 + math.cos(math.pi * step / steps)) / 2
        for group, share in zip(optimizer.param_groups, shares, strict=True):
            group["lr"] = rate * share
        batches = batches or _batches(examples, recipe.batch, chance)
        batch = batches.pop()
        inputs = tokenizer(
            [one.first for one in batch],
            [one.second for one in batch],
            padding=True,
            truncation="longest_first",
            max_length=TOKENS,
            return_tensors="pt",
        )
        with half_precision():
            hidden = encoder(**inputs).last_hidden_state.float()
        mask = inputs["attention_mask"][:, :, None].float()
        logits = head((hidden * mask).sum(dim=1) / mask.sum(dim=1))[:, 0]
        truth = torch.tensor([float(one.holds) for one in batch])
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, truth)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*learned, parts, *head.parameters()], 1.0)
        optimizer.step()
        progress(step + 1, steps, loss.item())
    rest = {PARTS: parts, HEAD: head.weight, BIAS: head.bias}
    return factors(corrections) | {name: one.detach().clone() for name, one in rest.items()}


def save_cross_encoder(examples: Sequence[Example], recipe: Recipe, file: Path) -> None:
    """Fit a model, showing how far it is, and write it to a file with how it was fitted."""
    import json

    from rich.progress import Progress
    from safetensors.torch import save_file

    with Progress() as bar:
        task = bar.add_task("fit", total=None)
        learned = fit_cross_encoder(
            examples,
            recipe,
            lambda step, steps, loss: bar.update(task, completed=step, total=steps, description=f"loss {loss:.2f}"),
        )
    save_file(learned, file, metadata={"recipe": json.dumps(asdict(recipe)), "examples": str(len(examples))})


def _batches(examples: Sequence[Example], size: int, chance: random.Random) -> list[list[Example]]:
    """Return all examples in batches of about the same length, in a random order; what fills no batch is left out."""
    mixed = chance.sample(list(examples), len(examples))
    batches = []
    for at in range(0, len(mixed), 8 * size):
        near = sorted(mixed[at : at + 8 * size], key=lambda one: len(one.first) + len(one.second))
        batches += [near[i : i + size] for i in range(0, len(near) - size + 1, size)]
    chance.shuffle(batches)
    return batches
