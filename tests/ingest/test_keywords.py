from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest.keywords
from ingest.keywords import KeywordIndex, Removed, stems, words
from ingest.postings import Postings, PostingsWriter

TEXTS = {
    "a": "Payroll costs little.",
    "b": "Patent research costs a lot, a lot!",
    "c": "…",
    "d": "Call centers.",
}


def postings(folder: Path, texts: Sequence[str]) -> Postings:
    writer = PostingsWriter()
    for text in texts:
        writer.add(stems(text))
    writer.save(folder)
    return Postings.load(folder)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> KeywordIndex:
    return KeywordIndex([(postings(tmp_path_factory.mktemp("words") / "bm25", list(TEXTS.values())), None)])


def ranked(index: KeywordIndex, query: str, limit: int = 10) -> list[str]:
    best = index.score(stems(query)).best(limit)
    order = np.argsort(-best.scores, kind="stable")
    return [list(TEXTS)[row] for row in best.rows[order]]


def scores(index: KeywordIndex, query: str, sizes: Sequence[int]) -> npt.NDArray[np.float32]:
    found = index.score(stems(query))
    return np.concatenate([found.at(segment, np.arange(size)) for segment, size in enumerate(sizes)])


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
    assert not scores(index, query, [4]).any()
    assert ranked(index, query) == []


@given(query=st.text())
def test_any_query_has_a_score_between_0_and_1_for_every_text(query: str, index: KeywordIndex) -> None:
    found = scores(index, query, [4])
    assert found.shape == (4,)
    assert np.isfinite(found).all() and found.min() >= 0 and found.max() <= 1 + 1e-6


WORDS = [f"word{i}" for i in range(60)]


def make_texts(count: int, seed: int) -> list[str]:
    """Texts whose words are as unevenly frequent as those of a language."""
    chance = np.random.default_rng(seed)
    share = 1 / np.arange(1, len(WORDS) + 1)
    return [" ".join(chance.choice(WORDS, size=chance.integers(3, 30), p=share / share.sum())) for _ in range(count)]


def of_bm25s(texts: Sequence[str], query: str) -> npt.NDArray[np.float32]:
    """What bm25s says of the same texts, scaled as here."""
    ranker = bm25s.BM25()
    ranker.index([stems(text) for text in texts], show_progress=False)
    found = np.asarray(ranker.get_scores(stems(query)), dtype=np.float32)
    return found / found.max()


QUERIES = ["word1 word7 word40", "word0", "word59 word59 word3", "word0 word1 word2"]


def test_the_scores_are_those_of_bm25s_in_one_segment_or_in_many(tmp_path: Path) -> None:
    texts = make_texts(300, 3)
    parts = [texts[:200], texts[200:203], texts[203:]]
    one = KeywordIndex([(postings(tmp_path / "one", texts), None)])
    many = KeywordIndex([(postings(tmp_path / f"part{i}", part), None) for i, part in enumerate(parts)])
    for query in QUERIES:
        expected = of_bm25s(texts, query)
        assert np.allclose(scores(one, query, [300]), expected, atol=1e-5)
        assert np.allclose(scores(many, query, [200, 3, 97]), expected, atol=1e-5)


def test_what_was_removed_changes_no_score_of_what_is_left(tmp_path: Path) -> None:
    texts = make_texts(300, 4)
    gone = np.zeros(300, dtype=np.bool_)
    gone[[0, 17, 250]] = True
    lost = [stems(texts[row]) for row in np.flatnonzero(gone)]
    frequencies = Counter(stem for found in lost for stem in set(found))
    removed = Removed(gone, frequencies, sum(len(found) for found in lost))
    index = KeywordIndex([(postings(tmp_path / "bm25", texts), removed)])
    left = [text for text, is_gone in zip(texts, gone, strict=True) if not is_gone]
    for query in QUERIES:
        assert np.allclose(scores(index, query, [300])[~gone], of_bm25s(left, query), atol=1e-5)
        assert not scores(index, query, [300])[gone].any()


def test_of_very_many_texts_the_best_are_found_without_scoring_them_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = make_texts(6_000, 5)
    monkeypatch.setattr(ingest.keywords, "_DENSE", 100)
    monkeypatch.setattr(ingest.keywords, "_FEW", 2_000)
    index = KeywordIndex([(postings(tmp_path / "bm25", texts), None)])
    for query in ("word1 word30 word40", "word59 word59 word3", "word0 word1 word55"):
        best = index.score(stems(query)).best(20)
        expected = of_bm25s(texts, query)
        assert np.allclose(best.scores, expected[best.rows], atol=1e-4)
        assert np.allclose(np.sort(best.scores)[::-1], np.sort(expected)[::-1][: len(best.rows)], atol=1e-4)
        rows = np.array([3, 5_999, 17])
        assert np.allclose(index.score(stems(query)).at(0, rows), expected[rows], atol=1e-4)


def test_words_that_very_many_texts_have_find_texts_that_are_nearly_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = make_texts(6_000, 6)
    monkeypatch.setattr(ingest.keywords, "_DENSE", 100)
    monkeypatch.setattr(ingest.keywords, "_FEW", 400)
    index = KeywordIndex([(postings(tmp_path / "bm25", texts), None)])
    for query in ("word0", "word0 word1 word2", "word1 word3"):
        expected = of_bm25s(texts, query)
        rows = index.score(stems(query)).best(20).rows
        assert expected[rows].min() > 0.9 * np.sort(expected)[-20]


@pytest.mark.parametrize("name", ["stems.txt", "rows.npy", "starts.npy", "counts.npy", "lengths.npy"])
@pytest.mark.parametrize("data", [None, b"", b"garbage"])
def test_a_damaged_file_is_not_opened(name: str, data: bytes | None, tmp_path: Path) -> None:
    postings(tmp_path / "bm25", list(TEXTS.values()))
    (tmp_path / "bm25" / name).unlink()
    if data is not None:
        (tmp_path / "bm25" / name).write_bytes(data)
    with pytest.raises((OSError, ValueError, EOFError)):
        Postings.load(tmp_path / "bm25")
