"""Read how near a statement's meaning is to its quotes, with small models, and weigh it.

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

from assistant.support.entailment import Entailment
from assistant.support.lexicon import lexicon, word_stems
from assistant.support.text import TOKEN, Word
from assistant.support.verbs import verb_at
from ingest.embed import Embedder, TokenVectors, unit
from ingest.keywords import stems
from ingest.types import Vectors

FEATURES = (
    "entailed",
    "lacking_share",
    "lacking",
    "farthest",
    "mean_gap",
    "cosine",
    "far_words",
    "unlike",
    "nouns",
)
# A word that no token of the quotes is nearer to than this is far from all that is quoted.
_FAR = 0.5
_MOST = 4


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model: P(supported) = 1 / (1 + exp(-(bias + sum(weight * feature)))).

    It decides by its `threshold`. Where every content word is quoted there is little to weigh: such a statement is only
    refused where `entailed` is less than `doubt`.
    """

    threshold: float
    doubt: float
    bias: float
    weights: dict[str, float]

    def probability(self, features: dict[str, float]) -> float:
        """Return the probability, 0 to 1, that a statement with these features is supported."""
        total = self.bias + sum(weight * features[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(min(total, 30.0), -30.0)))

    def accepts(self, features: dict[str, float]) -> bool:
        """Tell whether a statement with these features is taken as supported."""
        if not features["lacking"]:
            return features["entailed"] >= self.doubt
        return self.probability(features) >= self.threshold


@cache
def load_calibration() -> Calibration:
    """Read the calibration that ships with the package."""
    data: dict[str, Any] = json.loads((files("assistant.support") / "calibration.json").read_text(encoding="utf-8"))
    return Calibration(float(data["threshold"]), float(data["doubt"]), float(data["bias"]), dict(data["weights"]))


class Reader:
    """Reads meanings; what was read last is kept. Safe to call from several threads.

    Args:
        embedder: tells how near words and texts are.
        entailment: tells how likely a statement follows from its quotes.
        size: how many texts are kept.
    """

    def __init__(self, embedder: Embedder, entailment: Entailment, size: int = 4096) -> None:
        self._embedder = embedder
        self._entailment = entailment
        self._size = size
        self._kept: dict[str, TokenVectors] = {}
        self._words: dict[str, Vectors] = {}

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
        lacks = _written(said, {word.stem for word in lacking})
        own = {word.stem for word in words}
        # What the statement may have said in another word: the quotes' words that it does not use.
        unused = [token for quote in quotes for token in _content(quote) if not own & set(word_stems(token))]
        count = len({word.stem for word in lacking})
        return {
            "entailed": self._entailment.log_odds(said, quotes),
            "lacking_share": len(lacking) / max(len(words), 1),
            "lacking": float(min(count, _MOST)),
            "farthest": max(gaps, default=0.0),
            "mean_gap": sum(gaps) / max(len(words), 1),
            "cosine": cosine,
            "far_words": float(min(sum(near < _FAR for near in nearness), _MOST)),
            "unlike": sum(1.0 - self._likeness(token, unused) for token in lacks),
            "nouns": float(sum(not token.endswith("ly") and not _is_verb(token, said) for token in lacks)),
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

    def _likeness(self, word: str, others: Sequence[str]) -> float:
        """Return the cosine of a word to the nearest of others, all without context; 0 where there is none."""
        return max((float(self._word(word) @ self._word(other)) for other in others), default=0.0)

    def _word(self, word: str) -> Vectors:
        if word not in self._words:
            if len(self._words) >= self._size:
                self._words.pop(next(iter(self._words)), None)
            self._words[word] = self._embedder.word_vector(word)
        return self._words[word]

    def _read(self, text: str) -> TokenVectors:
        kept = self._kept.get(text)
        if kept is None:
            kept = self._embedder.read(text)
            if len(self._kept) >= self._size:
                self._kept.pop(next(iter(self._kept)), None)
            self._kept[text] = kept
        return kept


def _content(text: str) -> list[str]:
    return [token for token in TOKEN.findall(text.lower()) if token not in lexicon().function]


def _written(said: str, lacking: set[str]) -> list[str]:
    """Return each lacking stem as a statement writes it, a stem that cannot be found there as it is."""
    written = {stem: token for token in _content(said) for stem in (*word_stems(token), *stems(token))}
    return [written.get(stem, stem) for stem in sorted(lacking)]


def _is_verb(token: str, said: str) -> bool:
    tokens = [match.group().lower() for match in TOKEN.finditer(said)]
    return any(one == token and verb_at(tokens, place) for place, one in enumerate(tokens))
