"""What tests of several packages share: the real index of the real corpus, built once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import Assistant
from ingest import build_index

CORPUS = Path(__file__).parents[1] / "corpus"


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("index")
    build_index(CORPUS, index)
    return index


@pytest.fixture(scope="session")
def assistant(index_dir: Path) -> Assistant:
    return Assistant.open(index_dir)
