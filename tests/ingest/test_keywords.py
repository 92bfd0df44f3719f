from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import IndexDamaged
from ingest.keywords import KeywordIndex, stems, words

TEXTS = {
    "a": "Payroll costs little.",
    "b": "Patent research costs a lot, a lot!",
    "c": "…",
    "d": "Call centers.",
}


@pytest.fixture(scope="module")
def index() -> KeywordIndex:
    return KeywordIndex.build(list(TEXTS), list(TEXTS.values()))


def ranked(index: KeywordIndex, query: str) -> list[str]:
    scores = index.scores(stems(query))
    return [index.ids[i] for i in np.argsort(-scores, kind="stable") if scores[i] > 0]


def test_words_keep_inner_marks_and_lose_the_possessive() -> None:
    assert words("The KPO’s R&D, co-op and e.g. U.S. rates") == [
        "the",
        "kpo",
        "r&d",
        "co-op",
        "and",
        "e.g",
        "u.s",
        "rates",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("outsourcing", "outsourced"),
        ("organisation", "organizations"),
        ("labour", "labor"),
        ("centres", "center"),
        ("catalogue", "catalog"),
        ("analyse", "analyzing"),
        ("cheque", "checks"),
        ("knowledge-based", "knowledge based"),
    ],
)
def test_forms_and_spellings_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_texts_that_share_rarer_words_rank_first(index: KeywordIndex) -> None:
    assert ranked(index, "costs of patents") == ["b", "a"]
    assert ranked(index, "CALL CENTRE") == ["d"]


@pytest.mark.parametrize("query", ["", "…", "unheard of words"])
def test_words_that_no_text_has_score_nothing(query: str, index: KeywordIndex) -> None:
    scores = index.scores(stems(query))
    assert scores.shape == (4,)
    assert not scores.any()


@given(st.text())
def test_any_query_has_a_finite_score_for_every_text(query: str) -> None:
    index = KeywordIndex.build(["a"], ["payroll 1 é 漢字"])
    scores = index.scores(stems(query))
    assert scores.shape == (1,)
    assert np.isfinite(scores).all()


def test_a_saved_index_ranks_as_before(index: KeywordIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "bm25")
    loaded = KeywordIndex.load(tmp_path / "bm25")
    assert loaded.ids == index.ids
    assert [loaded.row(name) for name in TEXTS] == [0, 1, 2, 3]
    for query in ("costs of patents", "payroll", "nothing"):
        assert np.array_equal(loaded.scores(stems(query)), index.scores(stems(query)))


@pytest.mark.parametrize("name", ["ids.json", "data.csc.index.npy", "params.index.json", "vocab.index.json"])
@pytest.mark.parametrize("data", [None, b"", b"garbage"])
def test_a_damaged_file_is_an_error_that_names_the_command(
    name: str, data: bytes | None, index: KeywordIndex, tmp_path: Path
) -> None:
    folder = tmp_path / "index" / "snapshots" / "one" / "bm25"
    folder.parent.mkdir(parents=True)
    index.save(folder)
    (folder / name).unlink()
    if data is not None:
        (folder / name).write_bytes(data)
    with pytest.raises(IndexDamaged, match=f"bpo-kpo ingest --index {tmp_path / 'index'}"):
        KeywordIndex.load(folder)
