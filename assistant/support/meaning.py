"""Read how near a statement's meaning is to its quotes, with the embedding model, and weigh it.

The weights and the threshold were fitted on pairs of quotes and statements, true and altered: see
tests/assistant/llm/pairs and `python -m assistant.support.fit`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from assistant.support.text import TOKEN, Word
from ingest.embed import Embedder, TokenVectors, unit
from ingest.keywords import stems

FEATURES = ("lacking_share", "lacking", "farthest", "mean_gap", "cosine", "far_words")
# A word that no token of the quotes is nearer to than this is far from all that is quoted.
_FAR = 0.5
_MOST = 4


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model: P(supported) = 1 / (1 + exp(-(bias + sum(weight * feature))))."""

    threshold: float
    bias: float
    weights: dict[str, float]

    def probability(self, features: dict[str, float]) -> float:
        """Return the probability, 0 to 1, that a statement with these features is supported."""
        total = self.bias + sum(weight * features[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(min(total, 30.0), -30.0)))

    def accepts(self, features: dict[str, float]) -> bool:
        """Tell whether the probability reaches the threshold."""
        return self.probability(features) >= self.threshold


@cache
def load_calibration() -> Calibration:
    """Read the calibration that ships with the package."""
    data: dict[str, Any] = json.loads((files("assistant.support") / "calibration.json").read_text(encoding="utf-8"))
    return Calibration(float(data["threshold"]), float(data["bias"]), dict(data["weights"]))


class Reader:
    """Reads meanings with one embedding model; what was read last is kept. Safe to call from several threads."""

    def __init__(self, embedder: Embedder, size: int = 4096) -> None:
        self._embedder = embedder
        self._size = size
        self._kept: dict[str, TokenVectors] = {}

    def features(
        self, said: str, quotes: Sequence[str], words: Sequence[Word], lacking: Sequence[Word]
    ) -> dict[str, float]:
        """Return what the calibration weighs.

        Args:
            said: the statement.
            quotes: its quotes.
            words: the statement's content words.
            lacking: those of them that the quotes lack.
        """
        ours = self._read(said)
        theirs = [self._read(quote) for quote in quotes]
        cosine = max(float(ours.text_vector @ one.text_vector) for one in theirs)
        if len(theirs) > 1:
            cosine = max(cosine, float(ours.text_vector @ self._read("\n".join(quotes)).text_vector))
        nearness = self._nearness(said, ours, theirs, {word.stem for word in lacking})
        gaps = [1.0 - near for near in nearness]
        count = len({word.stem for word in lacking})
        return {
            "lacking_share": len(lacking) / max(len(words), 1),
            "lacking": float(min(count, _MOST)),
            "farthest": max(gaps, default=0.0),
            "mean_gap": sum(gaps) / max(len(words), 1),
            "cosine": cosine,
            "far_words": float(min(sum(near < _FAR for near in nearness), _MOST)),
        }

    def _nearness(
        self, said: str, ours: TokenVectors, theirs: Sequence[TokenVectors], lacking: set[str]
    ) -> list[float]:
        """Return for each lacking stem the cosine of its tokens to the nearest tokens of the quotes."""
        if not lacking or not len(ours.vectors):
            return []
        pool = unit(np.concatenate([one.vectors for one in theirs]))
        best = (unit(ours.vectors) @ pool.T).max(axis=1)
        found: dict[str, float] = {}
        for match in TOKEN.finditer(said):
            rows = [i for i, at in enumerate(ours.starts.tolist()) if match.start() <= at < match.end()]
            for stem in {*stems(match.group()), "_".join(stems(match.group()))} & lacking:
                if rows:
                    found[stem] = max(found.get(stem, -1.0), float(best[rows].mean()))
        return [found.get(stem, 0.0) for stem in sorted(lacking)]

    def _read(self, text: str) -> TokenVectors:
        kept = self._kept.get(text)
        if kept is None:
            kept = self._embedder.read(text)
            if len(self._kept) >= self._size:
                self._kept.pop(next(iter(self._kept)), None)
            self._kept[text] = kept
        return kept
