"""The contracts of an index, the same in a folder and on a real Chroma server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.settings import AnswerSettings
from ingest import IndexReport, build_index, index_status, rollback
from ingest.embed import Embedder
from ingest.errors import IndexBusy, IndexDamaged, IndexMissing, StoreUnavailable
from ingest.settings import EMBEDDED, IngestSettings, StoreSettings
from ingest.snapshots import open_home
from tests.chroma_server import ChromaServer
from tests.ingest.conftest import COSTS, SKILLS

QUESTION = "What does payroll cost?"
FORTY = "Payroll outsourcing costs forty dollars an employee."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    server = ChromaServer(tmp_path_factory.mktemp("chroma"))
    server.start()
    yield server
    server.stop()


class Stored:
    """A corpus, and an index of it that may be opened from several folders, as from several machines."""

    def __init__(self, folder: Path, store: StoreSettings, embedder: Embedder) -> None:
        self.folder, self.store, self.embedder = folder, store, embedder
        self.corpus, self.index = folder / "corpus", folder / "index"
        self.corpus.mkdir()
        self.write("costs", COSTS)
        self.write("skills", SKILLS)

    def write(self, name: str, text: str) -> None:
        (self.corpus / f"{name}.md").write_text(text, encoding="utf-8")

    def build(self, index: Path | None = None, merge_chunks: int = 500) -> IndexReport:
        settings = IngestSettings(store=self.store, merge_chunks=merge_chunks)
        return build_index(self.corpus, index or self.index, settings=settings, embedder=self.embedder)

    def open(self, index: Path | None = None) -> Assistant:
        settings = AnswerSettings(store=self.store)
        return Assistant.open(index or self.index, settings=settings, embedder=self.embedder)

    def first(self, index: Path | None = None) -> str:
        return self.open(index).retrieve(QUESTION, top_k=1)[0].quote


@pytest.fixture(params=["embedded", "server"])
def stored(request: pytest.FixtureRequest, tmp_path: Path, embedder: Embedder, server: ChromaServer) -> Stored:
    name = f"test{abs(hash(tmp_path)) % 10**9}"
    store = EMBEDDED if request.param == "embedded" else StoreSettings(address=server.url, name=name)
    return Stored(tmp_path, store, embedder)


@pytest.fixture
def remote(tmp_path: Path, embedder: Embedder, server: ChromaServer) -> Stored:
    return Stored(tmp_path, StoreSettings(address=server.url, name=f"r{abs(hash(tmp_path)) % 10**9}"), embedder)


def test_where_nothing_was_ingested_the_command_that_does_it_is_named(stored: Stored) -> None:
    with pytest.raises(IndexMissing, match="bpo-kpo ingest"):
        stored.open()


def test_an_ingest_makes_what_is_asked_and_the_next_one_embeds_what_changed(stored: Stored) -> None:
    report = stored.build()
    assert (report.chunks, report.embedded) == (3, 3)
    assert stored.first() == FORTY
    assert stored.build().embedded == 0
    stored.write("costs", COSTS.replace("forty", "fifty"))
    report = stored.build()
    assert (report.embedded, report.reused) == (1, 2)
    assert stored.first() == FORTY.replace("forty", "fifty")
    assert index_status(stored.index, stored.store).chunks == 3


def test_rollback_goes_one_back_and_again_forth(stored: Stored) -> None:
    first = stored.build().snapshot
    stored.write("costs", COSTS.replace("forty", "fifty"))
    second = stored.build().snapshot
    assert rollback(stored.index, stored.store).snapshot == first
    assert stored.first() == FORTY
    back = rollback(stored.index, stored.store)
    assert (back.snapshot, back.previous) == (second, first)


def test_segments_that_are_kept_answer_as_one_that_is_whole(stored: Stored, tmp_path: Path) -> None:
    stored.build(merge_chunks=1)
    for i in range(3):
        stored.write(f"more{i}", f"---\ntitle: More {i}\n---\n\nAudit number {i} costs {i + 5} dollars an hour.\n")
        stored.build(merge_chunks=1)
    stored.write("more1", "---\ntitle: More 1\n---\n\nAudit number 1 costs nothing.\n")
    (stored.corpus / "more0.md").unlink()
    stored.build(merge_chunks=1)
    pieces = stored.open()
    assert len(pieces.index.manifest.segments) > 1
    build_index(stored.corpus, tmp_path / "whole", embedder=stored.embedder)
    whole = Assistant.open(tmp_path / "whole", embedder=stored.embedder)
    assert pieces.index.vocabulary == whole.index.vocabulary
    assert pieces.index.token_counts == whole.index.token_counts
    assert pieces.index.title_words == whole.index.title_words
    assert pieces.index.questions == whole.index.questions
    assert pieces.articles == whole.articles
    for question in (QUESTION, "What does audit number 2 cost?", "Where are providers?", "audit number 0"):
        ours, theirs = pieces.retrieve(question, top_k=9), whole.retrieve(question, top_k=9)
        assert [one.quote for one in ours] == [one.quote for one in theirs]
        assert [one.score for one in ours] == pytest.approx([one.score for one in theirs], abs=1e-3)


def test_a_snapshot_that_is_opened_goes_on_answering_after_the_switch(stored: Stored) -> None:
    stored.build()
    before = stored.open()
    stored.write("costs", COSTS.replace("forty", "fifty"))
    stored.build()
    assert before.retrieve(QUESTION, top_k=1)[0].quote == FORTY
    assert stored.first() == FORTY.replace("forty", "fifty")


def test_old_snapshots_are_removed(stored: Stored) -> None:
    for i in range(4):
        stored.write("costs", COSTS.replace("forty", f"{i} and forty"))
        stored.build()
    kept = {path.name for path in (stored.index / "snapshots").iterdir()}
    status = index_status(stored.index, stored.store)
    assert kept == {status.snapshot, status.previous}


def test_other_machines_read_what_one_ingests(remote: Stored, tmp_path: Path) -> None:
    remote.build()
    assert remote.first(tmp_path / "second machine") == FORTY
    remote.write("costs", COSTS.replace("forty", "fifty"))
    remote.build(tmp_path / "third machine")
    for machine in ("second machine", "third machine", "fourth machine"):
        assert remote.first(tmp_path / machine) == FORTY.replace("forty", "fifty")
    assert remote.build(tmp_path / "second machine").embedded == 0


def test_collections_of_old_snapshots_are_removed_from_the_server(remote: Stored) -> None:
    from ingest.store import Server

    for i in range(5):
        remote.write("costs", COSTS.replace("forty", f"{i} and forty"))
        remote.build()
    names = [name for name in Server(remote.store).names() if "-current-" not in name]
    assert len({name.removesuffix("-files") for name in names}) <= 3
    assert remote.first() == FORTY.replace("forty", "4 and forty")


def test_of_two_ingests_at_once_one_wins_and_the_other_says_so(remote: Stored, tmp_path: Path) -> None:
    remote.build()
    remote.write("costs", COSTS.replace("forty", "fifty"))
    together = threading.Barrier(2)
    results: list[object] = []

    class Meeting(Embedder):
        """A model that waits, before it embeds, until the other ingest is as far."""

        def encode_tokens(self, *arguments: object, **keywords: object) -> Iterator[object]:  # type: ignore[override]
            if not self.met:
                self.met = True
                together.wait(60)
            return super().encode_tokens(*arguments, **keywords)  # type: ignore[arg-type]

        met = False

    def ingest(machine: str) -> None:
        model = Meeting(remote.embedder.name, remote.embedder.sha256, remote.embedder.model)
        try:
            settings = IngestSettings(store=remote.store)
            results.append(build_index(remote.corpus, tmp_path / machine, settings=settings, embedder=model))
        except IndexBusy as error:
            results.append(error)

    threads = [threading.Thread(target=ingest, args=(machine,)) for machine in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    kinds = sorted(type(result).__name__ for result in results)
    assert kinds == ["IndexBusy", "IndexReport"], results
    lost = next(result for result in results if isinstance(result, IndexBusy))
    assert "Run the command again" in str(lost)
    assert remote.first() == FORTY.replace("forty", "fifty")
    assert remote.build(tmp_path / "other").embedded == 0


def damage_files(remote: Stored) -> None:
    home = open_home(remote.index, remote.store)
    pointer = home.pointer()
    assert pointer is not None
    home._server.delete(home._files_name(pointer.current))  # type: ignore[attr-defined]


def damage_vectors(remote: Stored) -> None:
    home = open_home(remote.index, remote.store)
    pointer = home.pointer()
    assert pointer is not None
    home._server.delete(f"{remote.store.name}-{pointer.current}")  # type: ignore[attr-defined]


@pytest.mark.parametrize("damage", [damage_files, damage_vectors])
def test_a_server_that_lost_a_part_is_damage_that_an_ingest_mends(
    damage: Callable[[Stored], None], remote: Stored, tmp_path: Path
) -> None:
    remote.build()
    damage(remote)
    with pytest.raises(IndexDamaged, match="bpo-kpo ingest"):
        remote.open(tmp_path / "elsewhere")
    remote.build(tmp_path / "elsewhere")
    assert remote.first(tmp_path / "elsewhere") == FORTY


def test_a_server_that_is_down_is_named_and_nothing_is_lost(tmp_path: Path, embedder: Embedder) -> None:
    server = ChromaServer(tmp_path / "data")
    remote = Stored(tmp_path, StoreSettings(address=server.url), embedder)
    with pytest.raises(StoreUnavailable, match=server.url):
        remote.build()
    server.start()
    try:
        remote.build()
        assistant = remote.open()
        server.stop()
        with pytest.raises(StoreUnavailable, match="does not answer"):
            assistant.ask(QUESTION)
        with pytest.raises(StoreUnavailable):
            rollback(remote.index, remote.store)
        server.start()
        assert assistant.retrieve(QUESTION, top_k=1)[0].quote == FORTY
    finally:
        server.stop()
