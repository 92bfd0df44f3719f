"""Settings of answering: one frozen object, validated at once and passed explicitly."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from assistant.llm.settings import LLMSettings
from ingest.settings import DEFAULT_MODEL, EMBEDDED, Precision, StoreSettings


class SearchSettings(BaseModel):
    """How passages are ranked: the weight of each signal, and how many candidates are ranked.

    Source: fitted on the project's fitting cases by pairwise logistic regression, rounded; leaving one out is
    how the evaluation report shows its share. `related` is the weight of BM25 by the articles' words
    for an aspect that the question asks about, `asked` that of the nearest question that a sentence is known to
    answer (0 leaves those questions out altogether). A token's weight falls with the power `met_power` of how well
    the best sentence meets it: what no sentence meets tells of the reader.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidates: int = Field(default=24, ge=1)
    keyword_candidates: int = Field(default=12, ge=0)
    chunk_vector: float = Field(default=0.3, ge=0)
    sentence_vector: float = Field(default=0.3, ge=0)
    chunk_keyword: float = Field(default=0.05, ge=0)
    sentence_keyword: float = Field(default=0.05, ge=0)
    tokens: float = Field(default=0.6, ge=0)
    related: float = Field(default=0.08, ge=0)
    asked: float = Field(default=0.3, ge=0)
    met_power: float = Field(default=2.0, ge=0)

    @property
    def total(self) -> float:
        """The sum of the weights, by which a fused score is divided."""
        weights = (
            self.chunk_vector,
            self.sentence_vector,
            self.chunk_keyword,
            self.sentence_keyword,
            self.tokens,
        )
        return sum(weights) or 1.0


class AnswerSettings(BaseModel):
    """How questions are answered.

    `threshold` overrides the calibrated confidence below which the assistant abstains; None keeps it.
    `words` bounds an answer beside its table; where the ranking is sure it is shorter. `llm` names a language model
    that words the answers; without it they are quoted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = DEFAULT_MODEL
    precision: Precision = "float32"
    store: StoreSettings = EMBEDDED
    search: SearchSettings = SearchSettings()
    max_question_chars: int = Field(default=2000, ge=10)
    words: int = Field(default=120, ge=20)
    threshold: float | None = Field(default=None, ge=0, le=1)
    follow_ups: bool = True
    llm: LLMSettings | None = None
