"""The evaluation turns red, and names the cases, when something is spoilt on purpose: real articles, real index."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import AnswerSettings, Assistant
from assistant.evaluation.cases import LocatedCase, load_cases
from assistant.evaluation.compare import Change, Comparison, compare
from assistant.evaluation.configuration import RememberingEmbedder, read_passages, stage_settings
from assistant.evaluation.floors import Floors, check_floors
from assistant.evaluation.junit import to_junit
from assistant.evaluation.markdown import to_markdown
from assistant.evaluation.report import to_html
from assistant.evaluation.results import Fault, Run
from assistant.evaluation.run import evaluate
from ingest import build_index
from ingest.embed import Embedder
from ingest.records import RECORDS, Records, RecordWriter
from ingest.snapshots import MANIFEST, file_sha256, read_current
from ingest.types import StoredChunk

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
CORPUS = ROOT / "corpus"
FACT = "at least 60%"


@pytest.fixture(scope="module")
def reader(embedder: Embedder) -> Embedder:
    """The real model, which reads each question once for all the runs here."""
    return RememberingEmbedder.of(embedder).reusing()


@pytest.fixture(scope="module")
def cases() -> tuple[LocatedCase, ...]:
    """Every fifth case of the kinds that the spoilt things decide: quick to ask, and enough for intervals."""
    kinds = {"single-fact", "misspelt", "source-faq", "which-one"}
    return tuple(one for one in load_cases([ROOT / "tests" / "faq"]) if kinds & set(one.case.tags))[::5]


@pytest.fixture(scope="module")
def ask(cases: Sequence[LocatedCase]) -> Callable[[Assistant], Run]:
    return lambda assistant: evaluate(assistant, cases, corpus_passages=read_passages(assistant.index))


@pytest.fixture(scope="module")
def good(index_dir: Path, reader: Embedder, ask: Callable[[Assistant], Run]) -> Run:
    return ask(Assistant.open(index_dir, embedder=reader))


def as_floors(run: Run, *metrics: str) -> Floors:
    """Return floors at what a run reached."""
    values = {name: run.summary.metrics[name].value for name in metrics}
    return Floors.model_validate({"all": {name: {"min": value} for name, value in values.items()}})


def assert_red(before: Run, after: Run, metric: str) -> Comparison:
    """Assert that a case broke and a metric fell below its floor, and that every output names the cases."""
    comparison = compare(before, after)
    breaches = check_floors(after, as_floors(before, metric))
    broken = comparison.of(Change.BROKEN)
    assert broken
    assert [breach.metric for breach in breaches] == [metric]
    page = to_html(after, comparison=comparison, breaches=breaches)
    comment = to_markdown(after, comparison=comparison, breaches=breaches)
    junit = to_junit(after, comparison)
    assert comment.startswith("### ❌")
    for one in broken:
        assert f'id="case-{one.id}"' in page
        assert f'name="{one.id}"' in junit
    assert f"`{broken[0].id}`" in comment
    return comparison


def test_the_same_index_again_is_green(
    index_dir: Path, reader: Embedder, ask: Callable[[Assistant], Run], good: Run
) -> None:
    again = compare(good, ask(Assistant.open(index_dir, embedder=reader)))
    assert {one.change for one in again.cases} == {Change.SAME}
    assert not [one for one in again.metrics if one.worse or one.better]


def test_a_fact_deleted_from_an_article_is_named(
    tmp_path: Path, embedder: Embedder, reader: Embedder, ask: Callable[[Assistant], Run], good: Run
) -> None:
    shutil.copytree(CORPUS, tmp_path / "corpus")
    file = tmp_path / "corpus" / "booth-and-partners.md"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if FACT not in line]
    assert len(kept) == len(lines) - 1
    file.write_text("".join(kept), encoding="utf-8")
    build_index(tmp_path / "corpus", tmp_path / "index", embedder=embedder)
    spoilt = ask(Assistant.open(tmp_path / "index", embedder=reader))
    comparison = assert_red(good, spoilt, "fact_recall")
    asked_for = {
        one.id
        for one in good.outcomes
        if one.passed
        and any("60" in alternative for fact in one.facts for alternative in fact)
        and one.sources == ("booth-and-partners",)
    }
    broken = {one.id for one in comparison.of(Change.BROKEN)}
    assert asked_for & broken
    assert len(broken) <= 12, "a deleted fact must not break what does not need it"


def test_a_raised_abstention_threshold_is_named(
    index_dir: Path, reader: Embedder, ask: Callable[[Assistant], Run], good: Run
) -> None:
    strict = ask(Assistant.open(index_dir, settings=AnswerSettings(threshold=0.999), embedder=reader))
    comparison = assert_red(good, strict, "fact_recall")
    faults = {problem.fault for one in comparison.of(Change.BROKEN) for problem in one.problems}
    assert faults == {Fault.WRONGLY_REFUSED}
    change = next(one for one in comparison.metrics if one.name == "wrongly_refused")
    assert change.worse


def test_bm25_alone_is_named(index_dir: Path, reader: Embedder, ask: Callable[[Assistant], Run], good: Run) -> None:
    settings = stage_settings(AnswerSettings())["BM25 only"]
    spoilt = ask(Assistant.open(index_dir, settings=settings, embedder=reader))
    comparison = assert_red(good, spoilt, "mrr@10")
    assert "mrr@10" in {one.name for one in comparison.metrics if one.worse}


def test_a_corrupt_offset_is_named(
    index_dir: Path, tmp_path: Path, reader: Embedder, ask: Callable[[Assistant], Run], good: Run
) -> None:
    index = tmp_path / "index"
    shutil.copytree(index_dir, index)
    folder, manifest = read_current(index)
    records = Records.open(folder)
    sentences = {
        (stored.chunk.article_id, one.start, one.end)
        for stored in map(records.read, range(len(records)))
        for one in stored.chunk.sentences
    }
    # The one sentence that proves what a case asks for: a list's quote moves by less than half when one sentence does.
    # The longest, as half of it holds least of what it says.
    alone = (
        one
        for outcome in good.outcomes
        if outcome.passed and outcome.answer and len(outcome.answer.citations) == 1
        for one in outcome.answer.citations
        if (one.article_id, one.start, one.end) in sentences
    )
    cited = max(alone, key=lambda one: one.end - one.start)
    chunks = [_shifted(records.read(row), cited.article_id, cited.start) for row in range(len(records))]
    (folder / RECORDS).unlink()
    corrupt = RecordWriter(folder)
    for one in chunks:
        corrupt.add(one)
    corrupt.close()
    files = {name: file_sha256(folder / name) for name in manifest.files}
    (folder / MANIFEST).write_text(manifest.model_copy(update={"files": files}).model_dump_json())
    spoilt = ask(Assistant.open(index, embedder=reader))
    comparison = assert_red(good, spoilt, "citation_precision")
    faults = {problem.fault for one in comparison.of(Change.BROKEN) for problem in one.problems}
    assert Fault.UNSUPPORTED in faults


def _shifted(stored: StoredChunk, article_id: str, start: int) -> StoredChunk:
    """Move the offsets of the sentence at a place, and of no other, by half its length."""
    sentences = tuple(
        replace(one, start=one.start + (one.end - one.start) // 2, end=one.end + (one.end - one.start) // 2)
        if stored.chunk.article_id == article_id and one.start == start
        else one
        for one in stored.chunk.sentences
    )
    return replace(stored, chunk=replace(stored.chunk, sentences=sentences))
