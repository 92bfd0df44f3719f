"""The report of what readers asked in vain, and the cases proposed from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.evaluation.cases import read_case_file
from tests.ui.feedback.making import answered
from ui.cli import app
from ui.feedback.report import complaints, proposal_text, propose
from ui.feedback.store import FeedbackStore

HOSTILE = "bad\n- id: forged\r  abstain: true\u2028x"


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    """A database in which readers asked in vain, disliked and liked."""
    store = FeedbackStore(f"sqlite:///{tmp_path / 'feedback.db'}")

    def judge(question: str, *articles: str, helpful: bool, comment: str | None = None, query: str = "") -> None:
        answer = answered(question, *articles, query=query or None)
        store.add(answer, question=question, helpful=helpful, comment=comment, snapshot="s1", version="1")

    for question in ("What is GDPR?", "what is gdpr", "Who is the largest provider?"):
        store.count_unanswered(answered(question), snapshot="s1", version="1")
    store.count_unanswered(answered("What is GDPR?"), snapshot="s2", version="1")
    judge("Is KPO dearer?", "educba", "ninearchs", helpful=False, comment=HOSTILE)
    judge("is KPO dearer", "educba", helpful=False)
    judge("Is KPO dearer?", "educba", helpful=True)
    judge("What is BPO?", "educba", helpful=True)
    # A dislike of an abstention is the abstention that was counted already.
    judge("What is GDPR?", helpful=False, comment="I need this")
    judge("And KPO?", "educba", helpful=False, query="What are the risks of KPO?")
    return store


def test_questions_are_listed_by_how_often_they_were_not_served(store: FeedbackStore) -> None:
    found = complaints(store)
    assert [(one.question, one.unanswered, one.disliked, one.liked) for one in found] == [
        ("What is GDPR?", 3, 0, 0),
        ("Is KPO dearer?", 0, 2, 1),
        ("What are the risks of KPO?", 0, 1, 0),
        ("Who is the largest provider?", 1, 0, 0),
    ]
    assert found[0].comments == ["I need this"]
    assert found[1].cited == ["educba", "ninearchs"]


def test_proposed_cases_are_read_by_evaluate_whatever_readers_wrote(store: FeedbackStore, tmp_path: Path) -> None:
    file = tmp_path / "proposed.yaml"
    file.write_text(proposal_text(propose(complaints(store))), encoding="utf-8")
    cases = {one.case.question: one.case for one in read_case_file(file)}
    assert list(cases) == [one.question for one in complaints(store)]
    assert cases["What is GDPR?"].abstain
    assert cases["Is KPO dearer?"].sources == ("educba", "ninearchs")
    assert cases["Is KPO dearer?"].tags == ("feedback", "disliked")
    assert "# unanswered 3x.\n# A reader: I need this\n" in file.read_text(encoding="utf-8")


def test_the_command_lists_them_and_writes_cases(store: FeedbackStore, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'feedback.db'}"
    file = tmp_path / "new" / "proposed.yaml"
    done = CliRunner().invoke(app, ["feedback", "report", "--database", database, "--cases", str(file), "--most", "2"])
    assert done.exit_code == 0, done.output
    assert done.stdout.index("What is GDPR?") < done.stdout.index("Is KPO dearer?")
    assert "largest provider" not in done.stdout
    assert len(read_case_file(file)) == 2
    listed = CliRunner().invoke(app, ["feedback", "report", "--database", database, "--json"])
    assert json.loads(listed.stdout)[0] == {
        "question": "What is GDPR?",
        "times": 3,
        "unanswered": 3,
        "disliked": 0,
        "liked": 0,
        "comments": ["I need this"],
    }


def test_the_command_says_when_there_is_nothing_and_when_feedback_is_off(tmp_path: Path) -> None:
    empty = CliRunner().invoke(app, ["feedback", "report", "--database", f"sqlite:///{tmp_path / 'none.db'}"])
    assert (empty.exit_code, empty.stdout.strip()) == (
        0,
        "No question went unanswered and no answer was disliked.",
    )
    off = CliRunner().invoke(app, ["feedback", "report"], env={"BPO_KPO_FEEDBACK": "off"})
    assert off.exit_code == 1
    assert "switched off" in off.stderr
