"""Keep feedback in a database: SQLite in a file, or whatever a database URL names.

The database may be down when the server starts and come up later: its tables are made when it is first reached.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, insert, select, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from assistant.types import Answer
from ingest.errors import AssistantError, SettingsError
from ui.feedback.tables import feedback, unanswered

OFF = "off"
_CONNECT_SECONDS = 3
_BUSY_SECONDS = 5
# After a failure the database is left alone for so long, so that no reader waits for it again and again.
_PAUSE_SECONDS = 3.0
# Any number, the same in every process: PostgreSQL's lock around making the tables.
_LOCK = 730_221_548
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


class StoreError(AssistantError):
    """The feedback database cannot be used; the message says which and why."""


class FeedbackStore:
    """Feedback in a database. Safe to use from any thread; connects when it is first used."""

    def __init__(self, url: str) -> None:
        """Read the URL.

        Raises:
            SettingsError: it is no database URL, or its driver is not installed.
        """
        self._url = _read_url(url)
        try:
            self._engine = _make_engine(self._url)
        except (NoSuchModuleError, ImportError) as error:
            raise SettingsError(
                f"BPO_KPO_FEEDBACK names a database whose driver is not installed: {error}. Install it, for PostgreSQL "
                "with: pip install 'bpo-kpo-assistant[postgres]'; or use sqlite:///FILE, or off."
            ) from error
        self._lock = threading.Lock()
        self._is_prepared = False
        self._down_until = 0.0

    def prepare(self) -> None:
        """Make the tables, or bring them to their present form.

        Raises:
            StoreError: the database cannot be reached or changed.
        """
        with self._begin():
            pass

    def add(
        self,
        answer: Answer,
        *,
        question: str,
        helpful: bool,
        comment: str | None,
        snapshot: str,
        version: str,
        given_id: str | None = None,
    ) -> None:
        """Store a reader's verdict; one of the same `given_id` before is replaced.

        Raises:
            StoreError: it could not be stored.
        """
        values = {
            "at": _now(),
            "question": _storable(question),
            "query": _storable(answer.query),
            "helpful": helpful,
            "comment": None if comment is None else _storable(comment),
            "abstained": answer.abstained,
            "answer": answer.model_dump(mode="json", exclude={"citations"}),
            "passages": [citation.model_dump(mode="json") for citation in answer.citations],
            "snapshot": snapshot,
            "version": version,
        }
        key = given_id or str(uuid.uuid4())
        with self._begin() as connection:
            changed = connection.execute(update(feedback).where(feedback.c.id == key).values(values))
            if changed.rowcount == 0:
                connection.execute(insert(feedback).values(id=key, **values))

    def count_unanswered(self, answer: Answer, *, snapshot: str, version: str) -> None:
        """Count a question that found no answer.

        Raises:
            StoreError: it could not be stored.
        """
        key = hashlib.sha256(f"{snapshot}\n{normal(_storable(answer.query))}".encode()).hexdigest()
        now = _now()
        again = update(unanswered).where(unanswered.c.key == key)
        again = again.values(times=unanswered.c.times + 1, last_at=now)
        with self._begin() as connection:
            if connection.execute(again).rowcount:
                return
            values = {"question": _storable(answer.question), "query": _storable(answer.query)}
            values |= {"snapshot": snapshot, "version": version}
            try:
                with connection.begin_nested():
                    connection.execute(insert(unanswered).values(key=key, times=1, first_at=now, last_at=now, **values))
            except IntegrityError:
                # Another server counted it first, just now.
                connection.execute(again)

    def rows(self) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        """Return all rows of `feedback` and of `unanswered`, oldest first.

        Raises:
            StoreError: they cannot be read.
        """
        with self._begin() as connection:
            given = connection.execute(select(feedback).order_by(feedback.c.at, feedback.c.id)).mappings()
            missed = connection.execute(select(unanswered).order_by(unanswered.c.first_at, unanswered.c.key)).mappings()
            return [dict(row) for row in given], [dict(row) for row in missed]

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        """Yield a connection in a transaction; the tables are there."""
        if time.monotonic() < self._down_until:
            raise StoreError(f"The feedback database {self._name} could not be reached a moment ago.")
        try:
            with self._lock:
                if not self._is_prepared:
                    self._make_tables()
                    self._is_prepared = True
            with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            self._down_until = time.monotonic() + _PAUSE_SECONDS
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise StoreError(f"The feedback database {self._name} cannot be used: {reason}") from error

    def _make_tables(self) -> None:
        if self._url.get_backend_name() == "sqlite" and self._url.database not in (None, "", ":memory:"):
            Path(str(self._url.database)).parent.mkdir(parents=True, exist_ok=True)
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        with self._engine.begin() as connection:
            if self._url.get_backend_name() == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @property
    def _name(self) -> str:
        return self._url.render_as_string(hide_password=True)


def normal(question: str) -> str:
    """Return a question as it is counted: without case, punctuation at its end, and doubled white space."""
    return re.sub(r"[\s?!.…]+$", "", " ".join(question.split())).casefold()


def _storable(text: str) -> str:
    """Return a text as every database takes it: PostgreSQL knows no character 0, and none knows half a character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _read_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError(
            "BPO_KPO_FEEDBACK is no database URL. Expected off, sqlite:///var/feedback.db, "
            "or postgresql://user:password@host/name."
        ) from error
    return parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))


def _make_engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine
    arguments = {"connect_timeout": _CONNECT_SECONDS} if url.get_backend_name() == "postgresql" else {}
    return create_engine(url, connect_args=arguments, pool_pre_ping=True, pool_timeout=_CONNECT_SECONDS)


def _set_up_sqlite(connection: object, _record: object) -> None:
    # Transactions are begun by the engine, with the lock taken at once: two servers then wait for each other
    # where they would fail with "database is locked".
    connection.isolation_level = None  # type: ignore[attr-defined]
    connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
