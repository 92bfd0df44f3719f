"""Feedback in a real database: SQLite always, PostgreSQL where there is a server to start."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from assistant.small_talk import INVITATION
from ingest.errors import SettingsError
from tests.install_postgres import find_postgres
from tests.ui.conftest import wait_until
from tests.ui.feedback.making import answered
from ui.feedback.recorder import Recorder
from ui.feedback.store import FeedbackStore, StoreError, normal
from ui.feedback.tables import metadata

QUESTION = "Is KPO dearer than BPO?"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real PostgreSQL server of this test run's own, on a socket in a folder of its own."""
    programs = find_postgres()
    if programs is None:
        pytest.skip("no PostgreSQL server: python -m tests.install_postgres")
    # A path to a socket is short, and the server's own user can come to it.
    folder = Path(tmp_path_factory.mktemp("pg")).resolve()
    data, sockets = folder / "data", Path(f"/tmp/bpo-kpo-postgres-{os.getpid()}")
    sockets.mkdir()
    # PostgreSQL does not run as root: there, the user that its package made does it.
    is_root = os.geteuid() == 0
    user: dict[str, str] = {"user": "postgres"} if is_root else {}
    if is_root:
        data = sockets / "data"
        try:
            shutil.chown(sockets, "postgres")
            pwd.getpwnam("postgres")
        except LookupError:
            shutil.rmtree(sockets)
            pytest.skip("root cannot start PostgreSQL, and there is no user postgres")

    def run(program: str, *arguments: str) -> None:
        subprocess.run([programs / program, *arguments], check=True, cwd="/", stdout=subprocess.DEVNULL, **user)  # type: ignore[call-overload]

    try:
        run("initdb", "--pgdata", str(data), "--username", "reader", "--auth", "trust", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={sockets} -c fsync=off"
        run("pg_ctl", "start", "--wait", "--pgdata", str(data), "--options", options, "--log", str(sockets / "log"))
        try:
            yield f"postgresql://reader@/postgres?host={sockets}"
        finally:
            run("pg_ctl", "stop", "--wait", "--pgdata", str(data), "--mode", "immediate")
    finally:
        shutil.rmtree(sockets, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'var' / 'feedback.db'}"
    url: str = request.getfixturevalue("postgres")
    with create_engine(url.replace("postgresql:", "postgresql+psycopg:")).begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    return url


@pytest.fixture
def store(url: str) -> Iterator[FeedbackStore]:
    store = FeedbackStore(url)
    yield store
    store.close()


def give(store: FeedbackStore, helpful: bool, comment: str | None = None, given_id: str | None = None) -> None:
    store.add(
        answered(QUESTION, "educba"),
        question=QUESTION,
        helpful=helpful,
        comment=comment,
        snapshot="s1",
        version="1.0",
        given_id=given_id,
    )


def test_a_verdict_is_stored_with_question_answer_passages_and_version(store: FeedbackStore) -> None:
    give(store, helpful=False, comment="“Dearer” – by how much? 😀")
    [row], missed = store.rows()
    assert missed == []
    assert (row["question"], row["helpful"], row["comment"]) == (QUESTION, False, "“Dearer” – by how much? 😀")
    assert row["answer"]["statements"] == [{"text": "KPO costs more than BPO.", "citations": [1]}]  # type: ignore[index]
    assert row["passages"][0]["article_id"] == "educba"  # type: ignore[index]
    assert (row["snapshot"], row["version"]) == ("s1", "1.0")


def test_a_text_that_a_database_does_not_take_is_stored_without_what_it_does_not_take(store: FeedbackStore) -> None:
    answer = answered("Why\0 \ud800?", "educba")
    store.add(answer, question="Why\0 \ud800?", helpful=True, comment="\0", snapshot="s1", version="1")
    store.count_unanswered(answered("Why\0 \ud800?"), snapshot="s1", version="1")
    given, missed = store.rows()
    assert [given[0]["question"], missed[0]["question"]] == ["Why ??", "Why ??"]
    assert given[0]["comment"] == ""


def test_what_comes_later_under_the_same_id_replaces_what_came_before(store: FeedbackStore) -> None:
    give(store, helpful=False, given_id="one")
    give(store, helpful=True, comment="On second thoughts", given_id="one")
    give(store, helpful=True)
    given, _ = store.rows()
    assert [row["helpful"] for row in given] == [True, True]
    assert [row["comment"] for row in given if row["id"] == "one"] == ["On second thoughts"]


def test_questions_without_an_answer_are_counted_however_they_are_typed(store: FeedbackStore) -> None:
    for question in ("What is GDPR?", "what is  GDPR", "What is GDPR ?"):
        store.count_unanswered(answered(question), snapshot="s1", version="1.0")
    store.count_unanswered(answered("What is GDPR?"), snapshot="s2", version="1.0")
    _, missed = store.rows()
    assert sorted((row["snapshot"], row["times"]) for row in missed) == [("s1", 3), ("s2", 1)]


def test_two_servers_that_start_and_count_at_once_lose_nothing(url: str) -> None:
    stores = [FeedbackStore(url) for _ in range(4)]
    start = threading.Barrier(len(stores))
    failures: list[Exception] = []

    def count(store: FeedbackStore) -> None:
        start.wait()
        try:
            for _ in range(10):
                store.count_unanswered(answered("What is GDPR?"), snapshot="s1", version="1.0")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=count, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [row["times"] for row in stores[0].rows()[1]] == [40]
    for store in stores:
        store.close()


def test_the_migrations_make_the_tables_that_the_code_uses(store: FeedbackStore, url: str) -> None:
    store.prepare()
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert set(inspect(connection).get_table_names()) == {"feedback", "unanswered", "alembic_version"}
    engine.dispose()


def test_what_is_stored_is_there_for_the_next_server(url: str) -> None:
    first = FeedbackStore(url)
    give(first, helpful=True)
    first.close()
    second = FeedbackStore(url)
    second.prepare()
    assert len(second.rows()[0]) == 1
    second.close()


def test_a_database_that_cannot_be_reached_is_named_without_its_password() -> None:
    store = FeedbackStore("postgresql://reader:hush@127.0.0.1:1/none")
    with pytest.raises(StoreError, match=r"reader:\*\*\*@127\.0\.0\.1:1/none cannot be used") as caught:
        give(store, helpful=True)
    assert "hush" not in str(caught.value)
    # For a moment it is not even tried.
    with pytest.raises(StoreError, match="a moment ago"):
        give(store, helpful=True)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "feedback.db"
    file.write_text("These are not the tables you are looking for. " * 40)
    with pytest.raises(StoreError, match=r"feedback\.db cannot be used: file is not a database"):
        FeedbackStore(f"sqlite:///{file}").prepare()


@pytest.mark.parametrize("url", ["feedback.db", "var/feedback.db", "://", "unheard-of://host/name"])
def test_what_is_no_database_url_is_refused_with_what_is_expected(url: str) -> None:
    with pytest.raises(SettingsError, match=r"BPO_KPO_FEEDBACK .*sqlite:///"):
        FeedbackStore(url)


def test_only_questions_that_no_article_answers_are_recorded_and_nothing_waits_for_the_database(tmp_path: Path) -> None:
    store = FeedbackStore(f"sqlite:///{tmp_path / 'feedback.db'}")
    recorder = Recorder(store)
    # Taken note of before the database is even open.
    recorder.heard(answered("What is GDPR?"), "s1")
    recorder.heard(answered(QUESTION, "educba"), "s1")
    recorder.heard(answered("Hello").model_copy(update={"text": INVITATION}), "s1")
    recorder.start()
    wait_until(lambda: len(store.rows()[1]) == 1, "the abstention is counted")
    recorder.stop()
    assert [row["question"] for row in store.rows()[1]] == ["What is GDPR?"]


def test_a_recorder_outlives_a_database_that_is_down(caplog: pytest.LogCaptureFixture) -> None:
    recorder = Recorder(FeedbackStore("postgresql://reader@127.0.0.1:1/none"))
    recorder.start()
    for _ in range(3):
        recorder.heard(answered("What is GDPR?"), "s1")
    recorder.stop()
    assert sum("was not counted" in record.message for record in caplog.records) == 3


@pytest.mark.parametrize(("typed", "counted"), [("What is  BPO?", "what is bpo"), ("BPO?! ", "bpo"), ("…", "")])
def test_questions_are_counted_without_case_and_punctuation(typed: str, counted: str) -> None:
    assert normal(typed) == counted
