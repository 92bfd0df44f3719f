"""Settings of the ways in: one frozen object, read from the environment here and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, IPvAnyNetwork, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ui.origins import parse_origin, split_list

if TYPE_CHECKING:
    from assistant import AnswerSettings
    from assistant.llm.settings import LLMSettings
    from ingest.settings import IngestSettings, StoreSettings

PREFIX = "BPO_KPO_"

LogLevel = Annotated[
    Literal["debug", "info", "warning", "error"],
    BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
]


# Several values between commas or blanks.
_List = BeforeValidator(split_list)


def _check_rates(text: str) -> str:
    from ui.limits import read_rates

    read_rates(text)
    return text


class Settings(BaseSettings):
    """What the command line and the server need to know. Each field is also a variable: `BPO_KPO_PORT`.

    `model`, `words` and `threshold` are those of `assistant.AnswerSettings`, `max_file_bytes` that of
    `ingest.settings.IngestSettings`; None keeps their default. `port` 0 takes any free port.
    `max_body_bytes` bounds one HTTP request. `precision` and the `store_...` fields are those of
    `ingest.settings`; `store_headers` is a JSON object, such as {"Authorization": "Bearer ..."}. A server looks for
    a new snapshot every `poll_seconds`, and keeps the `cached_answers` it gave last. When it is
    told to stop, it finishes its answers, for `shutdown_seconds` at most.
    Lists are written with commas: `BPO_KPO_ALLOWED_ORIGINS=https://a,https://b`.
    `llm` names a language model, "provider:name"; the fields that begin with `llm_` are those of
    `assistant.llm.settings.LLMSettings`, of no use without it.
    `feedback` is a database URL, or "off".
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True)

    corpus: Path = Path("corpus")
    index: Path = Path("var/index")
    model: str | None = Field(default=None, min_length=1)
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    store: str = Field(
        default="embedded",
        pattern=r"^(embedded|cloud|https?://[^\s/]+/?)$",
        description="embedded, cloud or an address such as http://chroma:8000",
    )
    store_headers: dict[str, SecretStr] = Field(default_factory=dict)
    store_name: str = Field(
        default="bpo-kpo",
        pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{1,60}$",
        description="2 to 61 letters, digits, dots, dashes and underscores, a letter or digit first",
    )
    shutdown_seconds: int = Field(default=5, ge=1, le=3600)
    cached_answers: int = Field(default=1_000, ge=0, le=1_000_000)
    poll_seconds: float = Field(default=5.0, gt=0, le=3600)
    max_file_bytes: int | None = Field(default=None, ge=1)
    words: int | None = Field(default=None, ge=20, le=1000)
    threshold: float | None = Field(default=None, ge=0, le=1)
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=7860, ge=0, le=65535)
    max_question_chars: int = Field(default=2000, ge=10, le=20_000)
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    concurrency: int = Field(default=8, ge=1, le=200)
    max_waiting: int = Field(default=100, ge=0, le=10_000)
    answer_seconds: float = Field(default=60.0, gt=0, le=3600)
    max_history: int = Field(default=100, ge=0, le=1000)
    allowed_origins: Annotated[tuple[Annotated[str, AfterValidator(parse_origin)], ...], NoDecode, _List] = ()
    rate_limit: Annotated[str, AfterValidator(_check_rates)] = "120/minute"
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, _List] = ()
    api_keys: Annotated[tuple[Annotated[SecretStr, Field(min_length=16)], ...], NoDecode, _List] = ()
    log_level: LogLevel = "info"
    log_format: Literal["text", "json"] = "text"
    log_questions: bool = False
    llm: str | None = Field(
        default=None,
        pattern=r"^[\w-]+:.+$",
        description="provider:model, such as ollama:llama3.2 or openai:gpt-4o-mini",
    )
    llm_base_url: str | None = None
    llm_key: SecretStr | None = None
    llm_timeout: float | None = Field(default=None, gt=0)
    llm_max_tokens: int | None = Field(default=None, ge=16)
    llm_temperature: float | None = Field(default=None, le=2)
    llm_rewrite: bool | None = None
    llm_write: bool | None = None
    llm_show_dropped: bool | None = None
    feedback: str = Field(default="sqlite:///var/feedback.db", min_length=1)

    @property
    def ingest(self) -> IngestSettings:
        """The settings of ingest."""
        from ingest.settings import IngestSettings

        given = _given(model=self.model, max_file_bytes=self.max_file_bytes)
        return IngestSettings(precision=self.precision, store=self.where, **given)

    @property
    def where(self) -> StoreSettings:
        """Where the index lives."""
        from ingest.settings import StoreSettings

        return StoreSettings(address=self.store, headers=self.store_headers, name=self.store_name)

    @property
    def answer(self) -> AnswerSettings:
        """The settings of answering."""
        from assistant import AnswerSettings

        given = _given(model=self.model, words=self.words, threshold=self.threshold)
        return AnswerSettings(
            max_question_chars=self.max_question_chars,
            precision=self.precision,
            store=self.where,
            llm=self.language_model,
            **given,
        )

    @property
    def language_model(self) -> LLMSettings | None:
        """The settings of the language model, None where none is named."""
        if self.llm is None:
            return None
        from assistant.llm.settings import LLMSettings

        given = _given(
            base_url=self.llm_base_url,
            key=self.llm_key,
            timeout=self.llm_timeout,
            max_tokens=self.llm_max_tokens,
            temperature=self.llm_temperature,
            rewrite=self.llm_rewrite,
            write=self.llm_write,
            show_dropped=self.llm_show_dropped,
        )
        return LLMSettings(model=self.llm, **given)


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
        if not first["loc"]:
            # A variable that is not the JSON it should be; its value, which may be a secret, is not shown.
            raise SettingsError(f"{first['msg']}. Set {PREFIX}STORE_HEADERS to a JSON object, or unset it.") from None
        field = str(first["loc"][0])
        # A key is not shown, not even a wrong one.
        shown = "" if field == "api_keys" else f" is {first['input']!r}"
        expected = Settings.model_fields[field].description if first["type"] == "string_pattern_mismatch" else None
        wrong = f"expected {expected}" if expected else first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{PREFIX}{field.upper()}{shown}: {wrong}. Set it right, or unset it.") from error


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
