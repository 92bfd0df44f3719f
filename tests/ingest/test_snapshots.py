from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest import index_status, rollback
from ingest.errors import IndexBusy, IndexDamaged, IndexMissing, SettingsError
from ingest.snapshots import current_snapshot, locked, read_current, remove_stale
from tests.ingest.conftest import SKILLS, Library


def test_the_state_of_an_index_is_told(library: Library) -> None:
    status = index_status(library.index)
    assert status.snapshot == current_snapshot(library.index)
    assert (status.articles, status.chunks, status.model) == (2, 3, "all-MiniLM-L6-v2+outsourcing")
    assert status.sentences == 4
    assert status.previous is None


def test_the_manifest_names_every_file_but_the_stores(library: Library) -> None:
    folder, manifest = read_current(library.index)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(manifest.files) == {name for name in files if not name.startswith("chroma/")} - {"manifest.json"}
    assert set(manifest.articles) == {"costs", "skills"}


def test_rollback_goes_one_back_and_again_forth(library: Library) -> None:
    first = current_snapshot(library.index)
    (library.corpus / "skills.md").write_text(SKILLS + "\nAnalysts need statistics.\n")
    second = library.build().snapshot
    back = rollback(library.index)
    assert (back.snapshot, back.previous) == (first, second)
    forth = rollback(library.index)
    assert (forth.snapshot, forth.previous) == (second, first)


def test_rollback_without_a_previous_snapshot_changes_nothing(library: Library) -> None:
    before = current_snapshot(library.index)
    with pytest.raises(IndexMissing, match="no previous snapshot"):
        rollback(library.index)
    assert current_snapshot(library.index) == before


@pytest.mark.parametrize("damaged", ["manifest.json", "articles.jsonl", "chroma/chroma.sqlite3"])
def test_rollback_to_a_damaged_snapshot_is_refused_and_changes_nothing(damaged: str, library: Library) -> None:
    first = current_snapshot(library.index)
    (library.corpus / "skills.md").write_text(SKILLS + "\nAnalysts need statistics.\n")
    second = library.build().snapshot
    (library.index / "snapshots" / str(first) / damaged).write_bytes(b"garbage")
    with pytest.raises(IndexDamaged) as caught:
        rollback(library.index)
    assert f"bpo-kpo ingest --index {library.index}" in str(caught.value)
    assert "index rollback" not in str(caught.value), "the command that has just failed mends nothing"
    assert current_snapshot(library.index) == second


def test_rollback_of_a_damaged_snapshot_mends_the_index(library: Library) -> None:
    first = current_snapshot(library.index)
    (library.corpus / "skills.md").write_text(SKILLS + "\nAnalysts need statistics.\n")
    second = library.build().snapshot
    (library.index / "snapshots" / second / "manifest.json").write_bytes(b"garbage")
    with pytest.raises(IndexDamaged, match=f"bpo-kpo index rollback --index {library.index}"):
        index_status(library.index)
    assert rollback(library.index).snapshot == first


def test_without_a_previous_snapshot_rollback_is_not_advised(library: Library) -> None:
    (library.index / "snapshots" / str(current_snapshot(library.index)) / "manifest.json").unlink()
    with pytest.raises(IndexDamaged) as caught:
        index_status(library.index)
    assert "index rollback" not in str(caught.value)


@pytest.mark.parametrize("act", [index_status, rollback, read_current])
def test_where_there_is_no_index_the_command_that_builds_it_is_named(act: object, tmp_path: Path) -> None:
    assert callable(act)
    with pytest.raises(IndexMissing, match=f"bpo-kpo ingest --index {tmp_path / 'none'}"):
        act(tmp_path / "none")
    assert not (tmp_path / "none").exists(), "asking leaves nothing behind"


def test_an_index_of_another_format_is_refused(library: Library) -> None:
    path = read_current(library.index)[0] / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 0}))
    with pytest.raises(IndexDamaged, match=f"has format 0.*bpo-kpo ingest --index {library.index}"):
        read_current(library.index)


def test_only_the_current_and_the_previous_snapshot_are_kept(library: Library) -> None:
    leftover = library.index / "snapshots" / "20000101T000000-killed"
    leftover.mkdir()
    (leftover / "articles.json").write_text("[")
    remove_stale(library.index)
    assert library.snapshots == {current_snapshot(library.index)}


def test_nothing_is_removed_while_the_pointer_is_lost(library: Library) -> None:
    before = library.snapshots
    (library.index / "CURRENT").unlink()
    remove_stale(library.index)
    assert library.snapshots == before


def test_an_index_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError, match="index cannot be made: File exists"), locked(tmp_path / "index"):
        pass
    assert (tmp_path / "index").read_text(encoding="utf-8") == "mine"


def test_a_second_ingest_at_the_same_time_is_refused(library: Library) -> None:
    with locked(library.index), pytest.raises(IndexBusy, match="Wait until it has finished"):
        library.build()
    library.build()


def test_the_lock_of_a_process_that_has_died_is_free(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from ingest.snapshots import locked;"
        "locked(Path(sys.argv[1])).__enter__(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, timeout=120)
    assert done.returncode == -9
    with locked(tmp_path):
        pass


def test_an_index_can_be_moved(library: Library, tmp_path: Path) -> None:
    moved = shutil.move(library.index, tmp_path / "moved")
    assert index_status(moved).chunks == 3
    assert Library(library.corpus, moved, library.embedder).build().embedded == 0
