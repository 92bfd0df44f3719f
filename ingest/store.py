"""Keep chunks and their vectors in Chroma, and give back the nearest.

One collection a snapshot. A record's embedding is the chunk's vector and its document the chunk's text; its
sentences lie in the record's metadata, their vectors (float16) and token vectors (bytes) packed as base64:
they are only ever read for chunks that were already found, so they need no neighbour index, and metadata is
the one place that every way of running Chroma can reach. Distances stay in here.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np

from ingest.errors import IndexDamaged
from ingest.snapshots import mending
from ingest.types import Chunk, Kind, Sentence, TokenBytes, Vectors

if TYPE_CHECKING:
    from chromadb.api.client import Client

COLLECTION = "chunks"
MENDING = "Build it anew: bpo-kpo ingest"


@dataclass(frozen=True, slots=True, eq=False)
class StoredQuestion:
    """A question that a sentence answers: its unit vector (dim,) and its tokens."""

    vector: Vectors
    tokens: TokenBytes


@dataclass(frozen=True, slots=True, eq=False)
class StoredChunk:
    """A chunk with its unit vector (dim,), its sentences' (n_sentences, dim), and each sentence's tokens.

    `questions` has, for each sentence, the questions that it is known to answer.
    """

    chunk: Chunk
    vector: Vectors
    sentence_vectors: Vectors
    tokens: tuple[TokenBytes, ...]
    questions: tuple[tuple[StoredQuestion, ...], ...]


class ChunkStore:
    """The chunks of one snapshot in an embedded Chroma. One process opens a folder at a time."""

    def __init__(self, folder: Path, client: Client, collection: Any) -> None:
        self._folder = folder
        self._client = client
        self._collection = collection

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make an empty store in a new folder."""
        client = _client(folder)
        collection = client.create_collection(
            COLLECTION, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )
        return cls(folder, client, collection)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a store that `create` made.

        Raises:
            IndexDamaged: the folder is not there, or Chroma cannot read it.
        """
        if not (folder / "chroma.sqlite3").is_file():
            raise IndexDamaged(f"The index lacks its vector store, {folder}. {mending(folder.parent)}")
        with _reading(folder):
            client = _client(folder)
            try:
                return cls(folder, client, client.get_collection(COLLECTION, embedding_function=None))
            except BaseException:
                client.close()
                raise

    def add(
        self,
        stored: Sequence[StoredChunk],
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Write chunks in slices that Chroma can take; `progress` gets the number written after each."""
        size = self._client.get_max_batch_size()
        for at in range(0, len(stored), size):
            part = stored[at : at + size]
            self._collection.add(
                ids=[one.chunk.id for one in part],
                embeddings=np.stack([one.vector for one in part]),
                documents=[one.chunk.text for one in part],
                metadatas=[_pack(one) for one in part],
            )
            if progress is not None:
                progress(at + len(part))

    def count(self) -> int:
        """Count the chunks.

        Raises:
            IndexDamaged: Chroma cannot read them; so for every method below.
        """
        with _reading(self._folder):
            return int(self._collection.count())

    def nearest(self, vector: Vectors, limit: int) -> list[str]:
        """Return the ids of the chunks nearest to a unit vector of shape (dim,), nearest first."""
        with _reading(self._folder):
            found = self._collection.query(query_embeddings=[vector], n_results=limit, include=[])
            return list(found["ids"][0])

    def get(self, ids: Sequence[str]) -> dict[str, StoredChunk]:
        """Return the chunks of these ids; an id that is not there is left out."""
        with _reading(self._folder):
            found = self._collection.get(ids=list(ids), include=["embeddings", "documents", "metadatas"])
            return {stored.chunk.id: stored for stored in _unpack_all(found)}

    def all(self) -> Iterator[StoredChunk]:
        """Yield every chunk, read in slices, in no particular order."""
        total, size = self.count(), self._client.get_max_batch_size()
        for offset in range(0, total, size):
            with _reading(self._folder):
                found = self._collection.get(
                    limit=size, offset=offset, include=["embeddings", "documents", "metadatas"]
                )
                stored = list(_unpack_all(found))
            yield from stored

    def close(self) -> None:
        """Let go of the folder's files."""
        self._client.close()


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Turn what Chroma or a broken record raises, which varies with what is broken, into `IndexDamaged`."""
    try:
        yield
    except Exception as error:
        raise IndexDamaged(
            f"The index's vector store {folder} cannot be read: {error}. {mending(folder.parent)}"
        ) from error


def _client(folder: Path) -> Client:
    import chromadb
    from chromadb.config import Settings

    # What it returns is a Client, which can be closed, whatever the interface that it is declared as.
    return cast("Client", chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False)))


# A field stays below the 4,096 bytes that hosted stores allow one metadata value.
_FIELD_CHARS = 4_000
# Where a record's own checksum stands. Chroma's files change whenever they are opened, so records are summed.
_SUM = "sum"


def _pack(stored: StoredChunk) -> dict[str, str | int]:
    chunk = stored.chunk
    packed: dict[str, str | int] = {
        "article_id": chunk.article_id,
        "heading": chunk.heading,
        "kind": chunk.kind.value,
        "start": chunk.start,
        "end": chunk.end,
    }
    spans = [
        [s.start, s.end, s.text, s.intro, s.column, len(tokens), [len(question.tokens) for question in questions]]
        for s, tokens, questions in zip(chunk.sentences, stored.tokens, stored.questions, strict=True)
    ]
    _put(packed, "s", json.dumps(spans))
    _put(packed, "v", _to_text(stored.sentence_vectors.astype("<f2").tobytes()))
    _put(packed, "t", _to_text(b"".join(tokens.tobytes() for tokens in stored.tokens)))
    questions = [question for own in stored.questions for question in own]
    _put(packed, "q", _to_text(b"".join(question.vector.astype("<f2").tobytes() for question in questions)))
    _put(packed, "u", _to_text(b"".join(question.tokens.tobytes() for question in questions)))
    packed[_SUM] = _checksum(chunk.id, chunk.text, packed)
    return packed


def _checksum(chunk_id: str, text: str, metadata: Mapping[str, Any]) -> str:
    """Return the sha256 of a record without its vector, which Chroma does not give back to the bit."""
    fields = sorted((name, value) for name, value in metadata.items() if name != _SUM)
    return hashlib.sha256(json.dumps([chunk_id, text, fields]).encode()).hexdigest()


def _unpack_all(found: Mapping[str, Any]) -> Iterator[StoredChunk]:
    rows = zip(found["ids"], found["documents"], found["metadatas"], found["embeddings"], strict=True)
    for chunk_id, text, metadata, embedding in rows:
        if metadata.get(_SUM) != _checksum(chunk_id, text, metadata):
            raise IndexDamaged(f"The index's record of chunk {chunk_id} is damaged: its checksum differs. {MENDING}")
        sentences = []
        lengths: list[int] = []
        asked: list[list[int]] = []
        for start, end, words, intro, column, length, questions in json.loads(_take(metadata, "s")):
            sentences.append(Sentence(start, end, words, (intro[0], intro[1]) if intro else None, column))
            lengths.append(length)
            asked.append(questions)
        vectors = np.frombuffer(base64.b64decode(_take(metadata, "v")), dtype="<f2")
        tokens = np.frombuffer(base64.b64decode(_take(metadata, "t")), dtype=np.int8)
        chunk = Chunk(
            id=chunk_id,
            article_id=metadata["article_id"],
            heading=metadata["heading"],
            kind=Kind(metadata["kind"]),
            start=metadata["start"],
            end=metadata["end"],
            text=text,
            sentences=tuple(sentences),
        )
        yield StoredChunk(
            chunk,
            np.asarray(embedding, dtype=np.float32),
            vectors.astype(np.float32).reshape(len(sentences), -1),
            tuple(np.split(tokens.reshape(sum(lengths), -1), np.cumsum(lengths)[:-1])),
            _questions(metadata, asked, len(embedding), tokens.reshape(sum(lengths), -1).shape[1]),
        )


def _questions(
    metadata: Mapping[str, Any], lengths: Sequence[Sequence[int]], dimension: int, token_dimension: int
) -> tuple[tuple[StoredQuestion, ...], ...]:
    """Return each sentence's questions; `lengths` are the numbers of tokens of each."""
    number = sum(len(own) for own in lengths)
    packed = np.frombuffer(base64.b64decode(_take(metadata, "q")), dtype="<f2").astype(np.float32)
    tokens = np.frombuffer(base64.b64decode(_take(metadata, "u")), dtype=np.int8).reshape(-1, token_dimension)
    vectors = iter(packed.reshape(number, dimension))
    ends = iter(np.cumsum([length for own in lengths for length in own]).tolist())
    at = 0
    questions = []
    for own in lengths:
        made = []
        for _ in own:
            end = next(ends)
            made.append(StoredQuestion(next(vectors), tokens[at:end]))
            at = end
        questions.append(tuple(made))
    return tuple(questions)


def _to_text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _put(metadata: dict[str, str | int], name: str, text: str) -> None:
    """Spread a long text over as many fields as it takes: name0, name1, ..."""
    for part, at in enumerate(range(0, len(text), _FIELD_CHARS)):
        metadata[f"{name}{part}"] = text[at : at + _FIELD_CHARS]


def _take(metadata: Mapping[str, Any], name: str) -> str:
    parts: list[str] = []
    while (field := metadata.get(f"{name}{len(parts)}")) is not None:
        parts.append(field)
    return "".join(parts)
