"""Fit how near a statement must be to its quotes, on pairs: `python -m assistant.support.fit [PAIRS.yaml ...]`.

Writes calibration.json beside this file. What the rules catch is left out: only what is left to the weights is
fitted. Needs scikit-learn, which is among the development packages.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.sides import SideFinder
from assistant.support.check import supports
from assistant.support.meaning import FEATURES, Calibration, Reader
from assistant.support.pairs import Pair, load_pairs

OUTPUT = Path(__file__).with_name("calibration.json")
# The share of the true statements, of those that the rules let pass, that must be kept.
KEEP = 0.95
_SPARING = 1.0

Floats = npt.NDArray[Any]


def fit(pairs: Sequence[Pair], finder: SideFinder, reader: Reader) -> tuple[Calibration, dict[str, float]]:
    """Return the calibration that catches most and keeps `KEEP`, and what it does on the pairs it was fitted on."""
    from sklearn.linear_model import LogisticRegression

    everything = Calibration(threshold=-1.0, bias=0.0, weights=dict.fromkeys(FEATURES, 0.0))
    verdicts = [
        supports(pair.statement, pair.quotes, finder=finder, reader=reader, calibration=everything) for pair in pairs
    ]
    left = [i for i, verdict in enumerate(verdicts) if verdict.ok and verdict.features]
    rows = np.array([[verdicts[i].features[name] for name in FEATURES] for i in left])
    truth = np.array([pairs[i].supported for i in left])
    model = LogisticRegression(C=_SPARING, class_weight="balanced", max_iter=5000).fit(rows, truth)
    weights = {name: round(float(w), 4) for name, w in zip(FEATURES, model.coef_[0], strict=True)}
    bias = round(float(model.intercept_[0]), 4)
    free = Calibration(0.0, bias, weights)
    probabilities = np.array([free.probability(verdicts[i].features) for i in left])
    threshold = _threshold(probabilities, truth, altered=sum(not pair.supported for pair in pairs))
    fitted = Calibration(round(threshold, 4), bias, weights)
    kept = [verdict.ok and (not verdict.features or fitted.accepts(verdict.features)) for verdict in verdicts]
    caught = [not ok for ok, pair in zip(kept, pairs, strict=True) if not pair.supported]
    dropped = [not ok for ok, pair in zip(kept, pairs, strict=True) if pair.supported]
    return fitted, {"caught": round(float(np.mean(caught)), 4), "true_dropped": round(float(np.mean(dropped)), 4)}


def _threshold(probabilities: Floats, truth: Floats, *, altered: int) -> float:
    """Return the threshold that catches most of the altered statements while it keeps `KEEP` of the true ones."""
    values = np.unique(probabilities)
    ranked = []
    for low, high in pairwise(values):
        passed = probabilities >= high
        caught = 1 - float((passed & ~truth).sum()) / altered
        kept = float((passed & truth).sum()) / max(int(truth.sum()), 1)
        rank = (caught if kept >= KEEP else 0.0) + kept / 10
        ranked.append((rank, float(high - low), float(low + high) / 2))
    best = max(ranked)[0]
    # Of those that are nearly as good, the one with the most room to both sides.
    return max((gap, cut) for rank, gap, cut in ranked if rank >= best - 0.01)[1]


def main() -> None:
    """Fit on the pairs of the files given."""
    from ingest.domain import load_domain
    from ingest.embed import Embedder

    files = [Path(name) for name in sys.argv[1:]] or sorted(Path("tests/assistant/llm/pairs").glob("fit*.yaml"))
    pairs = [pair for file in files for pair in load_pairs(file)]
    calibration, result = fit(pairs, SideFinder(load_domain(Path("corpus"))), Reader(Embedder.load()))
    OUTPUT.write_text(
        json.dumps(
            {
                "threshold": calibration.threshold,
                "bias": calibration.bias,
                "weights": calibration.weights,
                "fitted_on": {"pairs": len(pairs), "files": [file.as_posix() for file in files], **result},
            },
            indent=2,
        )
        + "\n",
        encoding="utf-8",
    )
    sys.stdout.write(f"{OUTPUT}: {result}\n")


if __name__ == "__main__":
    main()
