"""Keep finished indexes side by side and switch between them in one step.

    INDEX/CURRENT             a JSON pointer: the snapshot in use and the one before it
    INDEX/snapshots/ID/       what one ingest wrote: a manifest.json, and a segment of the chunks that were new
    INDEX/ingest.lock         held while an ingest runs

A snapshot is a list of segments, its own and those of snapshots before it that it goes on using; see
`ingest.segments`. It is built in its own folder and becomes current when CURRENT is replaced by one rename. A
killed ingest leaves a folder that no pointer names, which the next ingest removes. With a Chroma server, the
pointer and the files are there too, and INDEX is a local copy; see `ingest.remote`.
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
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from ingest.errors import IndexBusy, IndexDamaged, IndexMissing, SettingsError
from ingest.settings import EMBEDDED, StoreSettings
from ingest.store import STORE, VectorStore

FORMAT = 5
MANIFEST = "manifest.json"
_POINTER = "CURRENT"
_SNAPSHOTS = "snapshots"


class ModelStamp(BaseModel):
    """The embedding model an index was built with: its name, its weights' sha256 and its dimension."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str
    dimension: int


class SegmentStamp(BaseModel):
    """A segment of a snapshot: the snapshot that wrote it, and how many of its chunks are still in use."""

    model_config = ConfigDict(frozen=True)

    snapshot: str
    chunks: int
    sentences: int


class Manifest(BaseModel):
    """What a snapshot holds and what it was made of.

    `content` is a digest of all that decides the index: article and domain bytes, settings, model, chunker;
    `recipe` of what decides an article's chunks beside its text. `stored` is how many chunks the snapshot's own
    segment holds; None where it wrote none. `files` maps the files of the snapshot's own folder that never
    change after it is built to their sha256.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    snapshot: str
    built_at: str
    content: str
    recipe: str
    model: ModelStamp
    precision: str
    chunker: int
    articles: dict[str, str]
    chunks: int
    sentences: int
    skipped: dict[str, str]
    segments: tuple[SegmentStamp, ...]
    files: dict[str, str]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        for name in ("chunks", "sentences"):
            if getattr(self, name) != (total := sum(getattr(segment, name) for segment in self.segments)):
                raise ValueError(f"it names {getattr(self, name)} {name}, its segments {total}")
        return self


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


class Pointer(BaseModel):
    """Which snapshot is in use, and which one was before it. `number` grows with every switch."""

    model_config = ConfigDict(frozen=True)

    current: str
    previous: str | None = None
    number: int = 0


class Home:
    """Where an index lives: here in its folder, with each segment's vectors in a Chroma of their own."""

    def __init__(self, index: Path) -> None:
        self.index = index

    def folder(self, snapshot: str) -> Path:
        """Return the folder of a snapshot, whether it exists or not."""
        return self.index / _SNAPSHOTS / snapshot

    def pointer(self) -> Pointer | None:
        """Return which snapshot is in use; None where nothing was ingested yet.

        Raises:
            IndexDamaged: the pointer cannot be read.
            StoreUnavailable: a server does not answer; so for every method below.
        """
        path = self.index / _POINTER
        try:
            return Pointer.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise IndexDamaged(
                f"The index's pointer {path} cannot be read. Build the index anew: bpo-kpo ingest --index {self.index}"
            ) from error

    def publish(self, pointer: Pointer) -> None:
        """Make another snapshot current, in one step.

        Raises:
            IndexBusy: another ingest was first; `pointer.number` is taken.
        """
        path = self.index / _POINTER
        fresh = path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(pointer.model_dump(), file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)

    def fetch(self, snapshot: str) -> Path:
        """Return the folder of a snapshot, with its files in it.

        Raises:
            IndexDamaged: it is not there.
        """
        return self.folder(snapshot)

    def share(self, snapshot: str) -> None:
        """Give a finished snapshot's files to the other readers."""

    def discard(self, snapshot: str) -> None:
        """Delete a snapshot that was not published."""
        shutil.rmtree(self.folder(snapshot), ignore_errors=True)

    def create_vectors(self, snapshot: str) -> VectorStore:
        """Make the empty vector store of a snapshot's segment."""
        return VectorStore.create(self.folder(snapshot) / STORE)

    def open_vectors(self, snapshot: str) -> VectorStore:
        """Open the vector store of a snapshot's segment.

        Raises:
            IndexDamaged: it is not there, or cannot be read.
        """
        return VectorStore.open(self.folder(snapshot) / STORE)

    def remove_stale(self) -> None:
        """Delete what neither the current nor the previous snapshot uses, leftovers of killed ingests among it.

        Without a pointer that can be read, nothing tells which they are, and all stay.
        """
        kept = self.kept()
        if kept is None:
            return
        for path in (self.index / _SNAPSHOTS).iterdir():
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)

    def kept(self) -> set[str] | None:
        """Return the snapshots whose folders are in use; None where that cannot be told."""
        try:
            pointer = self.pointer()
        except IndexDamaged:
            return None
        if pointer is None:
            return None
        kept = {pointer.current} | ({pointer.previous} if pointer.previous else set())
        for snapshot in tuple(kept):
            with contextlib.suppress(IndexDamaged):
                kept |= {segment.snapshot for segment in read_manifest(self.fetch(snapshot)).segments}
        return kept


def open_home(index: Path, store: StoreSettings = EMBEDDED) -> Home:
    """Return where an index lives.

    Raises:
        StoreUnavailable: the server does not answer.
    """
    if store.embedded:
        return Home(index)
    from ingest.remote import RemoteHome

    return RemoteHome(index, store)


def current_snapshot(index: Path, store: StoreSettings = EMBEDDED) -> str | None:
    """Return the id of the snapshot in use; None where there is no index yet."""
    pointer = open_home(index, store).pointer()
    return pointer.current if pointer else None


def read_current(index: Path, home: Home | None = None) -> tuple[Path, Manifest]:
    """Return the folder and manifest of the snapshot in use; `home` where it is not in the index folder.

    Raises:
        IndexMissing: nothing was ingested here yet.
        IndexDamaged: the pointer or the manifest cannot be read.
        StoreUnavailable: the server does not answer.
    """
    home = home or Home(index)
    folder = home.fetch(_existing(home).current)
    return folder, read_manifest(folder)


def _existing(home: Home) -> Pointer:
    pointer = home.pointer()
    if pointer is None:
        raise IndexMissing(f"There is no index in {home.index} yet. Build it: bpo-kpo ingest --index {home.index}")
    return pointer


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


def check_snapshot(home: Home, snapshot: str) -> Manifest:
    """Read a whole snapshot: the files of all its segments, by their checksums, and the ids of their vectors.

    Raises:
        IndexDamaged: something is missing, has changed or cannot be read.
    """
    from ingest.segments import Segment  # which reads manifests

    folder = home.fetch(snapshot)
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    for stamp in manifest.segments:
        own = home.fetch(stamp.snapshot)
        check_files(own, read_manifest(own))
        ids = Segment.open(own).chunk_ids
        vectors = home.open_vectors(stamp.snapshot)
        try:
            found = sorted(vectors.ids())
        finally:
            vectors.close()
        if found != [chunk_id.decode() for chunk_id in ids.tolist()]:
            raise IndexDamaged(
                f"The index's vector store of {own} holds {len(found)} chunks, {len(ids)} others are expected. "
                f"{mending(own)}"
            )
    return manifest


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def index_status(index: Path, store: StoreSettings = EMBEDDED) -> IndexStatus:
    """Describe the index in use.

    Raises:
        IndexMissing: nothing was ingested here yet.
        IndexDamaged: the pointer or the manifest cannot be read.
        StoreUnavailable: the server does not answer.
    """
    home = open_home(index, store)
    pointer = _existing(home)
    manifest = read_manifest(home.fetch(pointer.current))
    return IndexStatus(
        snapshot=manifest.snapshot,
        built_at=manifest.built_at,
        articles=len(manifest.articles),
        chunks=manifest.chunks,
        sentences=manifest.sentences,
        model=manifest.model.name,
        previous=pointer.previous,
    )


def rollback(index: Path, store: StoreSettings = EMBEDDED) -> IndexStatus:
    """Make the previous snapshot current; the current one becomes the previous.

    Raises:
        IndexMissing: there is no index, or no previous snapshot.
        IndexDamaged: the previous snapshot cannot be read; nothing is changed.
        IndexBusy: an ingest is running.
        StoreUnavailable: the server does not answer.
    """
    home = open_home(index, store)
    _existing(home)
    with locked(index):
        pointer = _existing(home)
        if pointer.previous is None:
            raise IndexMissing(f"The index {index} has no previous snapshot to go back to.")
        check_snapshot(home, pointer.previous)
        home.publish(Pointer(current=pointer.previous, previous=pointer.current, number=pointer.number + 1))
    return index_status(index, store)


def remove_stale(index: Path) -> None:
    """Delete what neither the current nor the previous snapshot of an embedded index uses."""
    Home(index).remove_stale()


@contextlib.contextmanager
def locked(index: Path) -> Iterator[None]:
    """Hold the index's lock; it is let go when the process ends, however it ends.

    Raises:
        IndexBusy: another process holds it.
        SettingsError: the folder cannot be made.
    """
    try:
        index.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The index folder {index} cannot be made: {error.strerror}. Name another: bpo-kpo ingest --index DIR"
        ) from error
    with (index / "ingest.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IndexBusy(
                f"Another ingest is running on {index}. Wait until it has finished, then run the command again."
            ) from error
        yield


def mending(folder: Path) -> str:
    """Return which commands mend an index whose snapshot in this folder is damaged."""
    index = folder.parent.parent
    try:
        pointer = Home(index).pointer()
    except IndexDamaged:
        pointer = None
    anew = f"Build it anew: bpo-kpo ingest --index {index}"
    if pointer is None or pointer.previous is None or pointer.current != folder.name:
        return anew
    return f"{anew}, or go back one: bpo-kpo index rollback --index {index}"
