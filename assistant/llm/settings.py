"""Settings of the language model: one frozen object, validated at once and passed explicitly. Imports no provider."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class LLMSettings(BaseModel):
    """Which chat model words the answers, and what one answer may cost.

    `model` is "provider:name" as LangChain's `init_chat_model` takes it. With a `base_url` only `key` is sent to it,
    never the key that the provider's own variable holds. `timeout` is in seconds, for all that one answer asks of the
    model; `max_tokens` and `passage_chars` bound what an answer costs. After a failure the model is left alone for
    `cool_down` seconds, then tried in the background. A `temperature` below 0 leaves it to the model. `rewrite` lets
    the model rewrite the questions of a conversation, `write` lets it word the answers.
    `show_dropped` puts the texts of dropped sentences into the answer's checks, for evaluation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(pattern=r"^[\w-]+:.+$")
    base_url: str | None = None
    key: SecretStr | None = None
    timeout: float = Field(default=30.0, gt=0)
    max_tokens: int = Field(default=400, ge=16)
    temperature: float = Field(default=0.0, le=2)
    retries: int = Field(default=2, ge=0)
    cool_down: float = Field(default=60.0, ge=0)
    passages: int = Field(default=8, ge=1)
    passage_chars: int = Field(default=6000, ge=200)
    rewrite: bool = True
    write: bool = True
    show_dropped: bool = False

    @property
    def provider(self) -> str:
        """The part of `model` before the colon, as LangChain spells it."""
        return self.model.partition(":")[0].replace("-", "_")
