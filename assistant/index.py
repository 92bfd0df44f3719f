"""Open a snapshot for answering: its articles, domain, store, keyword indexes and prepared vectors.

Nothing here ranks or writes. Chunks that were read once stay in memory, up to a bound.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from ingest import pipeline
from ingest.domain import Domain
from ingest.embed import Embedder
from ingest.errors import IndexDamaged, ModelMismatch
from ingest.keywords import KeywordIndex
from ingest.snapshots import Manifest, check_files, mending, read_current
from ingest.store import ChunkStore, StoredChunk
from ingest.tokens import TokenBasis
from ingest.types import Article, Vectors
from ingest.vectors import load_basis

_CHUNKS_IN_MEMORY = 20_000


class ChunkCache:
    """Reads chunks from the store and keeps the ones used last. Safe to call from several threads."""

    def __init__(self, store: ChunkStore, size: int = _CHUNKS_IN_MEMORY) -> None:
        self._store = store
        self._size = size
        self._kept: OrderedDict[str, StoredChunk] = OrderedDict()
        self._lock = Lock()

    def get(self, ids: Sequence[str]) -> list[StoredChunk]:
        """Return the chunks of these ids, in the order given.

        Raises:
            IndexDamaged: the store lacks one, or one is damaged.
        """
        with self._lock:
            missing = [chunk_id for chunk_id in ids if chunk_id not in self._kept]
        read = self._store.get(missing) if missing else {}
        if len(read) < len(missing):
            raise IndexDamaged("The index's vector store lacks chunks that it ranked. Build it anew: bpo-kpo ingest")
        with self._lock:
            for chunk_id in ids:
                if chunk_id in read:
                    self._kept[chunk_id] = read[chunk_id]
                elif chunk_id in self._kept:
                    self._kept.move_to_end(chunk_id)
            found = [self._kept[chunk_id] for chunk_id in ids if chunk_id in self._kept]
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class OpenIndex:
    """A snapshot that is ready to be searched.

    `questions` are known questions with `question_vectors` of shape (n_questions, dim). `token_counts` tells in
    how many sentences each of the model's tokens stands, `vocabulary` in how many chunks each word.
    """

    manifest: Manifest
    articles: dict[str, Article]
    domain: Domain
    store: ChunkStore
    chunks: ChunkCache
    chunk_keywords: KeywordIndex
    sentence_keywords: KeywordIndex
    questions: tuple[str, ...]
    question_vectors: Vectors
    basis: TokenBasis
    token_counts: dict[int, int]
    vocabulary: dict[str, int]


def open_index(index: Path, embedder: Embedder) -> OpenIndex:
    """Open the snapshot in use.

    Raises:
        IndexMissing: nothing was ingested here yet.
        IndexDamaged: a file of the snapshot is missing or damaged.
        ModelMismatch: the snapshot was built with another embedding model.
    """
    folder, manifest = read_current(index)
    if manifest.model.sha256 != embedder.sha256:
        raise ModelMismatch(
            f"The index {index} was built with the embedding model {manifest.model.name} "
            f"({manifest.model.sha256[:12]}), but {embedder.name} ({embedder.sha256[:12]}) is configured. Set "
            f"BPO_KPO_MODEL={manifest.model.name}, or build the index anew: bpo-kpo ingest --index {index}"
        )
    check_files(folder, manifest)
    try:
        articles = [Article(**entry) for entry in json.loads((folder / pipeline.ARTICLES).read_bytes())]
        domain = Domain.model_validate_json((folder / pipeline.DOMAIN).read_bytes())
        questions = tuple(json.loads((folder / pipeline.QUESTIONS).read_bytes()))
        question_vectors = np.load(folder / pipeline.QUESTION_VECTORS)
        basis = load_basis(folder)
        token_counts = {int(token): int(n) for token, n in np.load(folder / pipeline.TOKEN_COUNTS)}
        vocabulary = json.loads((folder / pipeline.VOCABULARY).read_bytes())
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexDamaged(f"The index {folder} cannot be read: {error}. {mending(folder)}") from error
    store = ChunkStore.open(folder / pipeline.STORE)
    if (count := store.count()) != manifest.chunks:
        raise IndexDamaged(
            f"The index {folder} holds {count} chunks, its manifest names {manifest.chunks}. {mending(folder)}"
        )
    return OpenIndex(
        manifest=manifest,
        articles={article.id: article for article in articles},
        domain=domain,
        store=store,
        chunks=ChunkCache(store),
        chunk_keywords=KeywordIndex.load(folder / pipeline.CHUNK_KEYWORDS),
        sentence_keywords=KeywordIndex.load(folder / pipeline.SENTENCE_KEYWORDS),
        questions=questions,
        question_vectors=question_vectors,
        basis=basis,
        token_counts=token_counts,
        vocabulary=vocabulary,
    )
