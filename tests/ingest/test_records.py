from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.chunks import split_article
from ingest.embed import Embedder
from ingest.errors import IndexDamaged
from ingest.records import RECORDS, Records, RecordWriter
from ingest.settings import IngestSettings
from ingest.tokens import TokenBasis
from ingest.types import Article, StoredChunk, StoredQuestion

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
def stored(embedder: Embedder) -> list[StoredChunk]:
    basis = TokenBasis.fit(embedder)
    made = []
    for chunk in split_article(Article("a", "A", TEXT), IngestSettings(), embedder.token_spans):
        vector, *sentences = embedder.encode([chunk.embedded_text, *(s.text for s in chunk.sentences)])
        tokens = tuple(basis.pack(embedder.read(sentence.text)) for sentence in chunk.sentences)
        asked = tuple(_asked(embedder, basis, sentence.text) for sentence in chunk.sentences)
        made.append(StoredChunk(chunk, vector, np.stack(sentences), tokens, asked))
    return made


def _asked(embedder: Embedder, basis: TokenBasis, text: str) -> tuple[StoredQuestion, ...]:
    """Two questions for one sentence of the text, none for the others."""
    asked = ["Is it cheap?", "What does payroll cost?"] if text.startswith("Payroll") else []
    return tuple(
        StoredQuestion(one, read.text_vector, basis.pack(read)) for one in asked for read in [embedder.read(one)]
    )


@pytest.fixture
def folder(tmp_path: Path, stored: list[StoredChunk]) -> Path:
    folder = tmp_path / "index" / "snapshots" / "one"
    folder.mkdir(parents=True)
    writer = RecordWriter(folder)
    for one in stored:
        writer.add(one)
    writer.close()
    return folder


def test_what_was_written_is_read(folder: Path, stored: list[StoredChunk]) -> None:
    records = Records.open(folder)
    assert len(records) == len(stored) == 3
    for row, written in enumerate(stored):
        read = records.read(row)
        assert read.chunk == written.chunk
        assert np.array_equal(read.vector, written.vector)
        assert np.allclose(read.sentence_vectors, written.sentence_vectors, atol=1e-3)
        assert [[q.text for q in own] for own in read.questions] == [[q.text for q in own] for own in written.questions]
        for own, others in zip(read.questions, written.questions, strict=True):
            for one, other in zip(own, others, strict=True):
                assert np.allclose(one.vector, other.vector, atol=1e-3)
                assert np.array_equal(one.tokens, other.tokens)
        assert len(read.tokens) == len(written.tokens)
        assert all(np.array_equal(one, other) for one, other in zip(read.tokens, written.tokens, strict=True))


def test_a_flipped_bit_anywhere_in_a_record_is_found_and_the_others_are_read(
    folder: Path, stored: list[StoredChunk]
) -> None:
    data = (folder / RECORDS).read_bytes()
    start = int(np.load(folder / "record_starts.npy")[1])
    for at in range(start, int(np.load(folder / "record_starts.npy")[2]), 97):
        spoilt = bytearray(data)
        spoilt[at] ^= 4
        (folder / RECORDS).write_bytes(spoilt)
        records = Records.open(folder)
        with pytest.raises(IndexDamaged, match=rf"record 1 .*bpo-kpo ingest --index {folder.parent.parent}"):
            records.read(1)
        assert records.read(0).chunk == stored[0].chunk


def test_a_file_that_was_cut_off_is_not_opened(folder: Path) -> None:
    (folder / RECORDS).write_bytes((folder / RECORDS).read_bytes()[:-1])
    with pytest.raises(ValueError, match="bytes"):
        Records.open(folder)
