"""The pytest plugin, run by pytest in a project of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from assistant.evaluation.compare import as_baseline, save_run
from tests.assistant.evaluation.making import outcome, run_of

pytestmark = pytest.mark.slow

CASES = """\
- id: nearshore-meaning
  question: 'What does nearshore mean?'
  facts: [['neighbo', 'border']]
  sources: [booth-and-partners]
  tags: [definition]
- id: never-said
  question: 'What does nearshore mean?'
  facts: [['a fact that no article holds']]
- id: known-to-fail
  question: 'What does onshore mean?'
  facts: [['another fact that no article holds']]
"""


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", *arguments]
    environment = {"PATH": "", "PYTHONPATH": str(root), "HF_HUB_OFFLINE": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=500, check=False
    )


@pytest.fixture
def project(tmp_path: Path, index_dir: Path) -> Path:
    (tmp_path / "faq").mkdir()
    (tmp_path / "faq" / "cases.yaml").write_text(CASES, encoding="utf-8")
    (tmp_path / "faq" / "floors.yaml").write_text("all: {}\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nfaq_cases = faq\nfaq_index = {index_dir}\n", encoding="utf-8")
    return tmp_path


def test_every_case_is_an_item_and_a_failure_shows_answer_and_passages(project: Path) -> None:
    saved = run_of([outcome("nearshore-meaning"), outcome("known-to-fail", wrong="x")])
    save_run(as_baseline(saved), project / "faq" / "baseline.json")
    result = run_pytest(project)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "PASSED faq/cases.yaml::nearshore-meaning" in result.stdout
    assert "FAILED faq/cases.yaml::never-said" in result.stdout
    assert "XFAIL faq/cases.yaml::known-to-fail - failed when the baseline was saved" in result.stdout
    assert "fact 1: a fact that no article holds" in result.stdout
    assert "answer (confidence" in result.stdout
    assert "1. booth-and-partners > " in result.stdout
    assert "1 failed, 1 passed, 1 xfailed" in result.stdout


def test_cases_are_picked_by_name_and_kind(project: Path) -> None:
    by_name = run_pytest(project, "-k", "nearshore", "--collect-only")
    by_kind = run_pytest(project, "-k", "definition", "--collect-only")
    assert "1/3 tests collected" in by_name.stdout
    assert "1/3 tests collected" in by_kind.stdout


def test_a_wrong_file_fails_to_collect_with_its_line(project: Path) -> None:
    (project / "faq" / "wrong.yaml").write_text("- id: a\n  qestion: 'x'\n", encoding="utf-8")
    result = run_pytest(project, "--collect-only")
    assert result.returncode == 2
    assert "wrong.yaml, line 2: there is no field 'qestion'; did you mean 'question'?" in result.stdout


def test_yaml_elsewhere_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text(CASES, encoding="utf-8")
    assert run_pytest(tmp_path, "--collect-only").returncode == 5
