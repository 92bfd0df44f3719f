"""Fit the check of statements on pairs: `python -m assistant.support.fit [PAIRS.yaml ...]`.

First the model that reads a statement with its quotes (`assistant.support.entailment`). Then, on entries that it has
not seen, the weights of `assistant.support.meaning` and their threshold. Writes entailment.safetensors and
calibration.json beside this file; takes half an hour. Run it when pairs or rules have changed. Needs scikit-learn, a
development package.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from assistant.evaluation.cross_encoder import Example, Recipe, save_cross_encoder
from assistant.sides import SideFinder
from assistant.support.check import supports
from assistant.support.entailment import FITTED, joined
from assistant.support.meaning import FEATURES, Calibration, Reader
from assistant.support.pairs import Pair, load_pairs
from ingest.embed import Embedder

PAIRS = Path("tests/assistant/llm/pairs/fit")
WEIGHTS = Path(__file__).with_name("calibration.json")
# One entry in so many is kept from the model, for the weights.
_SHARE = 10
# The share of the altered statements that must be caught of those that are weighed, and the share of the true ones that
# must be kept of those that are only doubted.
CATCH = 0.9
KEEP = 0.98
_SPARING = 1.0


def fit_weights(pairs: Sequence[Pair], finder: SideFinder, reader: Reader) -> tuple[Calibration, dict[str, float]]:
    """Return the calibration, and what it does on the pairs it was fitted on."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    everything = Calibration(threshold=-1.0, doubt=-math.inf, bias=0.0, weights=dict.fromkeys(FEATURES, 0.0))
    verdicts = [
        supports(one.statement, one.quotes, finder=finder, reader=reader, calibration=everything) for one in pairs
    ]
    read = [
        (verdict.features, pair.supported) for verdict, pair in zip(verdicts, pairs, strict=True) if verdict.features
    ]
    doubt = float(np.quantile([one["entailed"] for one, true in read if true and not one["lacking"]], 1 - KEEP))
    weighed = [(features, supported) for features, supported in read if features["lacking"]]
    rows = np.array([[features[name] for name in FEATURES] for features, _ in weighed])
    truth = np.array([supported for _, supported in weighed])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=_SPARING, class_weight="balanced", max_iter=5000))
    model.fit(rows, truth)
    scale, regression = model[0], model[1]
    slopes = regression.coef_[0] / scale.scale_
    weights = {name: round(float(slope), 4) for name, slope in zip(FEATURES, slopes, strict=True)}
    bias = round(float(regression.intercept_[0] - (slopes * scale.mean_).sum()), 4)
    free = Calibration(0.0, doubt, bias, weights)
    threshold = float(np.quantile([free.probability(features) for features, true in weighed if not true], CATCH))
    fitted = Calibration(round(threshold, 4), round(doubt, 4), bias, weights)
    kept = [fitted.accepts(verdict.features) if verdict.features else verdict.ok for verdict in verdicts]
    caught = [not ok for ok, pair in zip(kept, pairs, strict=True) if not pair.supported]
    dropped = [not ok for ok, pair in zip(kept, pairs, strict=True) if pair.supported]
    return fitted, {"caught": round(float(np.mean(caught)), 4), "true_dropped": round(float(np.mean(dropped)), 4)}


def for_weights(pair: Pair) -> bool:
    """Tell whether a pair is kept from the model, with all pairs of its quotes."""
    return int(hashlib.sha256(joined(pair.quotes).encode()).hexdigest(), 16) % _SHARE == 0


def main(
    pairs: Annotated[
        list[Path] | None, typer.Argument(help="Files of pairs (those in tests/assistant/llm/pairs/fit).")
    ] = None,
    weights_only: Annotated[bool, typer.Option("--weights-only", help="Leave the model as it is.")] = False,
) -> None:
    """Fit the check on pairs and write what was fitted."""
    from assistant.support.entailment import load_entailment
    from ingest.domain import load_domain

    files = pairs or sorted(PAIRS.glob("*.yaml"))
    found = [pair for file in files for pair in load_pairs(file)]
    recipe, learning = Recipe(), [pair for pair in found if not for_weights(pair)]
    if len(learning) < recipe.batch:
        raise typer.BadParameter(f"{len(learning)} pairs are fewer than a batch of {recipe.batch}.")
    if not weights_only:
        examples = [Example(pair.statement, joined(pair.quotes), pair.supported) for pair in learning]
        save_cross_encoder(examples, recipe, FITTED)
    reader = Reader(Embedder.load(), load_entailment())
    weighed = [pair for pair in found if for_weights(pair)]
    calibration, result = fit_weights(weighed, SideFinder(load_domain(Path("corpus"))), reader)
    fitted = {**asdict(calibration), "fitted_on": {"pairs": len(weighed), **result}}
    WEIGHTS.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
    typer.echo(f"{FITTED}: {len(learning)} pairs; {WEIGHTS}: {fitted['fitted_on']}")


if __name__ == "__main__":
    typer.run(main)
