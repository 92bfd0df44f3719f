"""Chunks as records of one file: written once, in the order of their rows, and read one by one, memory-mapped.

A record holds a chunk with its vector, its sentences with theirs (float16), the sentences' tokens (bytes) and the
same of the readers' questions that they answer, and begins with a checksum. They lie beside the vector store, as
they are only read for chunks that were already found: a store would keep each several times over and give it back
several times slower.
"""

from __future__ import annotations

import json
import mmap
import struct
import zlib
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
import numpy.typing as npt

from ingest.errors import IndexDamaged
from ingest.types import Chunk, Kind, Sentence, StoredChunk, StoredQuestion

RECORDS = "records.bin"
STARTS = "record_starts.npy"
# Checksum of the rest, bytes of the JSON that follows, dimension of the vectors, bytes to one token.
_HEAD = struct.Struct("<IIHH")


class RecordWriter:
    """Writes records to a new file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._starts = [0]
        self._file: BinaryIO = (folder / RECORDS).open("xb")

    def add(self, stored: StoredChunk) -> None:
        """Write the next record."""
        data = _pack(stored)
        self._file.write(data)
        self._starts.append(self._starts[-1] + len(data))

    def close(self) -> None:
        """Finish the file, and write where its records start."""
        self._file.close()
        np.save(self._folder / STARTS, np.array(self._starts, dtype=np.int64))


class Records:
    """The records of one segment. Safe to read from several threads."""

    def __init__(self, folder: Path, data: mmap.mmap | bytes, starts: npt.NDArray[np.int64]) -> None:
        self._folder = folder
        self._data = data
        self._starts = starts

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the records of a segment; OSError or ValueError where the files are damaged."""
        starts = np.load(folder / STARTS, mmap_mode="r")
        with (folder / RECORDS).open("rb") as file:
            size = file.seek(0, 2)
            if size != starts[-1]:
                raise ValueError(f"{folder / RECORDS} has {size} bytes, {starts[-1]} are expected")
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        return cls(folder, data, starts.view(np.ndarray))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def read(self, row: int) -> StoredChunk:
        """Return the chunk of a row.

        Raises:
            IndexDamaged: its checksum differs.
        """
        data = self._data[int(self._starts[row]) : int(self._starts[row + 1])]
        try:
            return _unpack(data)
        except (ValueError, KeyError, TypeError, struct.error, UnicodeDecodeError) as error:
            raise IndexDamaged(
                f"The index's record {row} in {self._folder / RECORDS} is damaged: {error}. "
                f"Build it anew: bpo-kpo ingest --index {self._folder.parent.parent}"
            ) from error


def _pack(stored: StoredChunk) -> bytes:
    chunk = stored.chunk
    fields = [
        chunk.id,
        chunk.article_id,
        chunk.heading,
        chunk.kind.value,
        chunk.start,
        chunk.end,
        chunk.text,
        [
            [s.start, s.end, s.text, s.intro, s.column, len(tokens), [[q.text, len(q.tokens)] for q in questions]]
            for s, tokens, questions in zip(chunk.sentences, stored.tokens, stored.questions, strict=True)
        ],
    ]
    asked = [question for questions in stored.questions for question in questions]
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    body = b"".join(
        (
            text,
            stored.vector.astype("<f4").tobytes(),
            stored.sentence_vectors.astype("<f2").tobytes(),
            *(question.vector.astype("<f2").tobytes() for question in asked),
            *(tokens.tobytes() for tokens in stored.tokens),
            *(question.tokens.tobytes() for question in asked),
        )
    )
    width = stored.tokens[0].shape[1] if stored.tokens else 0
    rest = _HEAD.pack(0, len(text), len(stored.vector), width)[4:] + body
    return struct.pack("<I", zlib.crc32(rest)) + rest


def _unpack(data: bytes) -> StoredChunk:
    checksum, length, dimension, width = _HEAD.unpack_from(data)
    if zlib.crc32(memoryview(data)[4:]) != checksum:
        raise ValueError("its checksum differs")
    at = _HEAD.size + length
    chunk_id, article_id, heading, kind, start, end, text, spans = json.loads(data[_HEAD.size : at])
    sentences = tuple(Sentence(s[0], s[1], s[2], (s[3][0], s[3][1]) if s[3] else None, s[4]) for s in spans)
    vector = np.frombuffer(data, "<f4", dimension, at)
    at += 4 * dimension
    asked = [question for s in spans for question in s[6]]
    number = len(spans) + len(asked)
    vectors = np.frombuffer(data, "<f2", dimension * number, at).astype(np.float32).reshape(number, dimension)
    at += 2 * dimension * number
    lengths = [*(s[5] for s in spans), *(length for _text, length in asked)]
    tokens = np.frombuffer(data, np.int8, -1, at) if at < len(data) else np.zeros(0, np.int8)
    parts = np.split(tokens.reshape(sum(lengths), width), np.cumsum(lengths)[:-1])
    questions = (
        StoredQuestion(text, vectors[len(spans) + i], parts[len(spans) + i]) for i, (text, _length) in enumerate(asked)
    )
    return StoredChunk(
        Chunk(chunk_id, article_id, heading, Kind(kind), start, end, text, sentences),
        vector.astype(np.float32),
        vectors[: len(spans)],
        tuple(parts[: len(spans)]),
        tuple(tuple(islice(questions, len(s[6]))) for s in spans),
    )
