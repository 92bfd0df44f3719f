"""Fit the calibration of abstention on cases: `python -m assistant.evaluation.fit [CASES...]`.

Writes `assistant/calibration.json`: for a corpus that lists readers' questions and for one that does not, the weights
of a logistic regression over `assistant.abstain.FEATURES`, those of another that revises it by reading where it is
unsure, the threshold, and how all were fitted. Run it on the fitting cases only, after the corpus or the ranking
changed, with an index of each form.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

from assistant import Assistant, Turn
from assistant.abstain import FEATURES
from assistant.evaluation.cases import LocatedCase, load_cases

CALIBRATION = Path(__file__).parents[1] / "calibration.json"
DEFAULT_INDEX = (Path("var/index"),)
DEFAULT_CASES = (Path("tests/faq/fit"), Path("tests/faq/source-faqs.yaml"))
# Inverse of the strength of regularization; 0.1 to 2 give the same within a point of area under the curve.
_C = 0.1
_FOLDS = 8
# All but the one that tells the forms of a corpus apart.
_WEIGHED = tuple(name for name in FEATURES if name != "alone")
# Between these confidences the evidence is read. Wider reads more questions, and tells few more.
_UNSURE = (0.005, 0.93)


def fit(assistant: Assistant, cases: Sequence[LocatedCase], *, refused: float) -> dict[str, Any]:
    """Fit weights and threshold.

    Args:
        assistant: open on the corpus that the cases are about.
        cases: answerable and unanswerable ones, at least eight of each.
        refused: the share of answerable cases that may be wrongly refused, by cross-validation.

    Returns:
        The part of `calibration.json` for a corpus of this form.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    asked = [(one.case.asked[-1], _history(one)) for one in cases]
    rows = [assistant.features(*one) for one in asked]
    inputs = np.array([[row[name] for name in _WEIGHED] for row in rows])
    answerable = np.array([not one.case.abstain for one in cases])
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=_C, class_weight="balanced", max_iter=1000))
    guessed = cross_val_predict(model, inputs, answerable, cv=folds, method="predict_proba")[:, 1]
    # Balanced classes rank better but are no probabilities; Platt's scaling of the guesses makes them so.
    platt = LogisticRegression(C=1e6).fit(_log_odds(guessed)[:, None], answerable)
    slope, shift = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    log_odds = slope * _log_odds(guessed) + shift
    confidence = 1 / (1 + np.exp(-log_odds))
    unsure = (confidence > _UNSURE[0]) & (confidence < _UNSURE[1])
    read = np.array([assistant.sufficiency(*asked[i]) for i in np.flatnonzero(unsure)])
    both = np.column_stack([log_odds[unsure], read])
    revision = LogisticRegression()
    confidence[unsure] = cross_val_predict(revision, both, answerable[unsure], cv=folds, method="predict_proba")[:, 1]
    revision.fit(both, answerable[unsure])
    threshold = float(np.quantile(confidence[answerable], refused))
    model.fit(inputs, answerable)
    scale, regression = model[0], model[1]
    weights = slope * regression.coef_[0] / scale.scale_
    bias = float(slope * regression.intercept_[0] + shift - (weights * scale.mean_).sum())
    return {
        "fitted": {
            "answerable": int(answerable.sum()),
            "unanswerable": int((~answerable).sum()),
            "method": f"logistic regression, balanced classes, C={_C}, Platt's scaling; another revises it",
            "figures": f"by {_FOLDS}-fold cross-validation",
            "area_under_curve": round(float(roc_auc_score(answerable, confidence)), 4),
            "answerable_refused": round(float((confidence[answerable] < threshold).mean()), 4),
            "unanswerable_refused": round(float((confidence[~answerable] < threshold).mean()), 4),
            "answerable_read": round(float(unsure[answerable].mean()), 4),
        },
        "threshold": round(threshold, 4),
        "bias": round(bias, 6),
        "weights": {name: round(float(weight), 6) for name, weight in zip(_WEIGHED, weights, strict=True)},
        "reading": {
            "low": _UNSURE[0],
            "high": _UNSURE[1],
            "bias": round(float(revision.intercept_[0]), 6),
            "own": round(float(revision.coef_[0, 0]), 6),
            "read": round(float(revision.coef_[0, 1]), 6),
        },
    }


def _log_odds(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.log(shares) - np.log1p(-shares))


def _history(one: LocatedCase) -> list[Turn]:
    return [Turn(question=question) for question in one.case.asked[:-1]]


def main(
    cases: Annotated[list[Path] | None, typer.Argument(help="Fitting cases (tests/faq/fit, source FAQs).")] = None,
    index: Annotated[
        list[Path] | None, typer.Option(help="Index of the corpus; again for it in the other form.")
    ] = None,
    refused: Annotated[float, typer.Option(min=0, max=1, help="Answerable cases that may be refused.")] = 0.0125,
) -> None:
    """Fit the calibration and write it beside the code; the form of a corpus that is not given stays as it was."""
    written: dict[str, Any] = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    located = load_cases(cases or DEFAULT_CASES)
    for one in index or DEFAULT_INDEX:
        assistant = Assistant.open(one)
        form = "listed" if any(own for stored in assistant.index.store.all() for own in stored.questions) else "alone"
        written[form] = fit(assistant, located, refused=refused)
        typer.echo(f"{form}: {written[form]['fitted']}, threshold {written[form]['threshold']}")
    CALIBRATION.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    typer.echo(f"Written: {CALIBRATION}")


if __name__ == "__main__":
    typer.run(main)
