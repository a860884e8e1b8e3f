"""Writes are committed before they return, rolled back when they fail, and do not affect each other."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.store import audit
from survey.store.audit import AuditAction
from survey.store.db import Database
from survey.store.fieldwork import Desk
from tests.conftest import on_postgres


def _count(database: Database) -> int:
    return database.read(lambda s: s.scalar(select(func.count()).select_from(Desk)) or 0)


def _add(name: str) -> Callable[[Session], str]:
    def add(session: Session) -> str:
        session.add(Desk(name=name, translations={}, unit_id=1))
        session.flush()
        return name

    return add


def test_others_see_a_write_once_it_has_returned(database: Database) -> None:
    assert database.write(_add("Quầy 1")) == "Quầy 1"
    other = Database(database.url)
    assert _count(other) == 1
    other.dispose()


def test_a_write_that_fails_leaves_nothing_and_raises_to_its_caller(database: Database) -> None:
    def half(session: Session) -> None:
        session.add(Desk(name="half", translations={}, unit_id=1))
        session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(half)
    assert _count(database) == 0


@on_postgres
def test_a_write_looks_again_when_somebody_else_added_the_same_meanwhile(database: Database) -> None:
    looks = 0

    def add_once(session: Session) -> bool:
        nonlocal looks
        looks += 1
        if session.scalar(select(Desk).where(Desk.name == "Quầy 1")):
            return False
        if looks == 1:
            database.write(_add("Quầy 1"))
        _add("Quầy 1")(session)
        return True

    assert not database.write(add_once)
    assert (looks, _count(database)) == (2, 1)


@on_postgres
def test_a_write_that_never_fits_is_refused_the_second_time(database: Database) -> None:
    database.write(_add("Quầy 1"))
    with pytest.raises(IntegrityError):
        database.write(_add("Quầy 1"))
    assert _count(database) == 1


def test_of_many_writes_at_once_only_the_failing_ones_fail(database: Database) -> None:
    start = threading.Barrier(16, timeout=30)

    def work(number: int) -> str:
        start.wait()

        def add(session: Session) -> None:
            session.add(Desk(name=f"desk {number}", translations={}, unit_id=1))
            session.flush()
            if number % 3 == 0:
                raise ValueError(number)

        try:
            database.write(add)
        except ValueError:
            return "failed"
        return "stored"

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(work, range(48)))
    assert outcomes.count("failed") == 16
    assert _count(database) == 32


def test_a_reader_sees_one_snapshot_while_others_write(database: Database) -> None:
    def read_twice(session: Session) -> tuple[int, int]:
        first = session.scalar(select(func.count()).select_from(Desk)) or 0
        if not database.is_sqlite:
            return first, first  # PostgreSQL's default isolation looks anew at each statement
        thread = threading.Thread(target=lambda: database.write(_add("late")))
        thread.start()
        thread.join()
        return first, session.scalar(select(func.count()).select_from(Desk)) or 0

    first, second = database.read(read_twice)
    assert first == second


def test_sqlite_keeps_a_write_ahead_log_and_waits_for_the_disk(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("settings of SQLite")
    with database.engine.connect() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert settings == ["wal", 2, 1]


def test_a_time_keeps_its_zone_and_one_without_is_refused(database: Database) -> None:
    now, action = datetime(2026, 11, 24, 9, 30, tzinfo=UTC), AuditAction.SIGNED_IN
    database.write(lambda s: audit.record(s, action, "subject", person_id=None, now=now))
    assert database.read(lambda s: audit.latest(s, 1))[0].recorded_at == now
    with pytest.raises(Exception, match="no time zone"):
        database.write(lambda s: audit.record(s, action, "", person_id=None, now=now.replace(tzinfo=None)))
    assert date(2026, 11, 24) == now.date()


def test_a_recalled_value_is_read_once_until_a_change(database: Database) -> None:
    reads = []

    def names(session: Session) -> list[str]:
        reads.append(1)
        return list(session.scalars(select(Desk.name).order_by(Desk.name)))

    assert database.recall("names", names) == database.recall("names", names) == []
    assert len(reads) == 1
    other = Database(database.url)
    other.write(_add("Quầy 1"))
    assert database.recall("names", names) == ["Quầy 1"]
    other.dispose()


def test_a_value_read_before_a_change_is_not_recalled_after_it(database: Database) -> None:
    def names_before_a_change(session: Session) -> list[str]:
        before = list(session.scalars(select(Desk.name)))
        other = Database(database.url)
        other.write(_add("Quầy 1"))
        other.dispose()
        return before

    assert database.recall("names", names_before_a_change) == []
    assert database.recall("names", lambda s: list(s.scalars(select(Desk.name)))) == ["Quầy 1"]
