"""Keep finished indexes side by side and switch between them in one step.

    INDEX/CURRENT             a JSON pointer: the snapshot in use and the one before it
    INDEX/snapshots/ID/       one finished index and its manifest.json
    INDEX/ingest.lock         held while an ingest runs

A snapshot is built in its own folder; it becomes current when CURRENT is replaced by one rename. A killed
ingest leaves a folder that no pointer names, which the next ingest removes.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.errors import IndexBusy, IndexDamaged, IndexMissing

FORMAT = 3
MANIFEST = "manifest.json"
STORE = "chroma"
_POINTER = "CURRENT"
_SNAPSHOTS = "snapshots"


class ModelStamp(BaseModel):
    """The embedding model an index was built with: its name, its weights' sha256 and its dimension."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str
    dimension: int


class Manifest(BaseModel):
    """What a snapshot holds and what it was made of.

    `content` is a digest of all that decides the index: article and domain bytes, settings, model, chunker.
    `files` maps the snapshot's files that never change after it is built to their sha256.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    snapshot: str
    built_at: str
    content: str
    model: ModelStamp
    chunker: int
    articles: dict[str, str]
    chunks: int
    sentences: int
    skipped: dict[str, str]
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The state of an index as `bpo-kpo index status` shows it. `built_at` is ISO 8601 in UTC."""

    snapshot: str
    built_at: str
    articles: int
    chunks: int
    sentences: int
    model: str
    previous: str | None


class _Pointer(BaseModel):
    current: str
    previous: str | None = None


def snapshot_folder(index: Path, snapshot: str) -> Path:
    """Return the folder of a snapshot, whether it exists or not."""
    return index / _SNAPSHOTS / snapshot


def current_snapshot(index: Path) -> str | None:
    """Return the id of the snapshot in use; None where there is no index yet."""
    pointer = _read_pointer(index)
    return pointer.current if pointer else None


def read_current(index: Path) -> tuple[Path, Manifest]:
    """Return the folder and manifest of the snapshot in use.

    Raises:
        IndexMissing: nothing was ingested here yet.
        IndexDamaged: the pointer or the manifest cannot be read.
    """
    pointer = _read_pointer(index)
    if pointer is None:
        raise IndexMissing(f"There is no index in {index} yet. Build it: bpo-kpo ingest --index {index}")
    folder = snapshot_folder(index, pointer.current)
    return folder, read_manifest(folder)


def read_manifest(folder: Path) -> Manifest:
    """Read a snapshot's manifest.

    Raises:
        IndexDamaged: it is missing, not valid, or of another format.
    """
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise IndexDamaged(f"The index lacks {path}. {mending(folder)}") from error
    except ValidationError as error:
        raise IndexDamaged(f"The index's manifest {path} is not valid. {mending(folder)}") from error
    if manifest.format != FORMAT:
        raise IndexDamaged(
            f"The index {folder} has format {manifest.format}, this version reads {FORMAT}. {mending(folder)}"
        )
    return manifest


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare a snapshot's files with the checksums in its manifest.

    Raises:
        IndexDamaged: a file is missing or has changed; the message names it.
    """
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise IndexDamaged(f"The index lacks its file {path}. {mending(folder)}")
        if file_sha256(path) != expected:
            raise IndexDamaged(f"The index's file {path} is damaged: its checksum differs. {mending(folder)}")


def check_snapshot(folder: Path, manifest: Manifest) -> None:
    """Read a whole snapshot: its files, by their checksums, and every chunk of its store.

    Raises:
        IndexDamaged: something is missing, has changed or cannot be read.
    """
    from ingest.store import ChunkStore  # which names `mending` in its own errors

    check_files(folder, manifest)
    store = ChunkStore.open(folder / STORE)
    try:
        found = sum(1 for _chunk in store.all())
    finally:
        store.close()
    if found != manifest.chunks:
        raise IndexDamaged(
            f"The index {folder} holds {found} chunks, its manifest names {manifest.chunks}. {mending(folder)}"
        )


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def index_status(index: Path) -> IndexStatus:
    """Describe the index in use.

    Raises:
        IndexMissing: nothing was ingested here yet.
        IndexDamaged: the pointer or the manifest cannot be read.
    """
    _folder, manifest = read_current(index)
    pointer = _read_pointer(index)
    return IndexStatus(
        snapshot=manifest.snapshot,
        built_at=manifest.built_at,
        articles=len(manifest.articles),
        chunks=manifest.chunks,
        sentences=manifest.sentences,
        model=manifest.model.name,
        previous=pointer.previous if pointer else None,
    )


def rollback(index: Path) -> IndexStatus:
    """Make the previous snapshot current; the current one becomes the previous.

    Raises:
        IndexMissing: there is no index, or no previous snapshot.
        IndexDamaged: the previous snapshot cannot be read; nothing is changed.
        IndexBusy: an ingest is running.
    """
    if current_snapshot(index) is None:
        raise IndexMissing(f"There is no index in {index} yet. Build it: bpo-kpo ingest --index {index}")
    with locked(index):
        pointer = _read_pointer(index)
        if pointer is None or pointer.previous is None:
            raise IndexMissing(f"The index {index} has no previous snapshot to go back to.")
        folder = snapshot_folder(index, pointer.previous)
        check_snapshot(folder, read_manifest(folder))
        _write_pointer(index, _Pointer(current=pointer.previous, previous=pointer.current))
    return index_status(index)


def make_current(index: Path, snapshot: str, *, keep_current: bool) -> None:
    """Point the index at a finished snapshot.

    Args:
        index: the folder of the index.
        snapshot: the finished snapshot's id.
        keep_current: make the one in use until now the previous; else, as it is damaged, keep the previous.
    """
    try:
        pointer = _read_pointer(index)
    except IndexDamaged:
        pointer = None
    previous = None if pointer is None else pointer.current if keep_current else pointer.previous
    if previous is not None and not snapshot_folder(index, previous).is_dir():
        previous = None
    _write_pointer(index, _Pointer(current=snapshot, previous=previous))


def remove_stale(index: Path) -> None:
    """Delete snapshots that are neither current nor previous, leftovers of killed ingests among them.

    Without a pointer that can be read, nothing tells which they are, and all stay.
    """
    try:
        pointer = _read_pointer(index)
    except IndexDamaged:
        pointer = None
    if pointer is None:
        return
    for path in (index / _SNAPSHOTS).iterdir():
        if path.name not in {pointer.current, pointer.previous}:
            shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def locked(index: Path) -> Iterator[None]:
    """Hold the index's lock; it is let go when the process ends, however it ends.

    Raises:
        IndexBusy: another process holds it.
    """
    index.mkdir(parents=True, exist_ok=True)
    with (index / "ingest.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IndexBusy(
                f"Another ingest is running on {index}. Wait until it has finished, then run the command again."
            ) from error
        yield


def _read_pointer(index: Path) -> _Pointer | None:
    path = index / _POINTER
    try:
        return _Pointer.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise IndexDamaged(
            f"The index's pointer {path} cannot be read. Build the index anew: bpo-kpo ingest --index {index}"
        ) from error


def _write_pointer(index: Path, pointer: _Pointer) -> None:
    path = index / _POINTER
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(pointer.model_dump(), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def mending(folder: Path) -> str:
    """Return which commands mend an index whose snapshot in this folder is damaged."""
    index = folder.parent.parent
    try:
        pointer = _read_pointer(index)
    except IndexDamaged:
        pointer = None
    anew = f"Build it anew: bpo-kpo ingest --index {index}"
    if pointer is None or pointer.previous is None or pointer.current != folder.name:
        return anew
    return f"{anew}, or go back one: bpo-kpo index rollback --index {index}"
