"""Settings of ingest: one frozen object, validated at once and passed explicitly."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

DEFAULT_MODEL = "all-MiniLM-L6-v2"


class IngestSettings(BaseModel):
    """How articles become an index.

    `model` is the packaged default's name, or any sentence-transformers name or folder. `max_tokens` bounds a
    chunk with its heading path, counted by the model's tokenizer, its two special tokens included. A
    paragraph run is closed once it holds `target_tokens`. `max_file_bytes` bounds one file of the corpus.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = DEFAULT_MODEL
    max_tokens: int = Field(default=256, ge=32)
    target_tokens: int = Field(default=120, ge=16)
    max_file_bytes: int = Field(default=5_000_000, ge=1)
    batch_size: int = Field(default=32, ge=1)
