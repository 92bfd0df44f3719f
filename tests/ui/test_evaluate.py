"""`bpo-kpo evaluate` and `bpo-kpo cases`, run as commands on the real index."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ui.evaluate import cases_app, evaluate

pytestmark = pytest.mark.slow

CASES = """\
- id: nearshore-meaning
  question: 'What does nearshore mean?'
  facts: [['neighbo', 'border']]
  sources: [booth-and-partners]
  reference: 'In a neighboring country.'
  tags: [definition]
- id: weather
  question: 'Will it rain tomorrow?'
  abstain: true
  tags: [off-topic]
"""
FAILING = """\
- id: never-said
  question: 'What does nearshore mean?'
  facts: [['a fact that no article holds']]
"""


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command("evaluate")(evaluate)
    app.add_typer(cases_app, name="cases")
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    folder = tmp_path / "faq"
    folder.mkdir()
    (folder / "cases.yaml").write_text(CASES, encoding="utf-8")
    return folder


def test_a_good_run_writes_everything_and_exits_0(cases: Path, index_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(
        "evaluate",
        cases,
        "--index",
        index_dir,
        "--report",
        out / "r.html",
        "--json",
        out / "r.json",
        "--junit",
        out / "r.xml",
        "--markdown",
        out / "r.md",
        "--save-baseline",
        out / "b.json",
        "--ragas",
        out / "r.jsonl",
        "--beir",
        out / "beir",
    )
    assert result.exit_code == 0, result.output
    assert "2 of 2 cases pass" in result.output
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert written == {
        "r.html",
        "r.json",
        "r.xml",
        "r.md",
        "b.json",
        "r.jsonl",
        "beir/corpus.jsonl",
        "beir/queries.jsonl",
        "beir/qrels/test.tsv",
        "beir/run.trec",
    }
    assert "no follow-up resolution" in (out / "r.html").read_text(encoding="utf-8")
    again = run("evaluate", cases, "--index", index_dir, "--baseline", out / "b.json")
    assert again.exit_code == 0, again.output
    assert "no change" in again.output


def test_a_case_that_broke_exits_1_and_is_named(cases: Path, index_dir: Path, tmp_path: Path) -> None:
    assert run("evaluate", cases, "--index", index_dir, "--save-baseline", tmp_path / "b.json").exit_code == 0
    file = cases / "cases.yaml"
    file.write_text(CASES.replace("['neighbo', 'border']", "['a fact that no article holds']"), encoding="utf-8")
    result = run("evaluate", cases, "--index", index_dir, "--baseline", tmp_path / "b.json")
    assert result.exit_code == 1
    assert "Broken (1)" in result.output
    assert "nearshore-meaning" in result.output


def test_a_failing_case_exits_1_unless_floors_or_a_baseline_judge(cases: Path, index_dir: Path, tmp_path: Path) -> None:
    (cases / "more.yaml").write_text(FAILING, encoding="utf-8")
    plain = run("evaluate", cases, "--index", index_dir, "--save-baseline", tmp_path / "b.json")
    assert plain.exit_code == 1
    assert "never-said" in plain.output
    assert run("evaluate", cases, "--index", index_dir, "--baseline", tmp_path / "b.json").exit_code == 0
    (cases / "floors.yaml").write_text("all:\n  passed: {min: 0.6}\n", encoding="utf-8")
    assert run("evaluate", cases, "--index", index_dir).exit_code == 0
    (cases / "floors.yaml").write_text("all:\n  passed: {min: 0.7}\n", encoding="utf-8")
    low = run("evaluate", cases, "--index", index_dir)
    assert low.exit_code == 1
    assert "passed of all is 0.6667, below its floor of 0.7" in low.output


def test_two_configurations_are_set_side_by_side(cases: Path, index_dir: Path, tmp_path: Path) -> None:
    for name, threshold in (("usual", "null"), ("strict", "1.0")):
        text = f"index: {index_dir}\nanswer: {{threshold: {threshold}}}\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    result = run(
        "evaluate", cases, "--compare", tmp_path / "usual.yaml", tmp_path / "strict.yaml", "--json", tmp_path / "r.json"
    )
    assert result.exit_code == 1, result.output
    assert "Broken (1)" in result.output
    assert json.loads((tmp_path / "r.json").read_text())["setup"]["name"] == "strict"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["gone"], "no file or folder gone"),
        (["FAQ", "--index", "gone"], "There is no index in gone"),
        (["FAQ", "-k", "nothing"], "No case has 'nothing'"),
        (["FAQ", "--index", "a", "--corpus", "b"], "Give one of"),
        (["FAQ", "--baseline", "gone.json"], "gone.json cannot be read"),
        (["FAQ", "--floors", "gone.yaml"], "gone.yaml cannot be read"),
        (["FAQ", "--config", "gone.yaml"], "gone.yaml cannot be read"),
        (["FAQ", "--index", "gone", "--report", "."], ". cannot be written"),
        (["--no-such-option"], "No such option"),
    ],
)
def test_what_cannot_be_carried_out_exits_2_and_says_why(cases: Path, arguments: list[str], says: str) -> None:
    result = run("evaluate", *[str(cases) if one == "FAQ" else one for one in arguments])
    assert result.exit_code == 2
    assert says in result.output


def test_a_damaged_index_exits_2(cases: Path, index_dir: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(index_dir, tmp_path / "index")
    articles = next((tmp_path / "index").rglob("articles.jsonl"))
    articles.write_text(articles.read_text(encoding="utf-8").replace("BPO", "BPO ", 1), encoding="utf-8")
    result = run("evaluate", cases, "--index", tmp_path / "index")
    assert result.exit_code == 2
    assert "damaged" in result.output


def test_case_files_are_checked_proposed_and_converted(cases: Path, tmp_path: Path) -> None:
    assert run("cases", "check", cases).output == "2 cases in 1 file are in order.\n"
    (cases / "wrong.yaml").write_text("- id: a\n", encoding="utf-8")
    wrong = run("cases", "check", cases)
    assert wrong.exit_code == 2
    assert "wrong.yaml, line 1" in wrong.output
    assert json.loads(run("cases", "schema").output)["type"] == "array"
    proposed = run("cases", "from-corpus", "--corpus", "corpus", "-o", tmp_path / "proposed.yaml")
    assert proposed.exit_code == 0, proposed.output
    assert run("cases", "check", tmp_path / "proposed.yaml").exit_code == 0
    (tmp_path / "s.jsonl").write_text('{"user_input": "What is BPO?", "reference": "Outsourcing."}\n')
    assert "question: What is BPO?" in run("cases", "from-ragas", tmp_path / "s.jsonl").output
