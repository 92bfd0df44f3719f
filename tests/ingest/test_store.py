from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ingest.embed import Embedder
from ingest.errors import IndexDamaged
from ingest.snapshots import read_current
from ingest.store import VectorStore
from ingest.types import Vectors
from tests.ingest.conftest import Library

TEXTS = {"a": "Payroll costs little.", "b": "Regions that providers are in: Mexico, Poland.", "c": "The price is high."}


@pytest.fixture(scope="module")
def vectors(embedder: Embedder) -> Vectors:
    return embedder.encode(list(TEXTS.values()))


@pytest.fixture
def store(tmp_path: Path, vectors: Vectors) -> Iterator[VectorStore]:
    store = VectorStore.create(tmp_path / "store")
    store.add(list(TEXTS), vectors)
    yield store
    store.close()


def test_the_nearest_by_cosine_come_first_in_this_and_the_next_process(
    store: VectorStore, vectors: Vectors, embedder: Embedder, tmp_path: Path
) -> None:
    query = embedder.encode(["countries of providers"])[0]
    cosines = dict(zip(TEXTS, (vectors @ query).tolist(), strict=True))
    expected = sorted(TEXTS, key=lambda one: -cosines[one])
    found = store.nearest(query, 3)
    assert [one for one, _ in found] == expected
    assert all(abs(cosine - cosines[one]) < 1e-5 for one, cosine in found)
    assert [one for one, _ in store.nearest(query, 1)] == expected[:1]
    store.close()
    again = VectorStore.open(tmp_path / "store")
    assert again.nearest(query, 3) == found
    assert sorted(again.ids()) == sorted(TEXTS)
    again.close()


def test_a_store_can_be_opened_twice_and_closed_once(store: VectorStore, tmp_path: Path) -> None:
    other = VectorStore.open(tmp_path / "store")
    other.close()
    assert store.count() == 3


def test_another_process_can_read_a_store_that_is_open(store: VectorStore, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ingest.store import VectorStore;"
        "print(len(list(VectorStore.open(Path(sys.argv[1])).ids())))"
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


def test_more_than_one_write_takes_is_written_in_slices(tmp_path: Path) -> None:
    store = VectorStore.create(tmp_path / "many")
    store._batch = 7
    vectors = np.random.default_rng(1).standard_normal((20, 8)).astype(np.float32)
    steps: list[int] = []
    store.add([f"chunk-{i}" for i in range(20)], vectors, steps.append)
    assert steps == [7, 14, 20]
    assert len(set(store.ids())) == store.count() == 20
    store.close()


def test_a_store_that_cannot_be_read_is_damage(library: Library) -> None:
    folder, _ = read_current(library.index)
    store = VectorStore.open(folder / "chroma")
    with pytest.raises(IndexDamaged, match=f"bpo-kpo ingest --index {library.index}"):
        store.nearest(np.ones(3, dtype=np.float32), 1)
    store.close()
