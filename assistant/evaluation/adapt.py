"""Fit the embedding model's adapter on a corpus' questions: `python -m assistant.evaluation.adapt`.

Contrastive learning with the other sentences and questions of a batch as negatives (van den Oord et al. 2018;
Henderson et al. 2017) of a low-rank correction of the model's weights (LoRA, Hu et al. 2021). A reader's question comes
near to the sentence that answers it and to the other questions that this sentence answers, and far from questions that
no article answers. Writes the file that `ingest.adapter` reads. Run it when `corpus/questions` changed; then fit the
calibration of abstention anew (`assistant.evaluation.fit`).
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.adapter import PACKAGED, SUFFIX
from ingest.domain import load_domain
from ingest.embed import Embedder
from ingest.reader_questions import read_reader_questions
from ingest.settings import DEFAULT_MODEL, PACKAGED_MODEL

if TYPE_CHECKING:
    import torch

OUTPUT = PACKAGED / f"{DEFAULT_MODEL.removeprefix(f'{PACKAGED_MODEL}+')}{SUFFIX}"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an adapter is fitted.

    `rank` is that of each weight's correction, `epochs` how often each question is read, `batch` the questions to a
    step, with `unanswered` beside them that no article answers. `scale` multiplies cosines before the softmax.
    Sentences whose cosine in the model as it was is above `alike` are no negatives of each other. Being near to a
    sentence's other questions weighs `weight_of_questions` beside being near to it. `tokens` bounds what is read of a
    text. The rate of learning rises to `rate` within `warm_up` steps and falls along a cosine.
    """

    rank: int = 8
    epochs: float = 4.0
    batch: int = 96
    unanswered: int = 24
    rate: float = 2e-3
    scale: float = 20.0
    alike: float = 0.8
    weight_of_questions: float = 0.5
    tokens: int = 64
    warm_up: int = 20
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is learned from: sentences, for each the questions it answers, and questions that none answers."""

    sentences: tuple[str, ...]
    asked: tuple[tuple[str, ...], ...]
    unanswered: tuple[str, ...]

    @classmethod
    def of_corpus(cls, corpus: Path) -> Lessons:
        """Read a corpus' questions."""
        found = read_reader_questions(corpus).by_sentence
        sentences = tuple(sentence for _, sentence in found)
        return cls(sentences, tuple(found.values()), load_domain(corpus).unanswered)


def fit(
    lessons: Lessons, recipe: Recipe, progress: Callable[[int, int, float], None] = lambda _step, _steps, _loss: None
) -> dict[str, torch.Tensor]:
    """Fit an adapter of the packaged model. Takes minutes.

    Args:
        lessons: at least a batch of questions.
        recipe: how to fit it.
        progress: called with the step, the number of steps and the loss after each step.

    Returns:
        For each weight's name its two factors, float16, as `ingest.adapter.adapt` reads them.
    """
    import torch

    from assistant.evaluation.lora import correct, factors

    torch.manual_seed(recipe.seed)
    chance = random.Random(recipe.seed)
    embedder = Embedder.load(PACKAGED_MODEL)
    plain = torch.from_numpy(embedder.encode(lessons.sentences))
    alike = plain @ plain.T > recipe.alike
    reader = _Reader(embedder, recipe.tokens)
    corrections = correct(reader.encoder, recipe.rank)
    learned = [weight for one in corrections.values() for weight in one.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=recipe.rate, weight_decay=0.01)
    pairs = [(question, at) for at, asked in enumerate(lessons.asked) for question in asked]
    steps = int(recipe.epochs * len(pairs) / recipe.batch)
    reader.encoder.train()
    batches = _batches(pairs, recipe.batch, chance)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * min(1.0, step / recipe.warm_up) * (1 + math.cos(math.pi * step / steps)) / 2
        batch = next(batches)
        own = [at for _, at in batch]
        unanswered = chance.sample(lessons.unanswered, min(recipe.unanswered, len(lessons.unanswered)))
        texts = [question for question, _ in batch] + [lessons.sentences[at] for at in own]
        texts += [chance.choice(lessons.asked[at]) for at in own] + unanswered
        asked, sentences, others, apart = torch.split(reader.read(texts), [*(3 * [len(batch)]), len(unanswered)])
        same = alike[own][:, own] & ~torch.eye(len(batch), dtype=torch.bool)
        loss = _contrast(asked, sentences, apart, same, recipe.scale)
        loss = loss + recipe.weight_of_questions * _contrast(asked, others, apart, same, recipe.scale)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        progress(step + 1, steps, loss.item())
    return factors(corrections)


class _Reader:
    """Reads texts with gradients."""

    def __init__(self, embedder: Embedder, tokens: int) -> None:
        model = embedder.model
        self.encoder: Any = model[0].auto_model
        self._tokenizer: Any = model.tokenizer
        self._tokens = tokens

    def read(self, texts: Sequence[str]) -> torch.Tensor:
        """Return unit vectors, shape (n_texts, dimension)."""
        import torch

        from assistant.evaluation.lora import half_precision

        inputs = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=self._tokens, return_tensors="pt"
        )
        with half_precision():
            hidden = self.encoder(**inputs).last_hidden_state.float()
        mask = inputs["attention_mask"][:, :, None].float()
        return torch.nn.functional.normalize((hidden * mask).sum(dim=1) / mask.sum(dim=1), dim=1)


def _batches(pairs: list[tuple[str, int]], size: int, chance: random.Random) -> Iterator[list[tuple[str, int]]]:
    """Yield batches without end, each pair once before any comes again; what is left of a round is dropped."""
    while True:
        order = chance.sample(pairs, len(pairs))
        yield from (order[at : at + size] for at in range(0, len(order) - size + 1, size))


def _contrast(
    asked: torch.Tensor, answers: torch.Tensor, apart: torch.Tensor, same: torch.Tensor, scale: float
) -> torch.Tensor:
    """Return the loss of telling each question's answer from the others', and each answer's question from others.

    Args:
        asked: unit vectors of questions, (n, dimension).
        answers: unit vectors of what each is near to, (n, dimension).
        apart: unit vectors of questions that have no answer, (m, dimension).
        same: which pairs, (n, n), are not to be told apart.
        scale: of the cosines.
    """
    import torch

    cross_entropy = torch.nn.functional.cross_entropy
    near = (asked @ answers.T * scale).masked_fill(same, -1e4)
    far = answers @ apart.T * scale
    right = torch.arange(len(asked))
    return (cross_entropy(near, right) + cross_entropy(torch.cat([near.T, far], dim=1), right)) / 2


def main(
    corpus: Annotated[Path, typer.Option(help="Corpus with questions/ and unanswered/.")] = Path("corpus"),
    output: Annotated[Path, typer.Option(help="File to write.")] = OUTPUT,
) -> None:
    """Fit an adapter on a corpus' questions and write it."""
    from rich.progress import Progress
    from safetensors.torch import save_file

    recipe = Recipe()
    lessons = Lessons.of_corpus(corpus)
    if sum(map(len, lessons.asked)) < recipe.batch:
        raise typer.BadParameter(f"{corpus} has fewer than {recipe.batch} questions in its folder questions.")
    with Progress() as bar:
        task = bar.add_task("fit", total=None)
        found = fit(
            lessons,
            recipe,
            lambda step, steps, loss: bar.update(task, completed=step, total=steps, description=f"loss {loss:.2f}"),
        )
    save_file(
        found, output, metadata={"recipe": json.dumps(asdict(recipe)), "questions": str(sum(map(len, lessons.asked)))}
    )
    typer.echo(f"{output}: fitted on {sum(map(len, lessons.asked))} questions")


if __name__ == "__main__":
    typer.run(main)
