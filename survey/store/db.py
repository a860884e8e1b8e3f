"""The database: SQLite (WAL) or PostgreSQL, with one method to read and one to write.

On SQLite one thread of a process runs all writes and commits them in groups. A commit waits for the disk, so
groups raise the rate from a few hundred to several thousand responses a second (docs/decisions/0003). A
caller gets its result after the commit of its work.
"""

import json
import queue
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar, cast

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, Text, create_engine, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.types import TypeDecorator

from survey.json_value import JsonValue
from survey.store.cache import BoundedCache

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Work = Callable[[Session], T]

_to_compact_json = json.JSONEncoder(separators=(",", ":")).encode
_GROUP_LIMIT = 128
_IDS_IN_A_STATEMENT = 500
_BUSY_SECONDS = 20
_RECALL_SECONDS = 1.0
_RECALL_LIMIT = 1000


class NotFoundError(LookupError):
    """There is no such row, or none that the caller may see."""


def require(row: T | None) -> T:
    """The row; NotFoundError where there is none."""
    if row is None:
        raise NotFoundError
    return row


def lock(session: Session, key: InstrumentedAttribute[int], row_id: int) -> None:
    """Lock a row until the commit, so that other writers wait. On SQLite a writer is alone anyway."""
    session.execute(select(key).where(key == row_id).with_for_update())


class Base(DeclarativeBase):
    """Base of all tables. Tables have no relationships, so that no attribute loads rows by itself."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class JsonText(TypeDecorator[JsonValue]):
    """A JSON value as ASCII text, because databases do not store NUL in a text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: JsonValue, dialect: Dialect) -> str | None:
        """The value as compact JSON, NULL for None."""
        return None if value is None else _to_compact_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> JsonValue:
        """The value that was bound."""
        bound: JsonValue = None if value is None else json.loads(value)
        return bound


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC. SQLite stores no time zone, so results get UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time in UTC; a time without time zone is refused."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time with its time zone."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Database:
    """An open database. `read` and `write` run a function in a transaction of its own."""

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url)
        self._writer = _GroupWriter(self) if self.is_sqlite else None

    def write(self, work: Work[T]) -> T:
        """Run `work` and return its result once it is committed; roll back and raise where it raises.

        `work` must have no effect outside its session: it runs again, alone, when other work of the same
        group failed.
        """
        if self._writer:
            return self._writer.write(work)
        with self._session("write") as session:
            return work(session)

    def read(self, work: Work[T]) -> T:
        """Run `work` on one snapshot of the database and return its result."""
        with self._session("read") as session:
            return work(session)

    def recall(self, key: Hashable, work: Work[T]) -> T:
        """The result of `read`, from a cache of at most a second by key.

        A change of an object by this process empties the cache; one by another process shows after a second.
        For rows that offices seldom change and every respondent's page needs.
        """
        return cast(T, _recalled.get((self.url, key), lambda: self.read(work)))

    def dispose(self) -> None:
        """Close all connections and stop the writer."""
        if self._writer:
            self._writer.stop()
        self.engine.dispose()

    @contextmanager
    def _session(self, purpose: str) -> Iterator[Session]:
        """A session in a transaction that ends with the block: committed, or rolled back by an exception."""
        with self.engine.connect() as fresh:
            connection = fresh.execution_options(purpose=purpose)
            if purpose == "read" and not self.is_sqlite:  # one snapshot for all statements, as on SQLite
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin(), _Session(connection, expire_on_commit=False) as session:
                yield session
                session.flush()
        if _CHANGED in session.info:
            _recalled.clear()


def batches(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    """The ids in parts that fit into the parameters of a statement."""
    for start in range(0, len(ids), _IDS_IN_A_STATEMENT):
        yield ids[start : start + _IDS_IN_A_STATEMENT]


class _Session(Session):
    """Notes whether it wrote objects. Statements do not count: responses are stored by a statement."""


_recalled: BoundedCache[object] = BoundedCache(_RECALL_LIMIT, _RECALL_SECONDS)
_CHANGED = "changed"


@event.listens_for(_Session, "after_flush")
def _note_change(session: Session, _: object) -> None:
    session.info[_CHANGED] = True


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_size=16, max_overflow=8, hide_parameters=True)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None, "check_same_thread": False},
        pool_size=16,
        max_overflow=8,
        hide_parameters=True,  # the text of an error goes to the log, which must not contain answers
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_pragmas(connection: DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock when a write begins, so that a second writer waits and does not fail later."""
    writes = connection.get_execution_options().get("purpose") == "write"
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@dataclass(frozen=True)
class _QueuedWork(Generic[T_co]):
    """Work in the queue of the writer, and its result once it is committed."""

    work: Work[T_co]
    result: Future[T_co] = field(default_factory=Future)


class _GroupWriter:
    """A thread that runs queued work in groups, one transaction a group. The first write starts it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: queue.SimpleQueue[_QueuedWork[object] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def write(self, work: Work[T]) -> T:
        if self._thread is None:
            self._start()
        queued = _QueuedWork(work)
        self._queue.put(queued)
        return queued.result.result()

    def stop(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="group-writer", daemon=True)
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group, stopping = self._gather(first)
            self._commit(group)
            if stopping:
                return

    def _gather(self, first: _QueuedWork[object]) -> tuple[list[_QueuedWork[object]], bool]:
        """The queued work, and whether the writer is to stop."""
        group = [first]
        while len(group) < _GROUP_LIMIT:
            try:
                queued = self._queue.get_nowait()
            except queue.Empty:
                break
            if queued is None:
                return group, True
            group.append(queued)
        return group, False

    def _commit(self, group: list[_QueuedWork[object]]) -> None:
        """Commit a group in one transaction; if work fails, each in a transaction of its own."""
        try:
            with self._database._session("write") as session:
                results = [queued.work(session) for queued in group]
        except BaseException as error:  # noqa: BLE001 — raised in the thread of the caller
            if len(group) == 1:
                group[0].result.set_exception(error)
                return
            for item in group:
                self._commit([item])
            return
        for queued, result in zip(group, results, strict=True):
            queued.result.set_result(result)
