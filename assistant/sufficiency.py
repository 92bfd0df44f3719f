"""Read whether what was found answers a question.

Words and vectors alone cannot tell: "What does a KPO analyst earn?" is as near to a sentence on KPO analysts as "What
does a KPO analyst do?". A cross-encoder that reads a question together with a sentence can, mostly. It was fitted on
passages with questions that they answer and near ones that they do not, tests/assistant/passages, by `python -m
assistant.evaluation.sufficiency`. Reading takes about as long as embedding the question, so it is done only where the
calibration alone is unsure (`assistant.abstain.Reading`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.cross_encoder import MOST, CrossEncoder, load_cross_encoder
from assistant.units import Unit
from ingest.embed import choose_precision

FITTED = Path(__file__).with_name("sufficiency.safetensors")


def passage(unit: Unit) -> str:
    """Return a unit as it is read: below its headings, on one line."""
    return " ".join(f"{unit.chunk.heading}: {unit.text}".split())


class Sufficiency:
    """Reads questions with what was found."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model

    def log_odds(self, question: str, evidence: Sequence[Unit]) -> float:
        """Return the log-odds, -8 to 8, that the best unit of the evidence answers a question; -8 without any."""
        return self._model.log_odds(question, passage(evidence[0])) if evidence else -MOST


def load_sufficiency() -> Sufficiency:
    """Return the model that ships with the package, in the faster precision: it decides, and nothing is kept of it.

    Raises:
        ModelError: the packaged embedding model is not there, or is not the file it should be.
    """
    return Sufficiency(load_cross_encoder(FITTED, choose_precision()))
