"""Keep chunks and their vectors in Chroma, and give back the nearest.

One collection a snapshot. A record's embedding is the chunk's vector and its document the chunk's text; its
sentences lie in the record's metadata, their vectors packed as base64 float16 one sentence a field: they are
only ever read for chunks that were already found, so they need no neighbour index, and metadata is the one
place that every way of running Chroma can reach. Distances stay in here: what leaves is a cosine similarity.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ingest.errors import IndexDamaged
from ingest.types import Chunk, Kind, Sentence, Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

COLLECTION = "chunks"
MENDING = "Build it anew: bpo-kpo ingest"


@dataclass(frozen=True, slots=True, eq=False)
class StoredChunk:
    """A chunk as the store gives it back, with its unit vector and its sentences', shape (n_sentences, dim)."""

    chunk: Chunk
    vector: Vectors
    sentence_vectors: Vectors


class ChunkStore:
    """The chunks of one snapshot in an embedded Chroma. One process opens a folder at a time."""

    def __init__(self, client: ClientAPI, collection: Any) -> None:
        self._client = client
        self._collection = collection

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make an empty store in a new folder."""
        client = _client(folder)
        collection = client.create_collection(
            COLLECTION, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )
        return cls(client, collection)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a store that `create` made.

        Raises:
            IndexDamaged: the folder is not there, or Chroma cannot read it.
        """
        if not (folder / "chroma.sqlite3").is_file():
            raise IndexDamaged(f"The index lacks its vector store, {folder}. {MENDING}")
        try:
            client = _client(folder)
            return cls(client, client.get_collection(COLLECTION, embedding_function=None))
        except Exception as error:  # Chroma's own kinds vary with what is broken
            raise IndexDamaged(f"The index's vector store {folder} cannot be read: {error}. {MENDING}") from error

    def add(
        self,
        chunks: Sequence[Chunk],
        vectors: Vectors,
        sentence_vectors: Sequence[Vectors],
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Write chunks in slices that Chroma can take; `progress` gets the number written after each."""
        size = self._client.get_max_batch_size()
        for at in range(0, len(chunks), size):
            part = chunks[at : at + size]
            self._collection.add(
                ids=[chunk.id for chunk in part],
                embeddings=vectors[at : at + size],
                documents=[chunk.text for chunk in part],
                metadatas=[_pack(c, v) for c, v in zip(part, sentence_vectors[at : at + size], strict=True)],
            )
            if progress is not None:
                progress(at + len(part))

    def count(self) -> int:
        """Count the chunks."""
        return int(self._collection.count())

    def nearest(self, vector: Vectors, limit: int) -> list[str]:
        """Return the ids of the chunks nearest to a unit vector of shape (dim,), nearest first."""
        found = self._collection.query(query_embeddings=[vector], n_results=limit, include=[])
        return list(found["ids"][0])

    def get(self, ids: Sequence[str]) -> dict[str, StoredChunk]:
        """Return the chunks of these ids; an id that is not there is left out."""
        found = self._collection.get(ids=list(ids), include=["embeddings", "documents", "metadatas"])
        return {stored.chunk.id: stored for stored in _unpack_all(found)}

    def all(self) -> Iterator[StoredChunk]:
        """Yield every chunk, read in slices, in no particular order."""
        total, size = self.count(), self._client.get_max_batch_size()
        for offset in range(0, total, size):
            found = self._collection.get(
                limit=size, offset=offset, include=["embeddings", "documents", "metadatas"]
            )
            yield from _unpack_all(found)

    def close(self) -> None:
        """Let go of the folder's files."""
        self._client.close()


def _client(folder: Path) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _pack(chunk: Chunk, vectors: Vectors) -> dict[str, str | int]:
    packed: dict[str, str | int] = {
        "article_id": chunk.article_id,
        "heading": chunk.heading,
        "kind": chunk.kind.value,
        "start": chunk.start,
        "end": chunk.end,
        "sentences": json.dumps([[s.start, s.end, s.text, s.intro, s.column] for s in chunk.sentences]),
    }
    for i, vector in enumerate(vectors):
        packed[f"v{i}"] = base64.b64encode(vector.astype("<f2").tobytes()).decode("ascii")
    return packed


def _unpack_all(found: Mapping[str, Any]) -> Iterator[StoredChunk]:
    rows = zip(found["ids"], found["documents"], found["metadatas"], found["embeddings"], strict=True)
    for chunk_id, text, metadata, embedding in rows:
        sentences = tuple(
            Sentence(start, end, words, (intro[0], intro[1]) if intro else None, column)
            for start, end, words, intro, column in json.loads(metadata["sentences"])
        )
        raw = b"".join(base64.b64decode(metadata[f"v{i}"]) for i in range(len(sentences)))
        vectors = np.frombuffer(raw, dtype="<f2").astype(np.float32).reshape(len(sentences), -1)
        chunk = Chunk(
            id=chunk_id,
            article_id=metadata["article_id"],
            heading=metadata["heading"],
            kind=Kind(metadata["kind"]),
            start=metadata["start"],
            end=metadata["end"],
            text=text,
            sentences=sentences,
        )
        yield StoredChunk(chunk, np.asarray(embedding, dtype=np.float32), vectors)
