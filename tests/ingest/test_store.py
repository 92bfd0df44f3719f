from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ingest.chunks import split_article
from ingest.embed import Embedder
from ingest.errors import IndexDamaged
from ingest.settings import IngestSettings
from ingest.snapshots import read_current
from ingest.store import ChunkStore, StoredChunk, StoredQuestion
from ingest.tokens import TokenBasis
from ingest.types import Article
from tests.ingest.conftest import Library

TEXT = """## Costs

Payroll costs little.

Regions that providers are in:

- Mexico
- Poland

| Aspect | KPO |
|---|---|
| Price | high – “naïve” |
"""


@pytest.fixture(scope="module")
def records(embedder: Embedder) -> list[StoredChunk]:
    basis = TokenBasis.fit(embedder)
    made = []
    for chunk in split_article(Article("a", "A", TEXT), IngestSettings(), embedder.token_spans):
        vector, *sentences = embedder.encode([chunk.embedded_text, *(s.text for s in chunk.sentences)])
        tokens = tuple(basis.pack(embedder.read(sentence.text)) for sentence in chunk.sentences)
        questions = tuple(_questions(embedder, basis, sentence.text) for sentence in chunk.sentences)
        made.append(StoredChunk(chunk, vector, np.stack(sentences), tokens, questions))
    return made


def _questions(embedder: Embedder, basis: TokenBasis, text: str) -> tuple[StoredQuestion, ...]:
    """Two questions for one sentence of the text, none for the others."""
    asked = ["Is it cheap?", "What does payroll cost?"] if text.startswith("Payroll") else []
    return tuple(StoredQuestion(read.text_vector, basis.pack(read)) for read in map(embedder.read, asked))


@pytest.fixture
def store(tmp_path: Path, records: list[StoredChunk]) -> Iterator[ChunkStore]:
    store = ChunkStore.create(tmp_path / "store")
    store.add(records)
    yield store
    store.close()


def assert_same(read: StoredChunk, written: StoredChunk) -> None:
    assert read.chunk == written.chunk
    assert np.allclose(read.vector, written.vector, atol=1e-6)
    assert np.allclose(read.sentence_vectors, written.sentence_vectors, atol=1e-3)
    assert len(read.tokens) == len(written.tokens)
    assert all(np.array_equal(one, other) for one, other in zip(read.tokens, written.tokens, strict=True))
    assert [len(own) for own in read.questions] == [len(own) for own in written.questions]
    for own, others in zip(read.questions, written.questions, strict=True):
        for one, other in zip(own, others, strict=True):
            assert np.allclose(one.vector, other.vector, atol=1e-3)
            assert np.array_equal(one.tokens, other.tokens)


def test_what_was_written_is_read_in_this_and_the_next_process(
    store: ChunkStore, records: list[StoredChunk], tmp_path: Path
) -> None:
    ids = [one.chunk.id for one in records]
    assert store.count() == 3
    found = store.get(ids)
    assert set(found) == set(ids)
    for one in records:
        assert_same(found[one.chunk.id], one)
    store.close()
    again = ChunkStore.open(tmp_path / "store")
    assert {one.chunk.id for one in again.all()} == set(ids)
    for one in again.all():
        assert_same(one, found[one.chunk.id])
    again.close()


def test_the_nearest_by_cosine_come_first(store: ChunkStore, records: list[StoredChunk], embedder: Embedder) -> None:
    query = embedder.encode(["countries of providers"])[0]
    by_cosine = sorted(records, key=lambda one: -float(one.vector @ query))
    assert store.nearest(query, 3) == [one.chunk.id for one in by_cosine]
    assert store.nearest(query, 1) == [by_cosine[0].chunk.id]


def test_ids_that_are_not_there_are_left_out(store: ChunkStore, records: list[StoredChunk]) -> None:
    known = records[0].chunk.id
    assert set(store.get(["unknown", known])) == {known}


def test_a_store_can_be_opened_twice_and_closed_once(store: ChunkStore, tmp_path: Path) -> None:
    other = ChunkStore.open(tmp_path / "store")
    other.close()
    assert store.count() == 3


def test_a_long_text_is_spread_over_fields_and_put_together_again(tmp_path: Path, embedder: Embedder) -> None:
    text = " ".join(f"Sentence number {i} says that BPO is cheap." for i in range(12))
    settings = IngestSettings(target_tokens=250)
    (chunk,) = split_article(Article("a", "A", text), settings, embedder.token_spans)
    basis = TokenBasis.fit(embedder)
    tokens = tuple(basis.pack(embedder.read(sentence.text)) for sentence in chunk.sentences)
    sentences = embedder.encode([s.text for s in chunk.sentences])
    one = StoredChunk(chunk, embedder.encode([text])[0], sentences, tokens, tuple(() for _ in tokens))
    store = ChunkStore.create(tmp_path / "store")
    store.add([one])
    assert_same(store.get([chunk.id])[chunk.id], one)
    store.close()


def test_another_process_can_read_a_store_that_is_open(store: ChunkStore, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ingest.store import ChunkStore;"
        "print(len(list(ChunkStore.open(Path(sys.argv[1])).all())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "store")],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout == "3\n"
    assert store.count() == 3


def test_a_record_that_cannot_be_unpacked_is_damage(library: Library) -> None:
    folder, _ = read_current(library.index)
    store = ChunkStore.open(folder / "chroma")
    chunk_id = next(store.all()).chunk.id
    store._collection.update(ids=[chunk_id], metadatas=[{"s0": "[[0,"}])
    with pytest.raises(IndexDamaged, match=f"bpo-kpo ingest --index {library.index}"):
        store.get([chunk_id])
    store.close()
