"""Models of the same weights hold the vectors of words once."""

from __future__ import annotations

from typing import Any

import torch

from assistant.cross_encoder import load_cross_encoder
from assistant.sufficiency import FITTED
from ingest.embed import PACKAGED_SHA256, Embedder
from ingest.settings import DEFAULT_MODEL, PACKAGED_MODEL
from ingest.sharing import share_word_vectors


def words_of(embedder: Embedder) -> torch.Tensor:
    transformer: Any = embedder.model[0]
    weights: torch.Tensor = transformer.auto_model.get_input_embeddings().weight
    return weights


def test_an_adapter_and_a_cross_encoder_use_the_vectors_of_words_that_are_there() -> None:
    plain, adapted = Embedder.load(PACKAGED_MODEL), Embedder.load(DEFAULT_MODEL)
    assert words_of(plain) is words_of(adapted)
    load_cross_encoder.cache_clear()
    read = load_cross_encoder(FITTED)._model[0].auto_model.get_input_embeddings().weight
    assert read is words_of(plain)


def test_a_model_in_another_precision_leaves_the_vectors_of_the_others_as_they_are() -> None:
    adapted = Embedder.load(DEFAULT_MODEL)
    before = words_of(adapted).clone()
    load_cross_encoder.cache_clear()
    read = load_cross_encoder(FITTED, "bfloat16")._model[0].auto_model.get_input_embeddings().weight
    assert read.dtype == torch.bfloat16
    assert words_of(adapted).dtype == torch.float32
    assert torch.equal(words_of(adapted), before)


def test_other_vectors_and_another_precision_stay_apart() -> None:
    plain, narrow = Embedder.load(PACKAGED_MODEL), Embedder.load(PACKAGED_MODEL, "bfloat16")
    assert words_of(plain).dtype != words_of(narrow).dtype

    class Model(torch.nn.Module):
        def __init__(self, weight: torch.Tensor) -> None:
            super().__init__()
            self.words: torch.nn.Embedding = torch.nn.Embedding(weight.shape[0], weight.shape[1], _weight=weight)

        def get_input_embeddings(self) -> torch.nn.Embedding:
            return self.words

    other = Model(words_of(plain).detach() + 1)
    share_word_vectors(other, PACKAGED_SHA256)
    assert other.words.weight is not words_of(plain)
    same = Model(words_of(plain).detach().clone())
    share_word_vectors(same, None)
    assert same.words.weight is not words_of(plain)
    share_word_vectors(same, PACKAGED_SHA256)
    assert same.words.weight is words_of(plain)
