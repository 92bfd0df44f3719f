"""Settings of answering: one frozen object, validated at once and passed explicitly."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from ingest.settings import DEFAULT_MODEL


class SearchSettings(BaseModel):
    """How passages are ranked. Each weight multiplies a score that lies between 0 and 1.

    Source: the fusion of chunk and sentence signals, of vectors and BM25, was the best of those compared on a
    public reading-comprehension set; leaving one out is how the evaluation report shows its share.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidates: int = Field(default=50, ge=1)
    keyword_candidates: int = Field(default=20, ge=0)
    chunk_vector: float = Field(default=0.5, ge=0)
    sentence_vector: float = Field(default=0.5, ge=0)
    chunk_keyword: float = Field(default=0.25, ge=0)
    sentence_keyword: float = Field(default=0.25, ge=0)


class AnswerSettings(BaseModel):
    """How questions are answered.

    `threshold` overrides the calibrated confidence below which the assistant abstains; None keeps it.
    `words` bounds an answer beside its table.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = DEFAULT_MODEL
    search: SearchSettings = SearchSettings()
    max_question_chars: int = Field(default=2000, ge=10)
    words: int = Field(default=90, ge=20)
    threshold: float | None = Field(default=None, ge=0, le=1)
    follow_ups: bool = True
