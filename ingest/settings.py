"""Settings of ingest: frozen objects, validated at once and passed explicitly."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

PACKAGED_MODEL = "all-MiniLM-L6-v2"
DEFAULT_MODEL = f"{PACKAGED_MODEL}+outsourcing"

# How the model computes: bfloat16 is faster where the CPU has instructions for it; auto asks the CPU.
Precision = Literal["auto", "float32", "bfloat16"]


class StoreSettings(BaseModel):
    """Where the index lives.

    `address` is `embedded` (in the index folder), the address of a Chroma server (`http://host:8000`), or
    `cloud` (Chroma Cloud, which reads CHROMA_API_KEY, CHROMA_TENANT and CHROMA_DATABASE itself). `headers` go
    with every request to a server, `name` begins the names of its collections, and `timeout` bounds one
    request, in seconds. With a server, the index folder is a local copy of what the server keeps.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str = Field(default="embedded", pattern=r"^(embedded|cloud|https?://[^\s/]+/?)$")
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    name: str = Field(default="bpo-kpo", pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{1,60}$")
    timeout: float = Field(default=30, gt=0)

    @property
    def embedded(self) -> bool:
        """Whether the index lives in its folder alone."""
        return self.address == "embedded"


EMBEDDED = StoreSettings()


class IngestSettings(BaseModel):
    """How articles become an index.

    `model` is the packaged default's name, or any sentence-transformers name or folder. `max_tokens` bounds a
    chunk with its heading path, counted by the model's tokenizer, its two special tokens included. A
    paragraph run is closed once it holds `target_tokens`. `max_file_bytes` bounds one file of the corpus.
    The server and the command line compute in the CPU's best precision; here the default is what computes the same
    on every machine. A snapshot's segments with fewer than `merge_chunks` chunks are merged into the next one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = DEFAULT_MODEL
    precision: Precision = "float32"
    max_tokens: int = Field(default=256, ge=32)
    target_tokens: int = Field(default=120, ge=16)
    max_file_bytes: int = Field(default=5_000_000, ge=1)
    batch_size: int = Field(default=32, ge=1)
    merge_chunks: int = Field(default=500, ge=1)
    store: StoreSettings = EMBEDDED
