from __future__ import annotations

import numpy as np
import pytest

from ingest.embed import Embedder
from ingest.forward import Forward

TEXTS = ("Which one is it?", "KPO", "What does a provider of market research cost in an hour, and who pays for it?")


@pytest.fixture
def forward(embedder: Embedder) -> Forward:
    return Forward(embedder.model)


def test_a_model_that_is_asked_often_is_traced_and_gives_the_same_numbers(forward: Forward) -> None:
    encodings = forward.tokenize(TEXTS)
    shapes = [([one], (1, len(one))) for one in encodings] + [(encodings, (4, 32))]
    before = [forward.run(given, shape) for given, shape in shapes]
    assert forward._traced is None
    for _ in range(8):
        forward.run(encodings[:1], (1, len(encodings[0])))
    assert forward._traced is not None
    for (given, shape), (tokens, texts) in zip(shapes, before, strict=True):
        again, texts_again = forward.run(given, shape)
        assert np.array_equal(tokens[: len(given)], again[: len(given)])
        assert np.array_equal(texts[: len(given)], texts_again[: len(given)])


def test_a_model_that_cannot_be_traced_is_called_as_it_is(forward: Forward, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    def fail(*_given: object, **_named: object) -> None:
        raise RuntimeError("cannot be traced")

    monkeypatch.setattr(torch.jit, "trace", fail)
    encodings = forward.tokenize(TEXTS[:1])
    read = [forward.run(encodings, (1, len(encodings[0])))[1] for _ in range(12)]
    assert forward._traced is None
    assert np.array_equal(read[0], read[-1])


def test_more_tokens_than_the_model_reads_are_cut(forward: Forward, embedder: Embedder) -> None:
    (encoding,) = forward.tokenize(["outsourcing " * 400])
    assert len(encoding) == embedder.model.max_seq_length
    assert embedder.count_tokens("outsourcing " * 400) > 400
    (again,) = forward.tokenize(["outsourcing " * 400])
    assert len(again) == len(encoding)
