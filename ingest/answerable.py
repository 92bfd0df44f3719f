"""Tell questions that the articles answer from those that they do not, by the questions that a corpus lists of both.

Words and similarity cannot: "What does a KPO provider earn?" is as near to the articles as "What does a KPO provider
do?". A corpus that lists questions its articles answer (`questions/`) and questions they do not (`unanswered/`)
teaches the difference: kernel ridge regression with a Gaussian kernel on the questions' vectors, by Nyström's method
(Williams & Seeger, 2001). Fitted when the index is built; a question then costs one product of a matrix and a vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from ingest.types import Vectors

# Fewer questions of a kind than this teach nothing.
_LEAST = 20
# The questions of each kind that others are compared with; the rest only teach.
_LANDMARKS = 800
# The kernel is exp(-_SHARPNESS * |a - b|**2); both by cross-validation on the project's fitting cases.
_SHARPNESS = 1.5
_PENALTY = 3e-4
_JITTER = 1e-8

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Answerable:
    """What was learnt: `landmarks` of shape (n, dim), unit vectors of questions, and the `weights` of shape (n,)."""

    landmarks: Vectors
    weights: Vectors

    def score(self, vector: Vectors) -> float:
        """Return about 1 for the unit vector of a question that the articles answer, about -1 for one they do not.

        0 where nothing was learnt.
        """
        if not len(self.landmarks):
            return 0.0
        return float(np.exp(-2 * _SHARPNESS * (1 - self.landmarks @ vector)) @ self.weights)

    def save(self, path: Path) -> None:
        """Write it to an .npz file."""
        np.savez(path, landmarks=self.landmarks, weights=self.weights)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(path) as data:
            return cls(data["landmarks"].astype(np.float32), data["weights"].astype(np.float32))

    @classmethod
    def fit(cls, answered: Vectors, unanswered: Vectors) -> Self:
        """Learn from the unit vectors of questions of both kinds, each of shape (n, dim).

        With too few of either, nothing is learnt.
        """
        if min(len(answered), len(unanswered)) < _LEAST:
            return cls(np.zeros((0, 0), np.float32), np.zeros(0, np.float32))
        landmarks = np.concatenate([_sample(answered), _sample(unanswered)]).astype(np.float64)
        told = np.repeat([1.0, -1.0], [len(answered), len(unanswered)])
        # Both kinds weigh alike, however many questions each has.
        share = np.repeat([0.5 / len(answered), 0.5 / len(unanswered)], [len(answered), len(unanswered)])
        near = _kernel(np.concatenate([answered, unanswered]).astype(np.float64), landmarks)
        squared = (near * share[:, None]).T @ near
        penalty = _PENALTY * _kernel(landmarks, landmarks) + _JITTER * np.eye(len(landmarks))
        weights = np.linalg.solve(squared + penalty, near.T @ (share * told))
        return cls(landmarks.astype(np.float32), weights.astype(np.float32))


def _sample(vectors: Vectors) -> Vectors:
    """Return at most `_LANDMARKS` of the vectors, evenly spaced."""
    if len(vectors) <= _LANDMARKS:
        return vectors
    return vectors[np.linspace(0, len(vectors) - 1, _LANDMARKS).astype(np.int64)]


def _kernel(vectors: Floats, others: Floats) -> Floats:
    return np.asarray(np.exp(-2 * _SHARPNESS * (1 - vectors @ others.T)))
