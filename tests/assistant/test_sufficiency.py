"""What was found is read with the question, to tell whether it answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from assistant import Assistant
from assistant.cross_encoder import load_cross_encoder
from assistant.evaluation.sufficiency import MISCHIEF, PassageFileError, examples_of, load_mischief, load_passages, main
from assistant.sufficiency import FITTED
from ingest.embed import Embedder

PASSAGES = Path(__file__).parent / "passages"
ROOT = Path(__file__).parents[2]
UNSEEN = Path(__file__).parent / "mischief.yaml"


@pytest.mark.parametrize(
    ("file", "every", "least"), [("held-out.yaml", 3, 0.93), ("held-out-roundabout.yaml", 1, 0.83)]
)
def test_questions_that_a_passage_answers_are_told_from_near_ones_that_nobody_has_seen(
    file: str, every: int, least: float
) -> None:
    model = load_cross_encoder(FITTED)
    seen = {question for fit in PASSAGES.glob("fit*.yaml") for one in load_passages(fit) for question in one.answered}
    unseen = [one for one in load_passages(PASSAGES / file) if not seen & set(one.answered)]
    assert len(unseen) >= 40
    odds = [
        np.array([model.log_odds(question, one.passage) for one in unseen[::every] for question in questions(one)])
        for questions in (lambda one: one.answered, lambda one: one.unanswered)
    ]
    assert (odds[0][:, None] > odds[1]).mean() >= least


def test_what_wants_no_answer_is_refused_also_where_nobody_has_seen_it(assistant: Assistant) -> None:
    unseen = load_mischief(UNSEEN)
    assert not set(unseen) & set(load_mischief(ROOT / MISCHIEF))
    refused = [assistant.ask(text).abstained for text in unseen]
    assert sum(refused) / len(unseen) >= 0.9


def test_what_is_found_is_read_where_the_calibration_is_unsure(assistant: Assistant) -> None:
    features = assistant.features("What is KPO?")
    calibration = assistant.calibrations.of(features)
    reading = calibration.reading
    assert not reading.is_needed(calibration.confidence(features))
    assert reading.is_needed(0.5)
    assert reading.revise(0.5, 3.0) > reading.revise(0.5, -3.0)


def test_the_best_sentence_is_likelier_to_answer_what_it_says(assistant: Assistant) -> None:
    said, unsaid = "What do onshore BPO clients share with their provider?", "What does onshore BPO cost in Canada?"
    assert assistant.sufficiency("Where is the provider in onshore BPO?") > assistant.sufficiency(unsaid)
    assert -8 <= assistant.sufficiency(said) <= 8


@pytest.mark.parametrize(
    "question",
    [
        "How many supervisors does a BPO partner need for ten agents?",
        "What does a KPO charge when a report is late?",
        "Which software do BPO providers use for payroll?",
    ],
)
def test_what_is_near_but_not_said_is_refused(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).abstained


def test_strange_passages_are_among_the_examples() -> None:
    passages = load_passages(PASSAGES / "held-out.yaml")
    asked = sum(len(one.answered) + len(one.unanswered) for one in passages)
    examples = examples_of(passages, ["you useless bot"], Embedder.load())
    assert len(examples) > asked
    assert [one.holds for one in examples if one.first == "you useless bot"] == [False] * 3
    assert 0 < sum(one.holds for one in examples) < len(examples) / 2


def test_a_wrong_file_is_named_with_what_is_expected(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("- passage: a\n  answers: [b]\n", encoding="utf-8")
    with pytest.raises(PassageFileError, match=r"own\.yaml[\s\S]*unanswered: \[\.\.\.\]"):
        load_passages(file)


def test_too_few_questions_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("- passage: a\n  answered: [b]\n  unanswered: [c]\n", encoding="utf-8")
    before = FITTED.read_bytes()
    app = typer.Typer()
    app.command()(main)
    done = CliRunner().invoke(app, [str(file)])
    assert done.exit_code == 2
    assert "fewer than a batch" in " ".join(done.output.replace("│", " ").split())
    assert FITTED.read_bytes() == before
