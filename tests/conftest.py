"""What tests of several packages share, each made once a session: the real model, index and assistant."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Read when the libraries are imported, so set before anything of ours is.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
# Tests that need feedback name a database of their own.
os.environ["BPO_KPO_FEEDBACK"] = "off"

from assistant import Assistant
from ingest import build_index
from ingest.embed import Embedder

# A process that is started from a script's background has Ctrl-C ignored, and would hand that on to programs tested.
signal.signal(signal.SIGINT, signal.default_int_handler)

CORPUS = Path(__file__).parents[1] / "corpus"

# The same examples in every run, and no limit on an example's time: a slow machine is no failure.
# For new examples, and more of them: pytest --hypothesis-profile=explore
settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", settings.get_profile("project"), derandomize=False, max_examples=2_000)
settings.load_profile("project")


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder.load()


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    index = tmp_path_factory.mktemp("index")
    build_index(CORPUS, index, embedder=embedder)
    return index


@pytest.fixture(scope="session")
def assistant(index_dir: Path, embedder: Embedder) -> Assistant:
    return Assistant.open(index_dir, embedder=embedder)
