"""The command line, most of it as the process that a user starts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from assistant.types import Answer
from tests.conftest import CORPUS
from tests.ui.conftest import PATIENCE_SECONDS, PROGRAM, wait_until

QUESTION = "What does KPO stand for?"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        env=os.environ | environment,
        check=False,
    )


def test_help_names_every_command() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in ("ingest", "ask", "serve", "index"):
        assert command in done.stdout


def test_help_loads_nothing_heavy() -> None:
    heavy = ("torch", "gradio", "fastapi", "numpy", "pydantic")
    code = f"import sys, ui.cli; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([PROGRAM[0], "-c", code], capture_output=True, check=True).stdout == b"[]\n"


def test_version_is_shown() -> None:
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("bpo-kpo ")


@pytest.mark.parametrize("arguments", [("nonsense",), ("ask",), ("serve", "--port", "x"), ("ingest", "--what")])
def test_wrong_arguments_exit_with_2(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_one_line_that_names_it() -> None:
    done = run("index", "status", BPO_KPO_PORT="many")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: BPO_KPO_PORT is 'many'")
    assert done.stderr.count("\n") == 1


def test_a_setting_of_another_form_is_told_the_form() -> None:
    done = run("index", "status", BPO_KPO_LLM="mistral")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: BPO_KPO_LLM is 'mistral': expected provider:model, such as ")


@pytest.mark.parametrize("arguments", [("ask", QUESTION), ("index", "status"), ("index", "rollback")])
def test_without_an_index_the_command_that_builds_it_is_said(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*arguments, "--index", str(tmp_path / "none"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Error: " in done.stderr
    assert "bpo-kpo ingest" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_ask_in_json_prints_the_answer_and_nothing_else(server_index: Path) -> None:
    done = run("ask", QUESTION, "--json", "--index", str(server_index))
    assert done.returncode == 0, done.stderr
    answer = Answer.model_validate_json(done.stdout)
    assert answer.question == QUESTION
    assert not answer.abstained
    assert json.loads(done.stdout) == answer.model_dump(mode="json")


@pytest.mark.slow
def test_ask_prints_the_answer_with_marks_and_sources_and_no_colours(server_index: Path) -> None:
    # Without quotes it is a question too.
    done = run("ask", *QUESTION.split(), "--index", str(server_index))
    assert done.returncode == 0, done.stderr
    assert "[1]" in done.stdout
    assert "Sources\n[1] " in done.stdout
    assert "“" in done.stdout
    assert "\x1b" not in done.stdout
    assert not set("╭│─┃") & set(done.stdout)


@pytest.mark.parametrize("question", ["", "   ", "?!…", "why " * 2500])
def test_a_question_that_cannot_be_asked_is_an_error(question: str, server_index: Path) -> None:
    done = run("ask", question, "--index", str(server_index))
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_ingest_reports_then_status_and_rollback_show_the_index(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", str(tmp_path / "index")
    corpus.mkdir()
    (corpus / "one.md").write_text("---\ntitle: One\n---\n\nKPO means knowledge process outsourcing.\n")
    first = run("ingest", "--corpus", str(corpus), "--index", index)
    assert first.returncode == 0, first.stderr
    assert "Articles   1\n" in first.stdout

    (corpus / "two.md").write_text("---\ntitle: Two\n---\n\nBPO means business process outsourcing.\n")
    (corpus / "bad.md").write_bytes(b"\x00\x01\x02\xff" * 100)
    (corpus / "prices.xlsx").write_bytes(b"PK")
    second = run("ingest", "--corpus", str(corpus), "--index", index)
    assert second.returncode == 1, "a skipped file shows in the exit code"
    assert "Articles   2\n" in second.stdout
    assert "Skipped bad.md: " in second.stdout
    assert "PDF or DOCX: prices.xlsx\n" in second.stdout
    assert "Traceback" not in second.stderr

    status = run("index", "status", "--index", index)
    assert status.returncode == 0
    assert "Articles   2\n" in status.stdout
    back = run("index", "rollback", "--index", index)
    assert back.returncode == 0
    assert "Articles   1\n" in back.stdout


def test_ingest_of_an_empty_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    done = run("ingest", "--corpus", str(tmp_path / "corpus"), "--index", str(tmp_path / "index"))
    assert done.returncode == 1
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr


# While the libraries are imported, while the model loads, and while it works.
@pytest.mark.parametrize("delay_seconds", [0.0, 1.5, 5.0])
def test_ctrl_c_ends_an_ingest_without_a_traceback(tmp_path: Path, delay_seconds: float) -> None:
    with subprocess.Popen(
        [*PROGRAM, "ingest", "--corpus", str(CORPUS), "--index", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        # The lock file shows that the work has begun.
        wait_until(lambda: (tmp_path / "ingest.lock").exists(), "the ingest has begun")
        time.sleep(delay_seconds)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    assert err == "\n"
