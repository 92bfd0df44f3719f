"""Read the segments of a snapshot as one: its articles, its chunks and their vectors, what is gone left out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ingest.errors import IndexDamaged
from ingest.keywords import KeywordIndex, Removed
from ingest.plan import read_gone
from ingest.segments import Gone, Segment, Statistics, add_up
from ingest.snapshots import Home, Manifest, mending
from ingest.store import VectorStore
from ingest.types import Article, StoredChunk, Vectors

_ARTICLES_IN_MEMORY = 1_000


class Place(NamedTuple):
    """Where a chunk is: the number of its segment, and its row there."""

    segment: int
    row: int


class OpenSegment(NamedTuple):
    """A segment with its vectors. `gone` and the masks of removed rows are None where all of it is in use."""

    segment: Segment
    vectors: VectorStore
    gone: Gone | None
    removed_chunks: npt.NDArray[np.bool_] | None
    removed_sentences: npt.NDArray[np.bool_] | None


class Reader:
    """The open segments of a snapshot. Safe to call from several threads."""

    def __init__(self, parts: Sequence[OpenSegment]) -> None:
        self.parts = tuple(parts)

    @classmethod
    def open(cls, home: Home, folder: Path, manifest: Manifest) -> Reader:
        """Open the segments of a snapshot.

        Raises:
            IndexDamaged: one is missing, cannot be read, or does not hold what the manifest says.
            StoreUnavailable: the Chroma server does not answer.
        """
        gone = read_gone(folder)
        parts: list[OpenSegment] = []
        try:
            for stamp in manifest.segments:
                segment = Segment.open(home.fetch(stamp.snapshot))
                lost = gone.get(stamp.snapshot)
                masks = segment.removed_rows(lost.articles) if lost is not None else (None, None)
                parts.append(OpenSegment(segment, home.open_vectors(stamp.snapshot), lost, *masks))
                unused = int(masks[0].sum()) if masks[0] is not None else 0
                held = parts[-1].vectors.count()
                if not (held == len(segment) == stamp.chunks + unused):
                    raise IndexDamaged(
                        f"The index {segment.folder} holds {len(segment)} chunks and {held} vectors, "
                        f"{stamp.chunks + unused} of each are expected. {mending(segment.folder)}"
                    )
        except BaseException:
            for part in parts:
                part.vectors.close()
            raise
        return cls(parts)

    def close(self) -> None:
        """Let go of the vector stores."""
        for part in self.parts:
            part.vectors.close()

    def nearest(self, vector: Vectors, limit: int) -> list[Place]:
        """Return the chunks nearest to a unit vector of shape (dim,), nearest first."""
        found = [
            (-cosine, chunk_id, Place(number, row))
            for number, part in enumerate(self.parts)
            for chunk_id, cosine, row in _nearest(part, vector, limit)
        ]
        return [place for _, _, place in (sorted(found) if len(self.parts) > 1 else found)[:limit]]

    def read(self, place: Place) -> StoredChunk:
        """Return the chunk at a place.

        Raises:
            IndexDamaged: its record is damaged.
        """
        return self.parts[place.segment].segment.records.read(place.row)

    def all(self) -> Iterator[StoredChunk]:
        """Yield every chunk."""
        for part in self.parts:
            for row in range(len(part.segment)):
                if part.removed_chunks is None or not part.removed_chunks[row]:
                    yield part.segment.records.read(row)

    def sentence_rows(self, place: Place) -> slice:
        """Return the rows of a chunk's sentences in its segment."""
        starts = self.parts[place.segment].segment.chunk_sentences
        return slice(int(starts[place.row]), int(starts[place.row + 1]))

    def chunk_keywords(self) -> KeywordIndex:
        """Return the keyword index of the chunks."""
        return KeywordIndex(
            [
                (
                    part.segment.chunk_postings,
                    Removed(part.removed_chunks, part.gone.chunk_stems, part.gone.chunk_length)
                    if part.gone is not None and part.removed_chunks is not None
                    else None,
                )
                for part in self.parts
            ]
        )

    def sentence_keywords(self) -> KeywordIndex:
        """Return the keyword index of the sentences."""
        return KeywordIndex(
            [
                (
                    part.segment.sentence_postings,
                    Removed(part.removed_sentences, part.gone.sentence_stems, part.gone.sentence_length)
                    if part.gone is not None and part.removed_sentences is not None
                    else None,
                )
                for part in self.parts
            ]
        )

    def statistics(self) -> Statistics:
        """Return the counts of what is in use."""
        gone = [part.gone.statistics for part in self.parts if part.gone is not None]
        return add_up([part.segment.statistics for part in self.parts], gone)

    def questions(self) -> tuple[list[str], Vectors]:
        """Return the questions that the articles answer, each once, in the order of articles, and their vectors."""
        found: list[tuple[str, int, str, Vectors]] = []
        for part in self.parts:
            gone = set(part.gone.articles) if part.gone is not None else set()
            questions, vectors = part.segment.questions()
            found += [
                (article_id, i, text, vectors[i])
                for i, (article_id, text) in enumerate(questions)
                if article_id not in gone
            ]
        found.sort(key=lambda one: one[:2])
        first = {text: vector for _, _, text, vector in reversed(found)}
        texts = list(dict.fromkeys(text for _, _, text, _ in found))
        return texts, np.stack([first[text] for text in texts]) if texts else np.zeros((0, 0), np.float32)


class Articles(Mapping[str, Article]):
    """The articles of a snapshot by id, in the order of their ids, read when they are asked for."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        homes: dict[str, int] = {}
        for number, part in enumerate(reader.parts):
            gone = set(part.gone.articles) if part.gone is not None else set()
            homes.update((article_id, number) for article_id in part.segment.articles if article_id not in gone)
        self._homes = {article_id: homes[article_id] for article_id in sorted(homes)}
        self._kept: OrderedDict[str, Article] = OrderedDict()
        self._lock = Lock()

    def __getitem__(self, article_id: str) -> Article:
        with self._lock:
            if (kept := self._kept.get(article_id)) is not None:
                self._kept.move_to_end(article_id)
                return kept
        article = self._reader.parts[self._homes[article_id]].segment.article(article_id)
        with self._lock:
            self._kept[article_id] = article
            if len(self._kept) > _ARTICLES_IN_MEMORY:
                self._kept.popitem(last=False)
        return article

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)


def _nearest(part: OpenSegment, vector: Vectors, limit: int) -> list[tuple[str, float, int]]:
    """Return (id, cosine, row) of the nearest chunks in use; more are asked for where some are not."""
    size = len(part.segment)
    asked = min(limit, size)
    while True:
        found = part.vectors.nearest(vector, asked)
        rows = part.segment.rows_of([chunk_id for chunk_id, _ in found])
        kept = [
            (chunk_id, cosine, row)
            for (chunk_id, cosine), row in zip(found, rows, strict=True)
            if part.removed_chunks is None or not part.removed_chunks[row]
        ]
        if len(kept) >= min(limit, size) or asked >= size:
            return kept[:limit]
        asked = min(4 * asked, size)
