"""What happens on a machine: a full disk, a clock that jumps, a file that is far too large."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import ingest.pipeline
from assistant import Assistant
from ingest import index_status, rollback
from ingest.snapshots import current_snapshot
from tests.ingest.conftest import COSTS, SKILLS, Library

QUESTION = "What does payroll cost?"
FORTY = "Payroll outsourcing costs forty dollars an employee."


def first(library: Library, index: Path | None = None) -> str:
    assistant = Assistant.open(index or library.index, embedder=library.embedder)
    try:
        return assistant.retrieve(QUESTION, top_k=1)[0].quote
    finally:
        assistant.index.store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can be mounted by root alone")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_leaves_the_index_in_use_and_room_for_the_next_ingest(library: Library, small_disk: Path) -> None:
    there = Library(library.corpus, small_disk / "index", library.embedder)
    there.build()
    before = current_snapshot(there.index)
    (there.corpus / "skills.md").write_text(SKILLS + "\nAnalysts need statistics.\n")
    filler = small_disk / "filler"
    with filler.open("wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(16_384))
            file.flush()
    filler.write_bytes(filler.read_bytes()[: -40 * 1024])
    with pytest.raises(Exception, match=r"(?i)no space|full|disk"):
        there.build()
    assert current_snapshot(there.index) == before
    assert there.snapshots == {before}, "what was not finished is gone again"
    assert first(there) == FORTY
    filler.unlink()
    assert there.build().embedded == 1


def test_a_clock_that_jumps_back_loses_no_snapshot(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [str(current_snapshot(library.index))]
    for years, price in ((-30, "fifty"), (60, "sixty"), (-1, "seventy")):

        class Jumped(datetime):
            @classmethod
            def now(cls, tz: object = None, years: int = years) -> datetime:  # type: ignore[override]
                return datetime.now(UTC) + timedelta(days=365 * years)

        monkeypatch.setattr(ingest.pipeline, "datetime", Jumped)
        (library.corpus / "costs.md").write_text(COSTS.replace("forty", price))
        made.append(library.build().snapshot)
        assert first(library) == FORTY.replace("forty", price)
        status = index_status(library.index)
        assert (status.snapshot, status.previous) == (made[-1], made[-2])
        assert library.snapshots == set(made[-2:])
    assert rollback(library.index).snapshot == made[-2]
    assert first(library) == FORTY.replace("forty", "sixty")


def test_a_file_whose_times_say_nothing_is_read_again(library: Library) -> None:
    """An editor may keep a file's size and set its time back."""
    path = library.corpus / "costs.md"
    past = path.stat().st_mtime - 1_000_000
    os.utime(path, (past, past))
    library.build()
    path.write_text(COSTS.replace("forty", "fifty"))
    os.utime(path, (past, past))
    assert library.build().embedded == 1
    assert first(library) == FORTY.replace("forty", "fifty")


def test_a_file_of_200_megabytes_is_named_and_not_read(library: Library) -> None:
    with (library.corpus / "huge.md").open("wb") as file:
        file.truncate(200_000_000)
    report = library.build()
    assert [skipped.file for skipped in report.skipped] == ["huge.md"]
    assert "200,000,000 bytes" in report.skipped[0].reason
    assert (report.articles, report.embedded) == (2, 0)
