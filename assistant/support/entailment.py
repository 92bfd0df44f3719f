"""Tell how likely a statement follows from its quotes, taken together.

Fitted on pairs of quotes and statements, true and altered: tests/assistant/llm/pairs and `python -m
assistant.support.fit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.cross_encoder import CrossEncoder, load_cross_encoder

FITTED = Path(__file__).with_name("entailment.safetensors")


def joined(quotes: Sequence[str]) -> str:
    """Return quotes as the model reads them."""
    return " ".join(quotes)


class Entailment:
    """Reads statements with their quotes."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model

    def log_odds(self, statement: str, quotes: Sequence[str]) -> float:
        """Return the log-odds that the quotes, taken together, say what the statement says."""
        return self._model.log_odds(statement, joined(quotes))


def load_entailment() -> Entailment:
    """Return the model that ships with the package.

    Raises:
        ModelError: the packaged embedding model is not there, or is not the file it should be.
    """
    return Entailment(load_cross_encoder(FITTED))
