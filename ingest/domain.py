"""What is particular to a corpus' subject: one small YAML file, `domain.yaml`, beside the articles.

It names the sides that readers compare and the words that readers use for them, the aspects of a comparison,
the topics on which articles disagree, and the chat's greeting and starter questions. A corpus without the file
works: it has no sides, and so no comparison tables.
"""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.errors import SettingsError

DOMAIN_FILE = "domain.yaml"


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
    """The subject of a corpus, as `domain.yaml` gives it."""

    title: str = "Ask the articles"
    subject: str = "the articles' subject"
    greeting: str = "Ask a question. Every answer quotes the articles it comes from."
    sides: tuple[Side, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    starters: tuple[Starters, ...] = ()


def load_domain(corpus: Path) -> Domain:
    """Read the corpus' `domain.yaml`; the default domain where there is none.

    Raises:
        SettingsError: the file is not YAML, or a field is missing, unknown or of the wrong type.
    """
    path = corpus / DOMAIN_FILE
    if not path.is_file():
        return Domain()
    try:
        return Domain.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid YAML: {error}. Mend it, then run: bpo-kpo ingest") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise SettingsError(
            f"{path}: {where}: {first['msg']}. Expected the fields title, subject, greeting, sides, aspects, "
            "disagreements and starters. Mend it, then run: bpo-kpo ingest"
        ) from error
