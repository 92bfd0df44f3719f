"""The model that judges statements by their quotes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import typer
from safetensors.torch import load_file
from typer.testing import CliRunner

from assistant.cross_encoder import MOST
from assistant.evaluation.cross_encoder import Example, Recipe, fit_cross_encoder
from assistant.support.entailment import FITTED, Entailment, joined, load_entailment
from assistant.support.fit import main
from assistant.support.pairs import load_pairs

QUOTE = "The company had fewer than fifty employees in spring, and hired ten more by the end of the year."
PAIRS = Path(__file__).parent / "pairs"


@pytest.fixture(scope="module")
def entailment() -> Entailment:
    return load_entailment()


def test_true_statements_are_mostly_likelier_than_altered_ones_that_nobody_has_seen(entailment: Entailment) -> None:
    pairs = load_pairs(PAIRS / "held-out/free.yaml")
    odds = np.array([entailment.log_odds(one.statement, one.quotes) for one in pairs])
    true = np.array([one.supported for one in pairs])
    assert np.abs(odds).max() <= MOST
    assert (odds[true][:, None] > odds[~true]).mean() >= 0.88


def test_quotes_count_together_and_in_any_number(entailment: Entailment) -> None:
    parts = ["KPO needs specialists.", "BPO does not need specialists."]
    statement = "KPO needs specialists, BPO does not."
    assert entailment.log_odds(statement, parts) > entailment.log_odds(statement, parts[:1])


def test_texts_longer_than_the_model_reads_are_cut(entailment: Entailment) -> None:
    assert -MOST <= entailment.log_odds("word " * 500, [QUOTE * 40]) <= MOST


def test_the_same_question_has_the_same_answer(entailment: Entailment) -> None:
    asked = "Ten people were hired by the end of the year.", [QUOTE]
    assert entailment.log_odds(*asked) == entailment.log_odds(*asked)


@pytest.mark.slow
def test_fitting_learns_and_gives_the_file_that_is_read() -> None:
    losses: list[float] = []
    pairs = load_pairs(PAIRS / "fit" / "kinds.yaml")[:160]
    examples = [Example(pair.statement, joined(pair.quotes), pair.supported) for pair in pairs]
    recipe = Recipe(epochs=3, batch=16, warm_up=4)
    learned = fit_cross_encoder(examples, recipe, lambda _step, _steps, loss: losses.append(loss))
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    assert {name: one.shape for name, one in learned.items()} == {
        name: one.shape for name, one in load_file(FITTED).items()
    }


def test_too_few_pairs_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "pairs.yaml"
    file.write_text("- quotes: [a]\n  same: [b]\n", encoding="utf-8")
    before = FITTED.read_bytes()
    app = typer.Typer()
    app.command()(main)
    done = CliRunner().invoke(app, [str(file)])
    assert done.exit_code == 2
    assert "fewer than a batch of 64" in " ".join(done.output.replace("│", " ").split())
    assert FITTED.read_bytes() == before
