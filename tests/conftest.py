"""What tests of several packages share, each made once a session: the real model, index and assistant."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import pytest
from hypothesis import HealthCheck, settings

# Read when the libraries are imported, so set before anything of ours is.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
# Tests that need feedback name a database of their own.
os.environ["BPO_KPO_FEEDBACK"] = "off"

from assistant import Assistant
from assistant.evaluation.plugin import FaqSession
from ingest import build_index
from ingest.embed import Embedder, TokenVectors

# A process that is started from a script's background has Ctrl-C ignored, and would hand that on to programs tested.
signal.signal(signal.SIGINT, signal.default_int_handler)

CORPUS = Path(__file__).parents[1] / "corpus"

# The same examples in every run, and no limit on an example's time: a slow machine is no failure.
# For new examples, and more of them: pytest --hypothesis-profile=explore
settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", settings.get_profile("project"), derandomize=False, max_examples=2_000)
settings.load_profile("project")


class KeepingEmbedder(Embedder):
    """The real model, which embeds no text twice that is embedded with others: several tests index the same articles.

    A question, which is embedded alone, goes through the model each time.
    """

    _kept: dict[str, TokenVectors]

    @classmethod
    def of(cls, embedder: Embedder) -> Self:
        made = cls(embedder.name, embedder.sha256, embedder.model, embedder.precision)
        made._kept = {}
        return made

    def encode_tokens(self, texts: Sequence[str], *, batch_size: int = 32) -> Iterator[tuple[int, TokenVectors]]:
        if len(texts) == 1:
            yield from super().encode_tokens(texts, batch_size=batch_size)
            return
        fresh = [text for text in texts if text not in self._kept]
        for i, read in super().encode_tokens(fresh, batch_size=batch_size):
            self._kept[fresh[i]] = read
        yield from ((i, self._kept[text]) for i, text in enumerate(texts))


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return KeepingEmbedder.of(Embedder.load())


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder, faq: FaqSession) -> Path:
    index = tmp_path_factory.mktemp("index")
    build_index(CORPUS, index, embedder=embedder)
    # The cases in tests/faq need no other.
    faq.index = faq.index or index
    return index


@pytest.fixture(scope="session")
def assistant(index_dir: Path, embedder: Embedder) -> Assistant:
    return Assistant.open(index_dir, embedder=embedder)
