"""Keep the chunks' vectors in Chroma, and give back the nearest.

One collection a segment. The same code serves a Chroma in a folder of its own and a Chroma server; what differs
is the client, and what a failure means: a folder that cannot be read is damaged, a server that does not answer
may answer later. Distances stay in here.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlsplit

from ingest.errors import AssistantError, IndexDamaged, StoreUnavailable
from ingest.settings import StoreSettings
from ingest.types import Vectors

if TYPE_CHECKING:
    from chromadb.api.client import Client

COLLECTION = "chunks"
STORE = "chroma"
# Chroma Cloud takes and gives this many records at a time.
_CLOUD_BATCH = 300
# Chroma's default effort misses one of the nearest now and then even among a few hundred chunks.
_HNSW: Any = {"space": "cosine", "ef_search": 200, "ef_construction": 200}


class VectorStore:
    """The vectors of one segment's chunks, by chunk id. Safe to call from several threads."""

    def __init__(self, collection: Any, batch: int, failing: Failing, client: Client | None = None) -> None:
        self._collection = collection
        self._batch = batch
        self._failing = failing
        # An embedded client is this store's own; one of a server is shared and stays open.
        self._finish = weakref.finalize(self, client.close) if client is not None else None

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make an empty embedded store in a new folder."""
        client = _embedded_client(folder)
        return cls(create_collection(client, COLLECTION), client.get_max_batch_size(), Failing(folder), client)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open an embedded store that `create` made.

        Raises:
            IndexDamaged: the folder is not there, or Chroma cannot read it.
        """
        failing = Failing(folder)
        if not (folder / "chroma.sqlite3").is_file():
            raise IndexDamaged(f"The index lacks its vector store, {folder}. {failing.mending}")
        with failing:
            client = _embedded_client(folder)
            try:
                collection = client.get_collection(COLLECTION, embedding_function=None)
                return cls(collection, client.get_max_batch_size(), failing, client)
            except BaseException:
                client.close()
                raise

    def close(self) -> None:
        """Let go of the files and memory of an embedded store; nothing can be asked of it any more."""
        if self._finish is not None:
            self._finish()

    def add(self, ids: Sequence[str], vectors: Vectors, progress: Callable[[int], None] = lambda _done: None) -> None:
        """Write vectors of shape (n_chunks, dim) in slices; `progress` gets the number written after each."""
        for at in range(0, len(ids), self._batch):
            part = slice(at, at + self._batch)
            with self._failing:
                self._collection.add(ids=list(ids[part]), embeddings=vectors[part])
            progress(min(at + self._batch, len(ids)))

    def count(self) -> int:
        """Count the chunks.

        Raises:
            IndexDamaged: Chroma cannot read them; so for every method below.
            StoreUnavailable: the server does not answer; so for every method below.
        """
        with self._failing:
            return int(self._collection.count())

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """Return the chunks nearest to a unit vector of shape (dim,), nearest first, with their cosines."""
        with self._failing:
            found = self._collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def ids(self) -> Iterator[str]:
        """Yield the id of every chunk, read in slices, in no particular order."""
        for offset in range(0, self.count(), self._batch):
            with self._failing:
                found = self._collection.get(limit=self._batch, offset=offset, include=[])
            yield from found["ids"]


class Failing:
    """Turns a failure of Chroma, inside of a `with`, into an error that says what to do.

    `place` is the folder of an embedded store, or the address of a server.
    """

    def __init__(self, place: Path | str) -> None:
        self._place = place

    @property
    def mending(self) -> str:
        """The command that mends an embedded store."""
        assert isinstance(self._place, Path)
        return f"Build it anew: bpo-kpo ingest --index {self._place.parent.parent.parent}"

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or not isinstance(error, Exception) or isinstance(error, AssistantError):
            return
        if isinstance(self._place, Path):
            raise IndexDamaged(
                f"The index's vector store {self._place} cannot be read: {error}. {self.mending}"
            ) from error
        from chromadb.errors import NotFoundError

        if isinstance(error, NotFoundError):
            raise IndexDamaged(
                f"The Chroma server {self._place} lacks a part of the index: {error}. Build it anew: bpo-kpo ingest"
            ) from error
        raise StoreUnavailable(
            f"The Chroma server {self._place} does not answer: {error or type(error).__name__}. Start it, or set "
            "BPO_KPO_STORE to where it is."
        ) from error


class Server:
    """A Chroma server, or Chroma Cloud.

    Raises:
        StoreUnavailable: it does not answer; so for every method.
    """

    def __init__(self, settings: StoreSettings) -> None:
        self.name = settings.name
        self.failing = Failing(settings.address)
        with self.failing:
            self.client = _server_client(settings)
            batch = self.client.get_max_batch_size()
        self.batch = min(batch, _CLOUD_BATCH) if settings.address == "cloud" else batch

    def create(self, name: str) -> VectorStore:
        """Make an empty store of this name."""
        with self.failing:
            return VectorStore(create_collection(self.client, name), self.batch, self.failing)

    def open(self, name: str) -> VectorStore:
        """Open the store of this name.

        Raises:
            IndexDamaged: there is none.
        """
        with self.failing:
            return VectorStore(self.client.get_collection(name, embedding_function=None), self.batch, self.failing)

    def names(self) -> list[str]:
        """Return the names of this index's collections."""
        with self.failing:
            found: list[str] = []
            while page := self.client.list_collections(limit=_CLOUD_BATCH, offset=len(found)):
                found.extend(collection.name for collection in page)
        return [name for name in found if name.startswith(f"{self.name}-")]

    def delete(self, name: str) -> None:
        """Delete a collection, if it is there."""
        from chromadb.errors import NotFoundError

        with self.failing, contextlib.suppress(NotFoundError):
            self.client.delete_collection(name)


def create_collection(client: Client, name: str) -> Any:
    """Make a collection whose vectors are compared by cosine and are always our own."""
    return client.create_collection(name, configuration={"hnsw": _HNSW}, embedding_function=None)


def _embedded_client(folder: Path) -> Client:
    import chromadb
    from chromadb.config import Settings

    # What it returns is a Client, which can be closed, whatever the interface that it is declared as.
    return cast("Client", chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False)))


def _server_client(settings: StoreSettings) -> Client:
    import chromadb
    import httpx
    from chromadb.config import Settings

    quiet = Settings(anonymized_telemetry=False)
    if settings.address == "cloud":
        client = chromadb.CloudClient(settings=quiet)
    else:
        address = urlsplit(settings.address)
        client = chromadb.HttpClient(
            host=address.hostname or "",
            port=address.port or (443 if address.scheme == "https" else 80),
            ssl=address.scheme == "https",
            headers={name: value.get_secret_value() for name, value in settings.headers.items()},
            settings=quiet,
        )
    # Chroma's client waits without end; there is no public way to bound it.
    session = getattr(getattr(client, "_server", None), "_session", None)
    if isinstance(session, httpx.Client):
        session.timeout = httpx.Timeout(settings.timeout)
    return cast("Client", client)
