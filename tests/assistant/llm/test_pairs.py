"""The check, measured on pairs that nothing was fitted on, does not become worse."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.sides import SideFinder
from assistant.support.entailment import load_entailment
from assistant.support.meaning import Reader
from assistant.support.measure import ALTERED, KindScore, measure_pairs
from assistant.support.pairs import SAME, load_pairs
from ingest.embed import Embedder
from ingest.errors import SettingsError

PAIRS = Path(__file__).parent / "pairs"
HELD_OUT = PAIRS / "held-out"


def measure(files: Iterable[Path], assistant: Assistant, embedder: Embedder) -> dict[str, KindScore]:
    pairs = [pair for file in files for pair in load_pairs(file)]
    scores = measure_pairs(pairs, SideFinder(assistant.domain), Reader(embedder, load_entailment()))
    return {score.kind: score for score in scores}


@pytest.fixture(scope="module")
def held_out(assistant: Assistant, embedder: Embedder) -> dict[str, KindScore]:
    return measure([HELD_OUT / "kinds.yaml", HELD_OUT / "relations.yaml"], assistant, embedder)


@pytest.fixture(scope="module")
def hardest(assistant: Assistant, embedder: Embedder) -> dict[str, KindScore]:
    return measure([HELD_OUT / "one-word.yaml"], assistant, embedder)


def test_there_are_pairs_enough_and_none_is_on_both_sides() -> None:
    fitted = {pair for file in (PAIRS / "fit").glob("*.yaml") for pair in load_pairs(file)}
    measured = {pair for file in HELD_OUT.glob("*.yaml") for pair in load_pairs(file)}
    assert len(fitted) + len(measured) >= 300
    assert not {pair.quotes for pair in fitted} & {pair.quotes for pair in measured}


def test_most_altered_statements_are_caught_and_most_true_ones_kept(held_out: dict[str, KindScore]) -> None:
    assert held_out[ALTERED].recall >= 0.95
    assert held_out[SAME].recall >= 0.8


@pytest.mark.parametrize("kind", ["number", "name", "swapped", "overstated", "elsewhere"])
def test_kinds_that_rules_tell_for_sure_are_all_caught(held_out: dict[str, KindScore], kind: str) -> None:
    assert held_out[kind].recall == 1.0


def test_of_the_hardest_pairs_most_are_told(hardest: dict[str, KindScore]) -> None:
    assert hardest[ALTERED].recall >= 0.9
    assert hardest[SAME].recall >= 0.77
    assert all(hardest[kind].recall == 1.0 for kind in ("number", "swapped", "overstated", "invented"))
    assert all(hardest[kind].recall >= 0.92 for kind in ("negated", "elsewhere"))


def test_free_rewordings_are_told_too(assistant: Assistant, embedder: Embedder) -> None:
    scores = measure([HELD_OUT / "free.yaml"], assistant, embedder)
    assert scores[ALTERED].recall >= 0.91
    assert scores[SAME].recall >= 0.52


def test_a_wrong_file_of_pairs_is_named_with_what_is_expected(tmp_path: Path) -> None:
    file = tmp_path / "pairs.yaml"
    file.write_text("- quotes: [a]\n  wrong: [b]\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="entry 1: has quotes, wrong; expected quotes and any of quotes, same"):
        load_pairs(file)
