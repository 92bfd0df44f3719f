"""Open a snapshot for answering: its articles, domain, chunks, keyword indexes and prepared vectors.

Nothing here ranks or writes. Chunks that were read once stay in memory, up to a bound.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ingest import build
from ingest.answerable import Answerable
from ingest.domain import Domain
from ingest.embed import Embedder
from ingest.errors import IndexDamaged, ModelMismatch
from ingest.keywords import KeywordIndex, words
from ingest.reader import Articles, Place, Reader
from ingest.segments import Statistics, add_up
from ingest.settings import EMBEDDED, StoreSettings
from ingest.snapshots import Manifest, check_files, mending, open_home, read_current, read_manifest
from ingest.tokens import TokenBasis
from ingest.types import Article, Chunk, StoredChunk, TokenBytes, Vectors

_CHUNKS_IN_MEMORY = 20_000


class ReadyChunk(NamedTuple):
    """A chunk with the arrays that it is ranked by, each in one piece, and its unit vector (dim,).

    Its texts are its sentences, with unit vectors of shape (n_sentences, dim), and the readers' questions that these
    answer, sentence by sentence, the sentence itself first: `tokens` are those of all texts, `lengths` how many each
    has, and `sentence_texts` which text each sentence is. `asked` are the questions' vectors, `asked_of` the sentence
    of each.
    """

    chunk: Chunk
    vector: Vectors
    sentence_vectors: Vectors
    tokens: TokenBytes
    lengths: npt.NDArray[np.int64]
    sentence_texts: npt.NDArray[np.int64]
    asked: Vectors
    asked_of: npt.NDArray[np.int64]

    @classmethod
    def of(cls, stored: StoredChunk) -> ReadyChunk:
        """Prepare a chunk; nothing of what was read is held beside it."""
        texts: list[TokenBytes] = []
        asked: list[Vectors] = []
        sentence_texts: list[int] = []
        asked_of: list[int] = []
        for i, (own, questions) in enumerate(zip(stored.tokens, stored.questions, strict=True)):
            sentence_texts.append(len(texts))
            texts += [own, *(question.tokens for question in questions)]
            asked += [question.vector for question in questions]
            asked_of += [i] * len(questions)
        return cls(
            stored.chunk,
            stored.vector,
            stored.sentence_vectors.copy(),
            np.concatenate(texts),
            np.array([len(tokens) for tokens in texts]),
            np.array(sentence_texts),
            np.stack(asked) if asked else np.zeros((0, len(stored.vector)), dtype=np.float32),
            np.array(asked_of, dtype=np.int64),
        )


class ChunkCache:
    """Reads chunks and keeps the ones used last. Safe to call from several threads."""

    def __init__(self, reader: Reader, size: int = _CHUNKS_IN_MEMORY) -> None:
        self._reader = reader
        self._size = size
        self._kept: OrderedDict[Place, ReadyChunk] = OrderedDict()
        self._lock = Lock()

    def get(self, places: Sequence[Place]) -> list[ReadyChunk]:
        """Return the chunks at these places, in the order given.

        Raises:
            IndexDamaged: one is damaged.
        """
        with self._lock:
            found = {place: self._kept[place] for place in places if place in self._kept}
        read = {place: ReadyChunk.of(self._reader.read(place)) for place in places if place not in found}
        with self._lock:
            for place in found:
                if place in self._kept:
                    self._kept.move_to_end(place)
            self._kept.update(read)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        found.update(read)
        return [found[place] for place in places]


@dataclass(frozen=True, slots=True, eq=False)
class OpenIndex:
    """A snapshot that is ready to be searched.

    `questions` are known questions with `question_vectors` of shape (n_questions, dim); `answerable` is what was learnt
    of questions that the articles answer and others that they do not. `token_counts` tells in
    how many sentences each of the model's tokens stands, `vocabulary` in how many chunks and questions each word, and
    `title_words` in how many articles' titles and publishers. `own_words` are the words of the chunks alone.
    """

    manifest: Manifest
    articles: Mapping[str, Article]
    domain: Domain
    store: Reader
    chunks: ChunkCache
    chunk_keywords: KeywordIndex
    sentence_keywords: KeywordIndex
    questions: tuple[str, ...]
    question_vectors: Vectors
    answerable: Answerable
    basis: TokenBasis
    token_counts: dict[int, int]
    vocabulary: dict[str, int]
    title_words: dict[str, int]
    own_words: frozenset[str]


def open_index(index: Path, embedder: Embedder, store: StoreSettings = EMBEDDED) -> OpenIndex:
    """Open the snapshot in use.

    Raises:
        IndexMissing: nothing was ingested here yet.
        IndexDamaged: a file of the snapshot is missing or damaged.
        ModelMismatch: the snapshot was built with another embedding model.
        StoreUnavailable: the Chroma server does not answer.
    """
    home = open_home(index, store)
    folder, manifest = read_current(index, home)
    if manifest.model.sha256 != embedder.sha256:
        raise ModelMismatch(
            f"The index {index} was built with the embedding model {manifest.model.name} "
            f"({manifest.model.sha256[:12]}), but {embedder.name} ({embedder.sha256[:12]}) is configured. Set "
            f"BPO_KPO_MODEL={manifest.model.name}, or build the index anew: bpo-kpo ingest --index {index}"
        )
    check_files(folder, manifest)
    for stamp in manifest.segments:
        if stamp.snapshot != manifest.snapshot:
            own = home.fetch(stamp.snapshot)
            check_files(own, read_manifest(own))
    reader = Reader.open(home, folder, manifest)
    try:
        domain = Domain.model_validate_json((folder / build.DOMAIN).read_bytes())
        questions, question_vectors = _known_questions(folder, domain, reader)
        starters = Counter(word for text in build.starters(domain) for word in set(words(text)))
        statistics = add_up([reader.statistics(), Statistics(words=starters, asked=starters)], [])
        return OpenIndex(
            manifest=manifest,
            articles=Articles(reader),
            domain=domain,
            store=reader,
            chunks=ChunkCache(reader),
            chunk_keywords=reader.chunk_keywords(),
            sentence_keywords=reader.sentence_keywords(),
            questions=questions,
            question_vectors=question_vectors,
            answerable=Answerable.load(folder / build.ANSWERABLE),
            basis=TokenBasis.load(folder / build.TOKEN_BASIS),
            token_counts=statistics.tokens,
            vocabulary=statistics.words,
            title_words=statistics.titles,
            own_words=frozenset(w for w, n in statistics.words.items() if n > statistics.asked.get(w, 0)),
        )
    except (OSError, ValueError, TypeError, KeyError, EOFError) as error:
        reader.close()
        raise IndexDamaged(f"The index {folder} cannot be read: {error}. {mending(folder)}") from error


def _known_questions(folder: Path, domain: Domain, reader: Reader) -> tuple[tuple[str, ...], Vectors]:
    """Return the questions that the domain proposes and those that the articles answer, with their vectors."""
    stored = np.load(folder / build.DOMAIN_VECTORS)
    expected = len(build.domain_questions(domain))
    if len(stored) != expected:
        raise ValueError(f"the domain has {expected} questions, {len(stored)} vectors of them are stored")
    first = build.starters(domain)
    vectors = stored[: len(first)]
    texts, others = reader.questions()
    new = [i for i, text in enumerate(texts) if text not in set(first)]
    if new:
        vectors = np.concatenate([vectors, others[new]])
    return (*first, *(texts[i] for i in new)), vectors.astype(np.float32)
