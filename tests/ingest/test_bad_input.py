"""Whatever is wrong with the articles, the index or the question: a clear error, and nothing is lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant import Assistant
from ingest import build_index, index_status
from ingest.embed import Embedder
from ingest.errors import (
    AssistantError,
    CorpusError,
    IndexDamaged,
    IndexMissing,
    ModelMismatch,
    QuestionError,
)
from ingest.snapshots import current_snapshot, read_current
from tests.ingest.conftest import SKILLS, Library

QUESTION = "What does payroll cost?"
FACT = "Payroll outsourcing costs forty dollars an employee."


def answers(library: Library) -> bool:
    """Open the index anew and tell whether it holds the fact that it should."""
    passages = Assistant.open(library.index, embedder=library.embedder).retrieve(QUESTION)
    return passages[0].quote == FACT


BAD_FILES = {
    "binary.md": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "cp1252.md": "# Coûts\n\nLe prix d’un café est 5 €.\n".encode("cp1252"),
    "shift-jis.md": ("業務プロセスを外部に委託する。" * 9).encode("shift-jis"),
    "utf-16-without-a-mark.md": "KPO costs more than BPO.".encode("utf-16-le"),
    "broken-front-matter.md": b"---\ntitle: [Costs\n---\n\nKPO costs more.\n",
    "open-front-matter.md": b"---\ntitle: Costs\n\nKPO costs more.\n",
    "ten-megabytes.md": b"KPO costs more than BPO. " * 400_000,
    "empty.md": b"",
    "heading-alone.md": b"# KPO\n",
    "broken.pdf": b"%PDF-1.7\nnothing more",
    "broken.docx": b"PK\x03\x04nothing more",
}


def test_bad_files_are_named_with_their_reasons_and_the_rest_is_indexed(library: Library) -> None:
    for name, data in BAD_FILES.items():
        (library.corpus / name).write_bytes(data)
    report = library.build()
    assert {skipped.file for skipped in report.skipped} == set(BAD_FILES)
    assert all(len(skipped.reason) > 10 for skipped in report.skipped)
    assert (report.articles, report.chunks, report.reused) == (2, 3, 3)
    assert answers(library)


@pytest.mark.parametrize("name", [None, *BAD_FILES])
def test_a_corpus_without_a_readable_article_keeps_the_index_that_is_there(name: str | None, library: Library) -> None:
    before = library.snapshots
    shutil.rmtree(library.corpus)
    library.corpus.mkdir()
    if name is not None:
        (library.corpus / name).write_bytes(BAD_FILES[name])
    with pytest.raises(CorpusError, match=f"bpo-kpo ingest --corpus {library.corpus}") as caught:
        library.build()
    assert name is None or name in str(caught.value)
    assert library.snapshots == before
    assert answers(library)


def test_a_missing_corpus_makes_no_index(embedder: Embedder, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="bpo-kpo ingest --corpus"):
        build_index(tmp_path / "none", tmp_path / "index", embedder=embedder)
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize("question", ["", " \n\t", "?!… — «»", "🎉🎉", "\u200b", "word " * 2_000, "x" * 10_000])
def test_a_question_that_cannot_be_asked_is_an_error_that_says_what_to_do(question: str, assistant: Assistant) -> None:
    with pytest.raises(QuestionError, match=r"Shorten it|Type a question"):
        assistant.ask(question)
    with pytest.raises(QuestionError):
        assistant.retrieve(question)


@pytest.mark.parametrize(
    "question", ["\ud800 What is KPO?", "What is \x00KPO?", "<b>What</b> is KPO?", "ＫＰＯ?", "KPO" * 600]
)
def test_a_question_with_odd_characters_is_answered(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    assert answer.model_dump_json()


def snapshot(library: Library) -> Path:
    return read_current(library.index)[0]


def change_manifest(library: Library, **changes: object) -> None:
    path = snapshot(library) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def overwrite(name: str, data: bytes | None) -> Callable[[Library], None]:
    def act(library: Library) -> None:
        path = snapshot(library) / name
        path.unlink()
        if data is not None:
            path.write_bytes(data)

    return act


def truncate(name: str) -> Callable[[Library], None]:
    def act(library: Library) -> None:
        path = snapshot(library) / name
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    return act


def flip(name: str) -> Callable[[Library], None]:
    def act(library: Library) -> None:
        path = snapshot(library) / name
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    return act


def pointer(data: bytes | None) -> Callable[[Library], None]:
    def act(library: Library) -> None:
        (library.index / "CURRENT").unlink()
        if data is not None:
            (library.index / "CURRENT").write_bytes(data)

    return act


DAMAGES: dict[str, tuple[type[AssistantError], Callable[[Library], None]]] = {
    "pointer missing": (IndexMissing, pointer(None)),
    "pointer empty": (IndexDamaged, pointer(b"")),
    "pointer garbage": (IndexDamaged, pointer(b"\x00garbage")),
    "pointer to nowhere": (IndexDamaged, pointer(b'{"current": "gone"}')),
    "snapshot gone": (IndexDamaged, lambda library: shutil.rmtree(snapshot(library))),
    "manifest missing": (IndexDamaged, overwrite("manifest.json", None)),
    "manifest garbage": (IndexDamaged, overwrite("manifest.json", b"\xff\xfe")),
    "manifest cut off": (IndexDamaged, truncate("manifest.json")),
    "manifest of another count": (IndexDamaged, lambda library: change_manifest(library, chunks=7)),
    "manifest of another format": (IndexDamaged, lambda library: change_manifest(library, format=99)),
    "manifest of another model": (
        ModelMismatch,
        lambda library: change_manifest(library, model={"name": "other", "sha256": "f" * 64, "dimension": 384}),
    ),
    "articles missing": (IndexDamaged, overwrite("articles.jsonl", None)),
    "articles changed": (IndexDamaged, flip("articles.jsonl")),
    "domain cut off": (IndexDamaged, truncate("domain.json")),
    "questions missing": (IndexDamaged, overwrite("questions.json", None)),
    "question vectors cut off": (IndexDamaged, truncate("question_vectors.npy")),
    "token basis garbage": (IndexDamaged, overwrite("token_basis.npz", b"garbage")),
    "records missing": (IndexDamaged, overwrite("records.bin", None)),
    "records cut off": (IndexDamaged, truncate("records.bin")),
    "records changed": (IndexDamaged, flip("records.bin")),
    "statistics changed": (IndexDamaged, flip("statistics.json")),
    "keywords missing": (IndexDamaged, overwrite("bm25_chunks/rows.npy", None)),
    "keywords cut off": (IndexDamaged, truncate("bm25_sentences/counts.npy")),
    "chunk ids changed": (IndexDamaged, flip("chunk_ids.npy")),
    "store missing": (IndexDamaged, overwrite("chroma/chroma.sqlite3", None)),
    "store folder missing": (IndexDamaged, lambda library: shutil.rmtree(snapshot(library) / "chroma")),
    "store empty": (IndexDamaged, overwrite("chroma/chroma.sqlite3", b"")),
    "store garbage": (IndexDamaged, overwrite("chroma/chroma.sqlite3", b"garbage" * 1_000)),
    "store cut off": (IndexDamaged, truncate("chroma/chroma.sqlite3")),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_refused_and_the_command_that_the_error_names_mends_it(
    damage: str, library: Library
) -> None:
    kind, act = DAMAGES[damage]
    act(library)
    with pytest.raises(kind) as caught:
        Assistant.open(library.index, embedder=library.embedder)
    assert f"bpo-kpo ingest --index {library.index}" in str(caught.value)
    library.build()
    assert answers(library)
    assert library.build().embedded == 0, "what was mended is whole"


@pytest.mark.parametrize("damage", ["manifest garbage", "articles changed", "store garbage"])
def test_mending_a_damaged_index_keeps_the_previous_snapshot(damage: str, library: Library) -> None:
    first = current_snapshot(library.index)
    (library.corpus / "skills.md").write_text(SKILLS + "\nAnalysts need statistics.\n")
    library.build()
    DAMAGES[damage][1](library)
    library.build()
    assert index_status(library.index).previous == first
    assert answers(library)


def test_an_index_of_another_model_is_refused_with_both_names_and_mended_by_an_ingest(library: Library) -> None:
    change_manifest(library, model={"name": "other-model", "sha256": "f" * 64, "dimension": 384}, content="other")
    with pytest.raises(ModelMismatch) as caught:
        Assistant.open(library.index, embedder=library.embedder)
    for part in ("other-model", "all-MiniLM-L6-v2", f"bpo-kpo ingest --index {library.index}"):
        assert part in str(caught.value)
    report = library.build()
    assert (report.embedded, report.reused) == (3, 0), "vectors of another model are not reused"
    assert answers(library)
