"""Fit how near a statement must be to its quotes, on pairs: `python -m assistant.support.fit [PAIRS.yaml ...]`.

Writes calibration.json beside this file. What the rules catch is left out: only what is left to the weights is
fitted. The words that are known to be alike were written with these pairs in view, so that true statements have few
words left that their quotes lack; some of these words are therefore forgotten in turns, as a statement that nobody has
seen would have it. Needs scikit-learn, which is among the development packages.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from assistant.sides import SideFinder
from assistant.support.check import Support, supports
from assistant.support.lexicon import lexicon
from assistant.support.meaning import FEATURES, Calibration, Reader
from assistant.support.pairs import Pair, load_pairs

OUTPUT = Path(__file__).with_name("calibration.json")
# The share of the altered statements with words that the quotes lack, of those that the rules let pass, that must be
# caught.
CATCH = 0.95
_SPARING = 1.0
# The shares of words that are forgotten, one pass over the pairs each.
_FORGOTTEN = (0.0, 0.4, 0.4, 0.7)


def fit(pairs: Sequence[Pair], finder: SideFinder, reader: Reader) -> tuple[Calibration, dict[str, float]]:
    """Return the calibration that keeps most and catches `CATCH`, and what it does on the pairs it was fitted on."""
    from sklearn.linear_model import LogisticRegression

    everything = Calibration(threshold=-1.0, bias=0.0, weights=dict.fromkeys(FEATURES, 0.0))
    passes: list[list[Support]] = []
    for seed, share in enumerate(_FORGOTTEN):
        with _forgetting(share, seed):
            passes.append(
                [
                    supports(one.statement, one.quotes, finder=finder, reader=reader, calibration=everything)
                    for one in pairs
                ]
            )
    left = [
        (verdict.features, pair.supported)
        for verdicts in passes
        for verdict, pair in zip(verdicts, pairs, strict=True)
        if verdict.ok and verdict.features.get("lacking")
    ]
    rows = np.array([[features[name] for name in FEATURES] for features, _ in left])
    truth = np.array([supported for _, supported in left])
    model = LogisticRegression(C=_SPARING, class_weight="balanced", max_iter=5000).fit(rows, truth)
    weights = {name: round(float(w), 4) for name, w in zip(FEATURES, model.coef_[0], strict=True)}
    bias = round(float(model.intercept_[0]), 4)
    free = Calibration(0.0, bias, weights)
    threshold = float(np.quantile([free.probability(features) for features, supported in left if not supported], CATCH))
    fitted = Calibration(round(threshold, 4), bias, weights)
    kept = [verdict.ok and (not verdict.features or fitted.accepts(verdict.features)) for verdict in passes[0]]
    caught = [not ok for ok, pair in zip(kept, pairs, strict=True) if not pair.supported]
    dropped = [not ok for ok, pair in zip(kept, pairs, strict=True) if pair.supported]
    return fitted, {"caught": round(float(np.mean(caught)), 4), "true_dropped": round(float(np.mean(dropped)), 4)}


@contextmanager
def _forgetting(share: float, seed: int) -> Iterator[None]:
    """Leave a share of the words, 0 to 1, without any that are like them."""
    groups = lexicon().groups
    known = dict(groups)
    chance = random.Random(seed)
    groups.update({stem: frozenset() for stem in sorted(groups) if chance.random() < share})
    try:
        yield
    finally:
        groups.update(known)


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
