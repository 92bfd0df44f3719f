"""An index on a Chroma server: pointer, files and vectors are there, for many readers on many machines.

    NAME-current-0000000007      the pointer, as metadata of an empty collection; the highest number counts
    NAME-SNAPSHOT                the vectors of a snapshot's segment
    NAME-SNAPSHOT-files          the snapshot's files in pieces, which each reader copies to its index folder once

A server creates a collection of one name only once, so whoever creates the next pointer has published, and
everyone else is told so: there is no lock to hold, to lose or to time out.
"""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np

from ingest.errors import IndexBusy, IndexDamaged
from ingest.settings import StoreSettings
from ingest.snapshots import MANIFEST, Home, Pointer
from ingest.store import STORE, Server, VectorStore

# A field stays below the 4,096 bytes that hosted stores allow one value, a record below 16 KiB.
_FIELD_BYTES = 3_000
_PIECE_BYTES = 4 * _FIELD_BYTES
_PIECES_AT_ONCE = 100
_LIST = "list"
_POINTERS_KEPT = 3


class RemoteHome(Home):
    """Where an index lives: on a Chroma server, with a copy of its files in the index folder."""

    def __init__(self, index: Path, store: StoreSettings) -> None:
        super().__init__(index)
        self._server = Server(store)
        self._name = store.name

    def pointer(self) -> Pointer | None:
        """Return which snapshot is in use; None where nothing was ingested yet."""
        numbers = self._pointers()
        if not numbers:
            return None
        with self._server.failing:
            collection = self._server.client.get_collection(self._pointer_name(numbers[-1]), embedding_function=None)
            found = collection.metadata or {}
        return Pointer(
            current=str(found["current"]), previous=str(found.get("previous") or "") or None, number=numbers[-1]
        )

    def publish(self, pointer: Pointer) -> None:
        """Make another snapshot current by creating the next pointer."""
        name = self._pointer_name(pointer.number)
        metadata = {"current": pointer.current, "previous": pointer.previous or ""}
        taken = IndexBusy.overtaken(self._name)
        with self._server.failing:
            if pointer.number in self._pointers():
                raise taken
            try:
                self._server.client.create_collection(name, metadata=metadata, embedding_function=None)
            except Exception as error:
                if pointer.number in self._pointers():
                    raise taken from error
                raise
        if (numbers := self._pointers())[-1] != pointer.number:
            # The number was free again only because it is long past.
            self._server.delete(name)
            raise taken
        for number in numbers[:-_POINTERS_KEPT]:
            self._server.delete(self._pointer_name(number))

    def fetch(self, snapshot: str) -> Path:
        """Return the folder of a snapshot; its files are copied from the server if they are not here yet."""
        folder = self.folder(snapshot)
        if (folder / MANIFEST).is_file():
            return folder
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix="copy-"))
        try:
            self._copy_files(snapshot, fresh)
            shutil.rmtree(folder, ignore_errors=True)
            fresh.rename(folder)
        except OSError:
            # Another process of this machine may have finished the same copy first.
            if not (folder / MANIFEST).is_file():
                raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return folder

    def share(self, snapshot: str) -> None:
        """Put a snapshot's files on the server, in pieces."""
        folder = self.folder(snapshot)
        paths = sorted(p for p in folder.rglob("*") if p.is_file() and STORE not in p.relative_to(folder).parts)
        with self._server.failing:
            files = self._server.client.create_collection(self._files_name(snapshot), embedding_function=None)
            listed = []
            for number, path in enumerate(paths):
                pieces = 0
                with path.open("rb") as file:
                    while block := file.read(_PIECE_BYTES * _PIECES_AT_ONCE):
                        parts = [block[at : at + _PIECE_BYTES] for at in range(0, len(block), _PIECE_BYTES)]
                        files.add(
                            ids=[f"{number}-{pieces + i}" for i in range(len(parts))],
                            embeddings=_places(len(parts), pieces),
                            metadatas=[_to_fields(part) for part in parts],
                        )
                        pieces += len(parts)
                listed.append([path.relative_to(folder).as_posix(), pieces])
            files.add(ids=[_LIST], embeddings=_places(1, 0), metadatas=[_to_fields(json.dumps(listed).encode())])

    def create_vectors(self, snapshot: str) -> VectorStore:
        """Make the empty vector store of a snapshot's segment on the server."""
        return self._server.create(f"{self._name}-{snapshot}")

    def open_vectors(self, snapshot: str) -> VectorStore:
        """Open the vector store of a snapshot's segment on the server."""
        return self._server.open(f"{self._name}-{snapshot}")

    def remove_stale(self) -> None:
        """Delete what neither the current nor the previous snapshot uses, here and on the server.

        An ingest that runs elsewhere is younger than the previous snapshot, and is left alone; one that is not
        has lost already.
        """
        names = self._server.names()
        kept = self.kept()
        pointer = self.pointer()
        if kept is None or pointer is None:
            return
        for name in names:
            snapshot = name.removeprefix(f"{self._name}-").removesuffix("-files")
            if not snapshot.startswith("current-") and snapshot not in kept and snapshot < (pointer.previous or ""):
                self._server.delete(name)
        super().remove_stale()

    def discard(self, snapshot: str) -> None:
        """Delete a snapshot that was not published."""
        super().discard(snapshot)
        self._server.delete(f"{self._name}-{snapshot}")
        self._server.delete(self._files_name(snapshot))

    def _copy_files(self, snapshot: str, folder: Path) -> None:
        with self._server.failing:
            files = self._server.client.get_collection(self._files_name(snapshot), embedding_function=None)
            found = files.get(ids=[_LIST], include=["metadatas"])["metadatas"] or []
            if not found:
                raise IndexDamaged(f"The snapshot {snapshot} on the server is not whole. Build it anew: bpo-kpo ingest")
            for number, (name, pieces) in enumerate(json.loads(_from_fields(dict(found[0])))):
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as file:
                    for at in range(0, pieces, _PIECES_AT_ONCE):
                        ids = [f"{number}-{piece}" for piece in range(at, min(at + _PIECES_AT_ONCE, pieces))]
                        got = files.get(ids=ids, include=["metadatas"])
                        read = dict(zip(got["ids"], got["metadatas"] or [], strict=True))
                        for one in ids:
                            file.write(_from_fields(dict(read[one])))

    def _pointers(self) -> list[int]:
        prefix = f"{self._name}-current-"
        return sorted(int(name.removeprefix(prefix)) for name in self._server.names() if name.startswith(prefix))

    def _pointer_name(self, number: int) -> str:
        return f"{self._name}-current-{number:010d}"

    def _files_name(self, snapshot: str) -> str:
        return f"{self._name}-{snapshot}-files"


def _places(count: int, start: int) -> np.ndarray:
    """Return a vector for each piece, as every record of a store must have one; they are never searched."""
    numbers = np.arange(start, start + count, dtype=np.float32)
    return np.stack([numbers, np.ones(count, dtype=np.float32)], axis=1)


def _to_fields(data: bytes) -> dict[str, str | int]:
    parts = [data[at : at + _FIELD_BYTES] for at in range(0, max(len(data), 1), _FIELD_BYTES)]
    return {"n": len(parts), **{f"d{i}": base64.b64encode(part).decode() for i, part in enumerate(parts)}}


def _from_fields(fields: dict[str, object]) -> bytes:
    return b"".join(base64.b64decode(str(fields[f"d{i}"])) for i in range(int(str(fields["n"]))))
