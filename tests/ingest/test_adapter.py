"""An adapter is added to the weights of the model that it was fitted to, and is part of the model's identity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from ingest.adapter import IN, OUT, adapt, split_name
from ingest.embed import PACKAGED_SHA256, Embedder
from ingest.errors import ModelError
from ingest.settings import DEFAULT_MODEL, PACKAGED_MODEL

WEIGHT = "encoder.layer.0.attention.self.query.weight"


@pytest.fixture(scope="module")
def plain() -> Embedder:
    return Embedder.load(PACKAGED_MODEL)


def write_adapter(path: Path, *, weight: str = WEIGHT, size: int = 384, scale: float = 1.0) -> Path:
    out = torch.full((size, 1), 0.05 * scale)
    save_file({weight + OUT: out, weight + IN: torch.ones(1, size)}, path)
    return path


def test_a_name_is_split_into_the_model_and_its_adapter(tmp_path: Path) -> None:
    assert split_name(PACKAGED_MODEL) == (PACKAGED_MODEL, None)
    model, adapter = split_name(DEFAULT_MODEL)
    assert model == PACKAGED_MODEL
    assert adapter is not None and adapter.is_file()
    own = tmp_path / "own.safetensors"
    assert split_name(f"{PACKAGED_MODEL}+{own}") == (PACKAGED_MODEL, own)


def test_a_folder_with_a_plus_in_its_name_is_a_model(tmp_path: Path) -> None:
    folder = tmp_path / "a+b"
    folder.mkdir()
    assert split_name(str(folder)) == (str(folder), None)


def test_the_default_model_has_other_vectors_and_another_checksum_than_the_plain_one(
    embedder: Embedder, plain: Embedder
) -> None:
    assert plain.sha256 == PACKAGED_SHA256
    assert embedder.sha256 != plain.sha256
    one, other = embedder.encode(["Is KPO dearer?"]), plain.encode(["Is KPO dearer?"])
    assert not np.allclose(one, other, atol=0.01)


def test_factors_are_multiplied_and_added_to_their_weight(tmp_path: Path) -> None:
    model = Embedder.load(PACKAGED_MODEL).model[0].auto_model
    weight = dict(model.named_parameters())[WEIGHT]
    before = weight.detach().clone()
    adapt(model, write_adapter(tmp_path / "one.safetensors"))
    assert torch.allclose(weight, before + 0.05)


def test_an_adapter_of_nothing_changes_no_vector(tmp_path: Path, plain: Embedder) -> None:
    path = write_adapter(tmp_path / "nothing.safetensors", scale=0.0)
    same = Embedder.load(f"{PACKAGED_MODEL}+{path}")
    assert np.array_equal(same.encode(["What is KPO?"]), plain.encode(["What is KPO?"]))
    assert same.sha256 != plain.sha256


def test_two_files_make_two_models(tmp_path: Path) -> None:
    one = write_adapter(tmp_path / "one.safetensors")
    two = write_adapter(tmp_path / "two.safetensors", scale=2.0)
    assert Embedder.load(f"{PACKAGED_MODEL}+{one}").sha256 != Embedder.load(f"{PACKAGED_MODEL}+{two}").sha256


def test_an_adapter_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ModelError, match=r"legal\.safetensors cannot be read.*one of outsourcing"):
        Embedder.load(f"{PACKAGED_MODEL}+legal")


def test_a_file_that_is_no_adapter_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.safetensors"
    path.write_text("no tensors")
    with pytest.raises(ModelError, match="cannot be read"):
        Embedder.load(f"{PACKAGED_MODEL}+{path}")


@pytest.mark.parametrize("wrong", [{"weight": "encoder.layer.99.weight"}, {"size": 768}])
def test_an_adapter_of_another_model_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    path = write_adapter(tmp_path / "other.safetensors", **wrong)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="was fitted to another model"):
        Embedder.load(f"{PACKAGED_MODEL}+{path}")
