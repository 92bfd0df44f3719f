"""The measurement of growth runs, with the model's vectors and with generated ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.growth import grow


@pytest.mark.slow
@pytest.mark.parametrize("generated", [False, True])
def test_an_index_of_a_size_is_asked_and_built_on(tmp_path: Path, generated: bool) -> None:
    found = grow(60, tmp_path, generated=generated)
    assert found["chunks"] == 60
    assert found["answer_p50_ms"] > 0
    assert found["reingest_seconds"] > 0
