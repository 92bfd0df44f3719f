"""Settings of an evaluation: one frozen object, passed explicitly."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class EvaluationSettings(BaseModel):
    """How a run is scored.

    `top_k` passages are retrieved for each case. Intervals come from `resamples` bootstrap samples, drawn with
    `seed`, and hold `level` of them. The reliability table has `bins` bins of confidence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    top_k: int = Field(default=10, ge=5)
    resamples: int = Field(default=2000, ge=100)
    seed: int = 20240601
    level: float = Field(default=0.95, gt=0.5, lt=1)
    bins: int = Field(default=5, ge=2)
