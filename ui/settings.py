"""Settings of the ways in: one frozen object, read from the environment here and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "BPO_KPO_"

LogLevel = Annotated[
    Literal["debug", "info", "warning", "error"],
    BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
]


class Settings(BaseSettings):
    """What the command line and the server need to know. Each field is also a variable: `BPO_KPO_PORT`.

    `port` 0 takes any free port. `max_body_bytes` bounds one HTTP request.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True)

    corpus: Path = Path("corpus")
    index: Path = Path("var/index")
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=7860, ge=0, le=65535)
    max_question_chars: int = Field(default=2000, ge=10, le=20_000)
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    log_level: LogLevel = "info"


def load_settings(**given: object) -> Settings:
    """Read the settings; a value that is given and not None goes before the environment.

    Raises:
        SettingsError: a value is wrong; the message names its variable.
    """
    try:
        return Settings.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        from ingest.errors import SettingsError

        first = error.errors()[0]
        name = f"{PREFIX}{str(first['loc'][0]).upper()}"
        raise SettingsError(f"{name} is {first['input']!r}: {first['msg']}. Set it right, or unset it.") from error
