from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 20
OLD = "Payroll outsourcing costs forty dollars an employee."
NEW = OLD.replace("forty", "fifty")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="forks a process that has loaded a model, which macOS forbids")
def test_an_ingest_killed_at_any_point_leaves_an_index_that_answers_and_the_next_one_succeeds(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.ingest.kill_ingest", str(tmp_path), "2", str(KILLS)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *random_points, before_switch, after_switch, first = map(json.loads, done.stdout.splitlines())
    assert len(random_points) == KILLS
    for kill in (*random_points, before_switch, after_switch, first):
        assert (kill["status"], kill["looked"]) == (-9, 0), f"{kill}\n{done.stderr}"
        assert (kill["next_answer"], kill["next_articles"]) == (NEW, 3), kill
        assert kill["strays"] == 0, kill
    for kill in random_points:
        assert kill["answer"] == (OLD if kill["old"] else NEW), kill
    assert sum(kill["old"] for kill in random_points) >= KILLS - 2, "nearly all of an ingest is before the switch"
    assert (before_switch["old"], before_switch["answer"]) == (True, OLD)
    assert (after_switch["old"], after_switch["answer"]) == (False, NEW)
    assert first["answer"] is None
