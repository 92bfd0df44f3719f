"""An adapter brings readers' questions near to the sentences that answer them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import typer
from safetensors.torch import save_file
from typer.testing import CliRunner

from assistant.evaluation.adapt import Lessons, Recipe, fit, main
from ingest.embed import Embedder
from ingest.settings import PACKAGED_MODEL

CORPUS = Path("corpus")


@pytest.mark.slow
def test_fitting_ranks_questions_that_it_did_not_see_better(tmp_path: Path) -> None:
    whole = Lessons.of_corpus(CORPUS)
    sentences = whole.sentences[:30]
    seen = tuple(asked[1:9] for asked in whole.asked[:30])
    losses: list[float] = []
    recipe = Recipe(epochs=2, batch=12, unanswered=4, tokens=40, warm_up=4)
    factors = fit(
        Lessons(sentences, seen, whole.unanswered[:60]), recipe, lambda _step, _steps, loss: losses.append(loss)
    )
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    path = tmp_path / "fitted.safetensors"
    save_file(factors, path)
    unseen = [asked[0] for asked in whole.asked[:30]]

    def right(name: str) -> int:
        model = Embedder.load(name)
        near = model.encode(unseen) @ model.encode(sentences).T
        return int((near.argmax(axis=1) == np.arange(len(unseen))).sum())

    assert right(f"{PACKAGED_MODEL}+{path}") > right(PACKAGED_MODEL)


def test_the_corpus_gives_sentences_with_their_questions() -> None:
    lessons = Lessons.of_corpus(CORPUS)
    assert len(lessons.sentences) == len(lessons.asked) > 300
    assert all(lessons.asked)
    assert lessons.unanswered


def test_a_corpus_without_questions_is_refused(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(main)
    done = CliRunner().invoke(app, ["--corpus", str(tmp_path), "--output", str(tmp_path / "x.safetensors")])
    assert done.exit_code == 2
    assert "fewer than 96 questions" in " ".join(done.output.replace("│", " ").split())
    assert not (tmp_path / "x.safetensors").exists()
