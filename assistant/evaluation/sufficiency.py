"""Fit the model that reads whether a passage answers a question: `python -m assistant.evaluation.sufficiency`.

Reads files of passages with questions of both kinds, tests/assistant/passages, and writes `sufficiency.safetensors`
beside `assistant.sufficiency`. Takes half an hour. Fit the calibration anew afterwards (`assistant.evaluation.fit`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from assistant.evaluation.cross_encoder import Example, Recipe, save_cross_encoder
from assistant.sufficiency import FITTED

PASSAGES = Path("tests/assistant/passages")
# Questions asked of a passage that has nothing to do with them, as a share of those that are answered.
_STRANGE = 0.25
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


def examples_of(passages: Sequence[Asked]) -> list[Example]:
    """Return each question with its passage, and some that are answered with a passage of another subject."""
    found = [Example(question, one.passage, True) for one in passages for question in one.answered]
    chance = random.Random(0)
    strange = chance.sample(found, int(_STRANGE * len(found)))
    found += [Example(question, one.passage, False) for one in passages for question in one.unanswered]
    return found + [Example(one.first, chance.choice(passages).passage, False) for one in strange]


def main(
    files: Annotated[list[Path] | None, typer.Argument(help="Files of passages [the project's fit*.yaml].")] = None,
) -> None:
    """Fit the model and write it."""
    passages = [one for file in files or sorted(PASSAGES.glob("fit*.yaml")) for one in load_passages(file)]
    examples = examples_of(passages)
    if len(examples) < _RECIPE.batch:
        raise typer.BadParameter(f"{len(examples)} questions are fewer than a batch of {_RECIPE.batch}.")
    save_cross_encoder(examples, _RECIPE, FITTED)
    typer.echo(f"{FITTED}: {len(examples)} questions of {len(passages)} passages")


if __name__ == "__main__":
    typer.run(main)
