"""Tell how likely it is that the articles answer a question, and name what is missing when they do not.

The features and their weights were fitted on the project's own answerable and unanswerable cases; the file
beside this module holds them with how they were fitted.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model: P(answerable) = 1 / (1 + exp(-(bias + weights . features)))."""

    threshold: float
    bias: float
    weights: dict[str, float]

    def confidence(self, features: dict[str, float]) -> float:
        """Return the probability, 0 to 1, that the articles answer a question with these features."""
        total = self.bias + sum(weight * features[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(min(total, 30.0), -30.0)))


def load_calibration() -> Calibration:
    """Read the calibration that ships with the package."""
    data = json.loads((files("assistant") / "calibration.json").read_text(encoding="utf-8"))
    return Calibration(float(data["threshold"]), float(data["bias"]), dict(data["weights"]))
