from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant
from ingest import build_index, index_status, rollback
from ingest.errors import CorpusError, SettingsError
from ingest.records import Records
from ingest.settings import IngestSettings
from ingest.snapshots import current_snapshot, read_current
from tests.ingest.conftest import COSTS, SKILLS, Library


def test_a_report_counts_what_was_done(library_once: Library, tmp_path: Path) -> None:
    report = build_index(library_once.corpus, tmp_path, embedder=library_once.embedder)
    assert (report.articles, report.chunks, report.sentences) == (2, 3, 4)
    assert (report.embedded, report.reused) == (3, 0)
    assert report.skipped == ()
    assert report.snapshot == current_snapshot(tmp_path)
    assert report.seconds > 0


def test_nothing_changed_keeps_the_snapshot(library: Library) -> None:
    before = library.snapshots
    report = library.build()
    assert (report.embedded, report.reused) == (0, 3)
    assert library.snapshots == before == {report.snapshot}


def test_only_what_changed_is_embedded(library: Library) -> None:
    (library.corpus / "skills.md").write_text(SKILLS.replace("patience", "a headset"))
    report = library.build()
    assert (report.embedded, report.reused) == (1, 2)


def test_a_chunk_that_only_moved_is_not_embedded_again(library: Library) -> None:
    (library.corpus / "costs.md").write_text(COSTS.replace("## What", "## New\n\nA new fact stands first.\n\n## What"))
    report = library.build()
    assert (report.chunks, report.embedded, report.reused) == (4, 1, 3)
    assert Assistant.open(library.index, embedder=library.embedder).articles[0].text.startswith("## New")


def test_a_renamed_article_is_not_embedded_again(library: Library) -> None:
    (library.corpus / "skills.md").rename(library.corpus / "people.md")
    report = library.build()
    assert (report.embedded, report.reused) == (0, 3)
    assert set(read_current(library.index)[1].articles) == {"costs", "people"}


def test_a_changed_title_or_domain_makes_a_new_snapshot_without_embedding(library: Library) -> None:
    first = current_snapshot(library.index)
    (library.corpus / "skills.md").write_text(SKILLS.replace("Skills", "Skills and people"))
    second = library.build()
    assert second.snapshot != first
    (library.corpus / "domain.yaml").write_text("title: Ask")
    third = library.build()
    assert third.snapshot not in {first, second.snapshot}
    assert (second.embedded, third.embedded) == (0, 0)


def test_an_article_that_is_gone_is_gone_from_the_index(library: Library) -> None:
    (library.corpus / "skills.md").unlink()
    report = library.build()
    assert (report.articles, report.chunks, report.embedded) == (1, 2, 0)
    records = Records.open(read_current(library.index)[0])
    assert {records.read(row).chunk.article_id for row in range(len(records))} == {"costs"}


def test_other_settings_make_a_new_snapshot(library: Library) -> None:
    first = current_snapshot(library.index)
    settings = IngestSettings(target_tokens=16)
    assert build_index(library.corpus, library.index, settings=settings, embedder=library.embedder).snapshot != first
    settings = IngestSettings(target_tokens=16, batch_size=1)
    assert build_index(library.corpus, library.index, settings=settings, embedder=library.embedder).embedded == 0


def test_reused_vectors_are_those_that_a_fresh_build_makes(library: Library, tmp_path: Path) -> None:
    (library.corpus / "more.md").write_text("---\ntitle: More\n---\n\nAudits are done by accountants.\n")
    library.build()
    build_index(library.corpus, tmp_path / "fresh", embedder=library.embedder)
    opened = [Records.open(read_current(index)[0]) for index in (library.index, tmp_path / "fresh")]
    reused, fresh = ([records.read(row) for row in range(len(records))] for records in opened)
    assert [one.chunk for one in reused] == [one.chunk for one in fresh]
    for one, other in zip(reused, fresh, strict=True):
        assert np.allclose(one.vector, other.vector, atol=1e-5)
        assert np.allclose(one.sentence_vectors, other.sentence_vectors, atol=2e-3)


def test_the_previous_snapshot_is_kept_and_older_ones_are_removed(library: Library) -> None:
    made = [str(current_snapshot(library.index))]
    for i in range(3):
        (library.corpus / "skills.md").write_text(f"{SKILLS}\nFact number {i} is new.\n")
        made.append(library.build().snapshot)
        assert index_status(library.index).previous == made[-2]
        assert library.snapshots == set(made[-2:])


def test_an_ingest_after_a_rollback_keeps_what_was_rolled_back_to(library: Library) -> None:
    first = current_snapshot(library.index)
    (library.corpus / "skills.md").write_text(SKILLS + "\nAnalysts need statistics.\n")
    library.build()
    rollback(library.index)
    report = library.build()
    assert index_status(library.index).previous == first
    assert (report.articles, report.chunks) == (2, 3)


def test_progress_runs_through_the_stages_to_their_ends(library_once: Library, tmp_path: Path) -> None:
    seen: dict[str, list[tuple[int, int]]] = {}
    build_index(
        library_once.corpus,
        tmp_path,
        embedder=library_once.embedder,
        progress=lambda stage, done, total: seen.setdefault(stage, []).append((done, total)),
    )
    assert list(seen) == ["read", "split", "embed", "write"]
    for steps in seen.values():
        assert steps == sorted(steps)
        assert steps[-1][0] == steps[-1][1]


def test_the_same_corpus_gives_the_same_ids_and_the_same_answers(library: Library, tmp_path: Path) -> None:
    build_index(library.corpus, tmp_path / "again", embedder=library.embedder)
    one, other = (Assistant.open(index, embedder=library.embedder) for index in (library.index, tmp_path / "again"))
    assert {stored.chunk.id for stored in one.index.store.all()} == {
        stored.chunk.id for stored in other.index.store.all()
    }
    for question in ("What does payroll cost?", "Where are nearshore providers?", "Who won the world cup?"):
        answers = [each.ask(question).model_dump(exclude={"timings_ms"}) for each in (one, other)]
        assert answers[0] == answers[1]


def test_a_file_without_a_sentence_is_skipped_and_reported_each_time(library: Library) -> None:
    (library.corpus / "empty.md").write_text("# Nothing but a heading\n")
    for report in (library.build(), library.build()):
        assert (report.articles, report.chunks) == (2, 3)
        assert [(skipped.file, skipped.reason) for skipped in report.skipped] == [
            ("empty.md", "it holds no sentence, list or table")
        ]
    assert set(read_current(library.index)[1].articles) == {"costs", "skills"}


def test_a_corpus_without_a_sentence_is_an_error_and_leaves_the_index_as_it_was(library: Library) -> None:
    before, corpus = library.snapshots, library.corpus
    for path in corpus.iterdir():
        path.write_text("# Nothing but a heading\n")
    with pytest.raises(CorpusError, match=f"bpo-kpo ingest --corpus {corpus}\n  costs.md: it holds no sentence"):
        library.build()
    assert library.snapshots == before
    assert current_snapshot(library.index) in before


@pytest.mark.parametrize(
    "text", ["title: [", "sides: BPO", "unknown: 1", "sides:\n  - synonyms: [x]", "- a list", "\x00"]
)
def test_a_wrong_domain_file_is_an_error_that_names_it_and_the_command(text: str, library: Library) -> None:
    path = library.corpus / "domain.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"(?s)domain\.yaml.*bpo-kpo ingest"):
        library.build()
