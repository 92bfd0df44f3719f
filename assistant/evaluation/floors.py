"""Floors: bounds on metrics, over all cases, one kind or one part, that a run must keep.

all:
  fact_recall: {min: 0.95}
  wrongly_refused: {max: 0.02}
kinds:
  off-topic:
    abstention_recall: {min: 1.0}
parts:
  held-out:
    source_any: {min: 0.95}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from assistant.evaluation.metrics import BY_NAME
from assistant.evaluation.results import Run, Summary
from assistant.types import Value
from ingest.errors import AssistantError

QUANTILES = ("words_p50", "words_p95", "words_max")


class FloorsError(AssistantError):
    """The file of floors is wrong; the message names the field and the expected form."""


class Bound(BaseModel):
    """The least or the most that a metric may be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _check(self) -> Bound:
        if (self.min is None) == (self.max is None):
            raise ValueError("give min or max")
        return self


Bounds = dict[str, Bound]


class Floors(BaseModel):
    """Bounds by metric: over all cases, by kind, by part."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    all: Bounds = Field(default_factory=dict)
    kinds: dict[str, Bounds] = Field(default_factory=dict)
    parts: dict[str, Bounds] = Field(default_factory=dict)

    @field_validator("all", "kinds", "parts")
    @classmethod
    def _known(cls, value: dict[str, Bound] | dict[str, Bounds]) -> object:
        for name, entry in value.items():
            for metric in [name] if isinstance(entry, Bound) else entry:
                if metric not in BY_NAME and metric not in QUANTILES:
                    known = ", ".join([*BY_NAME, *QUANTILES])
                    raise ValueError(f"there is no metric {metric!r}; metrics are {known}")
        return value


class Breach(Value):
    """A metric beyond its bound. `group` is "all", a kind or a part."""

    group: str
    metric: str
    value: float
    bound: float
    is_floor: bool

    def __str__(self) -> str:
        word = "below its floor" if self.is_floor else "above its ceiling"
        return f"{self.metric} of {self.group} is {self.value:.4g}, {word} of {self.bound:.4g}"


def load_floors(file: Path) -> Floors:
    """Read a file of floors.

    Raises:
        FloorsError: the file is missing, not YAML, or names an unknown metric.
    """
    try:
        return Floors.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")) or {})
    except OSError as error:
        raise FloorsError(f"{file} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FloorsError(f"{file} is not valid YAML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        message = first["msg"].removeprefix("Value error, ")
        raise FloorsError(
            f"{file}: {where}: {message}. Expected: `all:`, `kinds: NAME:` or `parts: NAME:`, then "
            "`METRIC: {min: 0.95}` or `METRIC: {max: 0.02}`."
        ) from error


def check_floors(run: Run, floors: Floors) -> tuple[Breach, ...]:
    """Return the metrics beyond their bounds. A metric that applies to no case of the run is not checked."""
    groups = [("all", run.summary, floors.all)]
    groups += [(kind, run.by_kind[kind], bounds) for kind, bounds in floors.kinds.items() if kind in run.by_kind]
    groups += [(part, run.by_part[part], bounds) for part, bounds in floors.parts.items() if part in run.by_part]
    return tuple(breach for group, summary, bounds in groups for breach in _breaches(group, summary, bounds))


def _breaches(group: str, summary: Summary, bounds: Mapping[str, Bound]) -> Iterator[Breach]:
    for metric, bound in bounds.items():
        interval = summary.metrics.get(metric)
        value = interval.value if interval is not None else summary.quantiles.get(metric)
        if value is None:
            continue
        if bound.min is not None and value < bound.min:
            yield Breach(group=group, metric=metric, value=value, bound=bound.min, is_floor=True)
        if bound.max is not None and value > bound.max:
            yield Breach(group=group, metric=metric, value=value, bound=bound.max, is_floor=False)
