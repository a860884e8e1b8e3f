"""The database: SQLite (WAL) or PostgreSQL, with one method to read and one to write.

On SQLite one thread of a process runs all writes and commits them in groups. A commit waits for the disk, so
groups raise the rate from a few hundred to several thousand responses a second (docs/decisions/0003). A
caller gets its result after the commit of its work.
"""

import json
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Never, TypeVar, cast

from sqlalchemy import (
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Result,
    Text,
    create_engine,
    event,
    select,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.types import TypeDecorator

from survey.json_value import JsonValue
from survey.store.cache import BoundedCache
from survey.store.group_writer import GroupWriter
from survey.store.unavailable import StoreUnavailableError, unavailable_as_such

T = TypeVar("T")
Work = Callable[[Session], T]

_to_compact_json = json.JSONEncoder(separators=(",", ":")).encode
_IDS_IN_A_STATEMENT = 500
# A server waits this long for a lock of another program and then says so: whoever waits holds a thread.
_UNIQUE_VIOLATION = "23505"  # SQLSTATE
_BUSY_SECONDS, _WAIT_SECONDS = 0.8, 4.0
_POOL_SECONDS = 3
_POSTGRESQL_OPTIONS = "-c lock_timeout=3s -c statement_timeout=60s"
_RECALL_SECONDS = 1.0
_RECALL_LIMIT = 1000
_NO_TRANSACTION = "no transaction"


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


def run_last(session: Session, work: Work[None]) -> None:
    """Run `work` as the last step of the session's transaction, once, however often it is asked for.

    For locks that many writers need: they are held until the commit, which follows at once.
    """
    steps: list[Work[None]] = session.info.setdefault(_LAST, [])
    if work not in steps:
        steps.append(work)


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
        self._writer = GroupWriter(self._write_session, _WAIT_SECONDS) if self.is_sqlite else None
        self._busy_seconds = _BUSY_SECONDS
        self._file: tuple[int, int] | None = None
        event.listen(self.engine, "do_connect", self._before_connecting)
        if self.is_sqlite:
            event.listen(self.engine, "connect", self._set_pragmas)

    def write(self, work: Work[T]) -> T:
        """Run `work` and return its result once it is committed; roll back and raise where it raises.

        `work` must have no effect outside its session. It runs again, alone, when other work of the same
        group failed; and on PostgreSQL once more when it adds what somebody else added since it looked.
        """
        if self._writer:
            return self._writer.write(work)
        try:
            return self._write_alone(work)
        except IntegrityError as error:
            if getattr(error.orig, "sqlstate", None) != _UNIQUE_VIOLATION:
                raise
        return self._write_alone(work)

    def _write_alone(self, work: Work[T]) -> T:
        with self._write_session() as session:
            return work(session)

    def be_patient(self, seconds: float) -> None:
        """Wait longer for locks of others, as a command may that holds no thread of a server."""
        self.dispose()
        self._busy_seconds = seconds
        if self._writer:
            self._writer = GroupWriter(self._write_session, 2 * seconds)

    def forget_deleted(self) -> bool:
        """Overwrite what was deleted in the files of SQLite, its log too; PostgreSQL does it by VACUUM.

        False while somebody reads an older state: the log keeps it until the next call.
        """
        if self.is_sqlite:
            with unavailable_as_such(), self.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT")
                is_busy: int = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
            return not is_busy
        return True

    def rebuild(self) -> bool:
        """Write the file of SQLite anew, then `forget_deleted`; on PostgreSQL the same.

        `secure_delete` clears deleted cells, but rows that SQLite moved before leave copies in the gaps of
        pages. Writers wait meanwhile, some seconds for a gigabyte.
        """
        if self.is_sqlite:
            with unavailable_as_such(), self.engine.connect() as connection:
                connection.execution_options(purpose=_NO_TRANSACTION)
                connection.exec_driver_sql("VACUUM")
        return self.forget_deleted()

    def refuse_another_file(self) -> None:
        """Raise StoreUnavailableError unless the named file is the one that was opened first.

        What is written into a file that was moved away or replaced is not where it will be looked for.
        """
        if self.is_sqlite and self.url.database and self.url.database != ":memory:":
            try:
                named = Path(self.url.database).stat()
            except OSError:
                raise StoreUnavailableError("the database file is gone") from None
            self._file = self._file or (named.st_dev, named.st_ino)
            if self._file != (named.st_dev, named.st_ino):
                raise StoreUnavailableError("the database file was replaced while it was open")

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
    def _write_session(self) -> Iterator[Session]:
        """A session that writes. It is committed into the file that will be looked into, or an error."""
        with self._session("write") as session:
            yield session
        self.refuse_another_file()

    @contextmanager
    def _session(self, purpose: str) -> Iterator[Session]:
        """A session in a transaction that ends with the block: committed, or rolled back by an exception."""
        with unavailable_as_such(), self.engine.connect() as fresh:
            connection = fresh.execution_options(purpose=purpose)
            if purpose == "read" and not self.is_sqlite:  # one snapshot for all statements, as on SQLite
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin(), _Session(connection, expire_on_commit=False) as session:
                yield session
                session.flush()
                for work in session.info.pop(_LAST, ()):
                    work(session)
        if _CHANGED in session.info:
            _recalled.clear()

    def _before_connecting(
        self, _dialect: object, _: object, _arguments: object, named: dict[str, object]
    ) -> None:
        """On SQLite open no second file; on PostgreSQL let no statement of a server wait or run for long."""
        if self._file is not None:
            self.refuse_another_file()
        if not self.is_sqlite and self._busy_seconds == _BUSY_SECONDS:
            named["options"] = _POSTGRESQL_OPTIONS

    def _set_pragmas(self, connection: DBAPIConnection, _: object) -> None:
        cursor = connection.cursor()
        milliseconds = round(1000 * self._busy_seconds)
        pragmas = (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={milliseconds}",
        )
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        self.refuse_another_file()


def rows_changed(result: Result[Never]) -> int:
    """How many rows a statement changed."""
    return result.rowcount if isinstance(result, CursorResult) else 0


def batches(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    """The ids in parts that fit into the parameters of a statement."""
    for start in range(0, len(ids), _IDS_IN_A_STATEMENT):
        yield ids[start : start + _IDS_IN_A_STATEMENT]


class _Session(Session):
    """Notes whether it wrote objects. Statements do not count: responses are stored by a statement."""


_recalled: BoundedCache[object] = BoundedCache(_RECALL_LIMIT, _RECALL_SECONDS)
_CHANGED, _LAST = "changed", "last steps"


@event.listens_for(_Session, "after_flush")
def _note_change(session: Session, _: object) -> None:
    session.info[_CHANGED] = True


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url,
            connect_args={"connect_timeout": _POOL_SECONDS},
            pool_pre_ping=True,
            pool_size=16,
            max_overflow=8,
            pool_timeout=_POOL_SECONDS,
            hide_parameters=True,
        )
    if url.database:
        _create_for_its_owner(Path(url.database))
    engine = create_engine(
        url,
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None, "check_same_thread": False},
        pool_size=16,
        max_overflow=8,
        pool_timeout=_POOL_SECONDS,
        hide_parameters=True,  # the text of an error goes to the log, which must not contain answers
    )
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _create_for_its_owner(path: Path) -> None:
    """Create the file where there is none. SQLite gives its log and index (-wal, -shm) the same mode."""
    if str(path) != ":memory:" and not path.exists():
        path.touch(mode=0o600)


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock when a write begins, so that a second writer waits and does not fail later."""
    purpose = connection.get_execution_options().get("purpose")
    if purpose == _NO_TRANSACTION:  # VACUUM is refused inside of one
        return
    writes = purpose == "write"
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
