from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ingest.batching import BatchingEmbedder
from ingest.embed import Embedder, TokenVectors

TEXTS = [f"What does service number {i} cost{' in all' * (i % 7)}?" for i in range(40)]


class Held(BatchingEmbedder):
    """Holds its first pass until it is let go."""

    begun: threading.Event
    go: threading.Event

    def encode_tokens(self, texts: Sequence[str], *, batch_size: int = 32) -> Iterator[tuple[int, TokenVectors]]:
        if not self.begun.is_set():
            self.begun.set()
            assert self.go.wait(60)
        if texts[0] == "fail":
            raise RuntimeError("no")
        return super().encode_tokens(texts, batch_size=batch_size)


@pytest.fixture
def held(embedder: Embedder) -> Held:
    held = Held.of(embedder, most=16)
    held.begun, held.go = threading.Event(), threading.Event()
    return held


def waiting(held: Held, count: int) -> None:
    """Wait until so many texts wait for the pass that is held."""
    pause = threading.Event()
    while len(held._waiting) < count:
        pause.wait(0.01)


def test_questions_that_come_during_a_pass_share_the_next_and_read_as_alone(held: Held, embedder: Embedder) -> None:
    with ThreadPoolExecutor(len(TEXTS)) as threads:
        first = threads.submit(held.read, TEXTS[0])
        assert held.begun.wait(60)
        others = [threads.submit(held.read, text) for text in TEXTS[1:]]
        waiting(held, len(TEXTS) - 1)
        held.go.set()
        read = [future.result(60) for future in (first, *others)]
    assert (held.texts, held.passes) == (40, 5), "one alone, then 16, 16, 6 and 1"
    for text, one in zip(TEXTS, read, strict=True):
        alone = embedder.read(text)
        assert np.array_equal(one.ids, alone.ids)
        assert np.allclose(one.text_vector, alone.text_vector, atol=1e-5)
        assert np.allclose(one.vectors, alone.vectors, atol=1e-4)


def test_a_single_reader_waits_for_nobody(embedder: Embedder) -> None:
    batching = BatchingEmbedder.of(embedder)
    for text in TEXTS[:3]:
        batching.read(text)
    assert (batching.texts, batching.passes) == (3, 3)


def test_a_pass_that_fails_fails_for_its_readers_and_the_next_goes_on(held: Held) -> None:
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(held.read, TEXTS[0])
        assert held.begun.wait(60)
        failing = threads.submit(held.read, "fail")
        waiting(held, 1)
        beside = threads.submit(held.read, TEXTS[1])
        waiting(held, 2)
        held.go.set()
        assert first.result(60) is not None
        for future in (failing, beside):
            with pytest.raises(RuntimeError, match="no"):
                future.result(60)
    assert held.read(TEXTS[2]) is not None
