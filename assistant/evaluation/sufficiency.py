"""Fit the model that reads whether a passage answers a question: `python -m assistant.evaluation.sufficiency`.

Reads files of passages with questions of both kinds, tests/assistant/passages, and of what readers type who want no
answer, corpus/unanswered/mischief.yaml, and writes `sufficiency.safetensors` beside `assistant.sufficiency`. Takes
three quarters of an hour. Fit the calibration anew afterwards (`assistant.evaluation.fit`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from assistant.evaluation.cross_encoder import Example, Recipe, save_cross_encoder
from assistant.sufficiency import FITTED
from ingest.embed import Embedder

PASSAGES = Path("tests/assistant/passages")
MISCHIEF = Path("corpus/unanswered/mischief.yaml")
# Questions asked of any other passage, and of the nearest that says something else, as a share of those answered.
_STRANGE = 0.15
_NEAREST = 0.3
# Passages of a higher cosine may say the same.
_SAME = 0.6
# Of how many of the nearest passages, and of others, what wants no answer is read with.
_NEAR, _FAR = 2, 1
_RECIPE = Recipe(epochs=3.5)


class PassageFileError(ValueError):
    """A file of passages cannot be used; the message says where and what is expected."""


class Asked(BaseModel):
    """A passage, with questions that it answers and near ones that it does not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    passage: str
    answered: tuple[str, ...]
    unanswered: tuple[str, ...]


def load_passages(file: Path) -> list[Asked]:
    """Read a file of passages.

    Raises:
        PassageFileError: it cannot be read, or is no list of passages with `answered` and `unanswered` questions.
    """
    try:
        return TypeAdapter(list[Asked]).validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise PassageFileError(
            f"{file}: {error}\nExpected a list of\n- passage: ...\n  answered: [...]\n  unanswered: [...]"
        ) from error


def load_mischief(file: Path) -> list[str]:
    """Read a file of what readers type who want no answer.

    Raises:
        PassageFileError: it cannot be read, or is no list of texts.
    """
    try:
        return TypeAdapter(list[str]).validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise PassageFileError(f"{file}: {error}\nExpected a list of texts.") from error


def examples_of(passages: Sequence[Asked], mischief: Sequence[str], embedder: Embedder) -> list[Example]:
    """Return what the model is fitted on.

    Each question with its passage; some that are answered with another passage, any or the nearest; and what wants no
    answer with passages near and far.
    """
    found = [Example(question, one.passage, True) for one in passages for question in one.answered]
    answered = len(found)
    found += [Example(question, one.passage, False) for one in passages for question in one.unanswered]
    chance = random.Random(0)
    for one in chance.sample(found[:answered], int(_STRANGE * answered)):
        found.append(Example(one.first, chance.choice(passages).passage, False))
    texts = [one.passage for one in passages]
    vectors = embedder.encode(texts)
    at = {text: i for i, text in enumerate(texts)}
    asked = chance.sample(found[:answered], int(_NEAREST * answered))
    for one, own in zip(asked, embedder.encode([one.first for one in asked]), strict=True):
        near = np.where(vectors @ vectors[at[one.second]] < _SAME, vectors @ own, -1.0)
        found.append(Example(one.first, texts[int(np.argmax(near))], False))
    for text, own in zip(mischief, embedder.encode(mischief), strict=True):
        near = np.argsort(-(vectors @ own))[:_NEAR]
        found += [Example(text, texts[i], False) for i in near]
        found += [Example(text, chance.choice(texts), False) for _ in range(_FAR)]
    return found


def main(
    files: Annotated[list[Path] | None, typer.Argument(help="Files of passages [the project's fit*.yaml].")] = None,
    mischief: Annotated[Path, typer.Option(help="File of what wants no answer.")] = MISCHIEF,
) -> None:
    """Fit the model and write it."""
    passages = [one for file in files or sorted(PASSAGES.glob("fit*.yaml")) for one in load_passages(file)]
    asked = sum(len(one.answered) + len(one.unanswered) for one in passages)
    if asked < _RECIPE.batch:
        raise typer.BadParameter(f"{asked} questions are fewer than a batch of {_RECIPE.batch}.")
    examples = examples_of(passages, load_mischief(mischief), Embedder.load())
    save_cross_encoder(examples, _RECIPE, FITTED)
    typer.echo(f"{FITTED}: {len(examples)} questions of {len(passages)} passages")


if __name__ == "__main__":
    typer.run(main)
