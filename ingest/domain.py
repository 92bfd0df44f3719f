"""What is particular to a corpus' subject: one small YAML file, `domain.yaml`, beside the articles.

It names the sides that readers compare and the words that readers use for them, the aspects of a comparison,
the topics on which articles disagree, and the chat's greeting and starter questions. A corpus without the file
works: it has no sides, and so no comparison tables. A second file, `unanswered.yaml`, or several in a folder
`unanswered`, list what readers type and no article answers, questions and mischief alike; what is near to one of them
is answered only on good evidence.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.errors import SettingsError
from ingest.yaml_loader import YamlLoader, yaml_files

DOMAIN_FILE = "domain.yaml"
UNANSWERED_FILE = "unanswered.yaml"
UNANSWERED_FOLDER = "unanswered"

_Content = TypeVar("_Content", dict[str, object], list[object])


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Side(_Entry):
    """One of the things that readers compare: its name as answers show it, and other words for it."""

    name: str = Field(min_length=1)
    synonyms: tuple[str, ...] = ()


class Aspect(_Entry):
    """One row of a comparison: its name, the words by which readers ask for it, and those of the articles.

    `question` asks for it of one side, named {side}: what fills the row's cells is searched by it. `asked` are
    questions that compare the sides in this without one of its words.
    """

    name: str = Field(min_length=1)
    words: tuple[str, ...] = ()
    about: str = Field(min_length=1)
    question: str | None = Field(default=None, pattern=r"\{side\}")
    asked: tuple[str, ...] = ()


class Starters(_Entry):
    """Starter questions under one theme."""

    theme: str = Field(min_length=1)
    questions: tuple[str, ...] = Field(min_length=1)


class Disagreement(_Entry):
    """A topic on which articles differ: how readers ask of it, and each position in a sentence."""

    questions: tuple[str, ...] = Field(min_length=1)
    positions: tuple[str, ...] = Field(min_length=2)


class Domain(_Entry):
    """The subject of a corpus, as `domain.yaml` gives it, and the questions that are listed as unanswered."""

    title: str = "Ask the articles"
    subject: str = "the articles' subject"
    greeting: str = "Ask a question. Every answer quotes the articles it comes from."
    sides: tuple[Side, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    starters: tuple[Starters, ...] = ()
    unanswered: tuple[str, ...] = ()


def load_domain(corpus: Path) -> Domain:
    """Read the corpus' `domain.yaml` and its lists of unanswered questions; what is not there has its default.

    Raises:
        SettingsError: a file is not YAML, or a field is missing, unknown or of the wrong type.
    """
    fields = _read(corpus / DOMAIN_FILE, dict, "fields")
    questions = [question for path in _unanswered_files(corpus) for question in _read_questions(path)]
    try:
        domain = Domain.model_validate(fields)
    except ValidationError as error:
        raise SettingsError(
            f"{corpus / DOMAIN_FILE}: {_first(error)}. Expected the fields title, subject, greeting, sides, aspects, "
            "disagreements and starters. Mend it, then run: bpo-kpo ingest"
        ) from error
    return domain.model_copy(update={"unanswered": tuple(dict.fromkeys([*domain.unanswered, *questions]))})


def _unanswered_files(corpus: Path) -> list[Path]:
    return [corpus / UNANSWERED_FILE, *yaml_files(corpus / UNANSWERED_FOLDER)]


def _read_questions(path: Path) -> list[str]:
    questions = _read(path, list, "a list of questions")
    if not all(isinstance(question, str) and question.strip() for question in questions):
        raise SettingsError(f"{path}: expected a list of questions, each a text. Mend it, then run: bpo-kpo ingest")
    return [str(question) for question in questions]


def _read(path: Path, kind: type[_Content], expected: str) -> _Content:
    """Return what a YAML file holds; nothing of its kind where there is no such file or it is empty."""
    if not path.is_file():
        return kind()
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=YamlLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid YAML: {error}. Mend it, then run: bpo-kpo ingest") from error
    if content is None:
        return kind()
    if not isinstance(content, kind):
        raise SettingsError(f"{path}: expected {expected}. Mend it, then run: bpo-kpo ingest")
    return content


def _first(error: ValidationError) -> str:
    """Return where the first error of a validation is, and what it is."""
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'the file'}: {first['msg']}"
