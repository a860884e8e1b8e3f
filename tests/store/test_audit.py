"""The log is only added to, and its entries are one chain without gaps, whoever writes at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.store import audit, audit_entries, people
from survey.store.audit import EMPTY_HEAD, AuditAction, ChainedEntry, EntryContext
from survey.store.audit_entries import EntryFilter
from survey.store.db import Database
from survey.store.fieldwork import Desk
from tests.conftest import on_postgres, on_sqlite
from tests.store.log_filling import BEGIN, add_entries, drop_triggers, run

NEXT = (
    "INTO audit_event (id, at, act, subject, previous_hash, hash)"
    " SELECT {number}, at, act, subject, {previous}, {own} FROM audit_event WHERE id = 3"
)


@pytest.fixture
def log(database: Database) -> Database:
    """A database with three entries in its log."""
    add_entries(database, 3)
    return database


def chain_of(database: Database) -> list[ChainedEntry]:
    return database.read(lambda session: list(audit.entries_in_order(session)))


def is_whole(chain: list[ChainedEntry]) -> bool:
    before = [EMPTY_HEAD.hash, *(entry.hash for entry in chain)]
    return [entry.number for entry in chain] == list(range(1, len(chain) + 1)) and all(
        entry.previous_hash == previous and entry.hash == entry.compute_hash()
        for entry, previous in zip(chain, before, strict=False)
    )


def test_each_entry_has_the_next_number_and_the_hash_of_the_one_before(log: Database) -> None:
    add_entries(log, 2)
    chain = chain_of(log)
    assert len(chain) == 5
    assert is_whole(chain)
    assert log.read(audit.head) == audit.LogHead(5, chain[-1].hash, chain[-1].recorded_at)


def test_a_log_without_entries_has_a_head(database: Database) -> None:
    assert database.read(audit.head) == EMPTY_HEAD


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE audit_event SET subject = 'x' WHERE id = 2", "cannot be changed"),
        ("UPDATE audit_event SET id = 9 WHERE id = 3", "cannot be changed"),
        ("DELETE FROM audit_event WHERE id = 3", "cannot be removed"),
        ("DELETE FROM audit_event", "cannot be removed"),
        ("INSERT INTO audit_event (at, act, subject) VALUES ('2026-11-24', 'x', 'y')", "next number"),
        (f"INSERT {NEXT}".format(number=5, previous="hash", own="hash"), "next number"),
        (f"INSERT {NEXT}".format(number=3, previous="hash", own="hash"), "next number"),
        (f"INSERT {NEXT}".format(number=4, previous="previous_hash", own="hash"), "last hash"),
        (f"INSERT {NEXT}".format(number=4, previous="hash", own="''"), "last hash"),
    ],
)
def test_the_database_refuses_to_change_the_log(log: Database, statement: str, reason: str) -> None:
    before = chain_of(log)
    with pytest.raises(IntegrityError, match=reason):
        run(log, statement)
    assert chain_of(log) == before


@on_sqlite
@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT OR REPLACE {NEXT}".format(number=2, previous="hash", own="hash"),
        f"REPLACE {NEXT}".format(number=3, previous="hash", own="hash"),
        f"INSERT OR IGNORE {NEXT}".format(number=9, previous="hash", own="hash"),
        f"INSERT {NEXT} ON CONFLICT (id) DO UPDATE SET subject = 'x'".format(
            number=3, previous="hash", own="hash"
        ),
        "UPDATE OR REPLACE audit_event SET id = 2 WHERE id = 3",
    ],
)
def test_sqlite_replaces_no_entry(log: Database, statement: str) -> None:
    before = chain_of(log)
    with pytest.raises(IntegrityError, match="the log is"):
        run(log, statement)
    assert chain_of(log) == before


@on_postgres
def test_postgresql_empties_no_log(log: Database) -> None:
    for statement in ("TRUNCATE audit_event", "TRUNCATE audit_event CASCADE"):
        with pytest.raises(IntegrityError, match="cannot be emptied"):
            run(log, statement)
    assert len(chain_of(log)) == 3


def test_a_missing_trigger_is_named(log: Database) -> None:
    assert log.read(audit.missing_triggers) == []
    drop_triggers(log)
    names = audit.TRIGGERS if log.is_sqlite else audit.TRIGGERS_OF_POSTGRESQL
    assert log.read(audit.missing_triggers) == sorted(names)


def test_sixteen_writers_at_once_make_one_chain(database: Database) -> None:
    start = threading.Barrier(16, timeout=30)
    others = [Database(database.url) for _ in range(4)]  # as many processes have

    def write(writer: int) -> None:
        start.wait()
        for number in range(10):
            add_entries(others[writer % 4], 1 + number % 2)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(16)))
    for other in others:
        other.dispose()
    chain = chain_of(database)
    assert len(chain) == 16 * 15
    assert is_whole(chain)


def test_a_transaction_that_fails_leaves_no_number_out(log: Database) -> None:
    def fail(session: Session) -> None:
        audit.record(session, AuditAction.SIGNED_IN, "", person_id=1, now=BEGIN)
        session.add(Desk(name="half", translations={}, unit_id=1))
        session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        log.write(fail)
    add_entries(log, 1)
    assert len(chain_of(log)) == 4
    assert is_whole(chain_of(log))


@on_postgres
def test_a_writer_that_holds_people_does_not_wait_for_one_that_waits_for_them(database: Database) -> None:
    """The foreign key of an entry locks its person: the chain is locked after it, never before."""
    has_people, may_end = threading.Event(), threading.Event()

    def hold_people(session: Session) -> None:
        people.has_administrator(session)
        audit.record(session, AuditAction.CHANGED_ROLE, "", person_id=1, now=BEGIN)
        has_people.set()
        may_end.wait(5)

    def write(session: Session) -> None:
        audit.record(session, AuditAction.SIGNED_IN, "", person_id=1, now=BEGIN)

    with ThreadPoolExecutor(2) as pool:
        holder = pool.submit(database.write, hold_people)
        has_people.wait(5)
        waiting = pool.submit(database.write, write)
        threading.Event().wait(0.5)  # until it waits for the row of the person
        may_end.set()
        holder.result(5)
        waiting.result(5)
    assert is_whole(chain_of(database))


def test_what_a_database_cannot_hold_is_replaced_and_what_is_too_long_cut(database: Database) -> None:
    context = EntryContext(
        audit.AuditObject(audit.ObjectKind.UNIT, "k" * 500), reason="\ud800 lý do \0" + "r" * 5000
    )
    moment = BEGIN.astimezone(timezone(timedelta(hours=7)))
    database.write(
        lambda s: audit.record(
            s, AuditAction.ADDED_UNIT, "a\0\ud800" + "b" * 400, person_id=None, now=moment, context=context
        )
    )
    (entry,) = chain_of(database)
    assert entry.subject == "a\N{REPLACEMENT CHARACTER}?" + "b" * 297
    assert (len(entry.object_key or ""), len(entry.reason or "")) == (120, 2000)
    assert entry.recorded_at == BEGIN
    assert is_whole([entry])


def numbers(database: Database, wanted: EntryFilter, **beside: int) -> list[int]:
    shown = database.read(lambda session: audit_entries.page(session, wanted, 4, **beside))
    return [entry.id for entry in shown.entries]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (EntryFilter(), [12, 11, 10, 9]),
        (EntryFilter(person_id=1), [11, 8, 5, 2]),
        (EntryFilter(person_id=0), [10, 7, 4, 1]),
        (EntryFilter(unit_id=7), [12, 10, 8, 6]),
        (EntryFilter(act="entered value"), [12, 9, 6, 3]),
        (EntryFilter(object_kind="campaign", object_key="a"), [11, 9, 7, 5]),
        (EntryFilter(object_key="a", person_id=2), [9, 3]),
        (EntryFilter(object_kind="person"), []),
        (EntryFilter(since=BEGIN + timedelta(minutes=2), until=BEGIN + timedelta(minutes=4)), [4, 3]),
    ],
)
def test_entries_are_selected_by_each_filter(
    database: Database, wanted: EntryFilter, expected: list[int]
) -> None:
    add_entries(database, 12)
    assert numbers(database, wanted) == expected


def test_pages_go_to_older_entries_and_back(database: Database) -> None:
    add_entries(database, 12)
    wanted = EntryFilter(person_id=2)  # 12, 9, 6, 3
    first = database.read(lambda s: audit_entries.page(s, wanted, 2))
    assert ([e.id for e in first.entries], first.older, first.newer) == ([12, 9], 9, None)
    second = database.read(lambda s: audit_entries.page(s, wanted, 2, before=9))
    assert ([e.id for e in second.entries], second.older, second.newer) == ([6, 3], None, 6)
    again = database.read(lambda s: audit_entries.page(s, wanted, 2, after=6))
    assert ([e.id for e in again.entries], again.older, again.newer) == ([12, 9], 9, None)
    assert numbers(database, wanted, before=3) == []
    assert numbers(database, wanted, before=2**31 - 1) == []
    assert numbers(database, wanted, after=12) == [12, 9, 6, 3]


def test_entries_of_one_moment_are_on_one_page_each(database: Database) -> None:
    for _ in range(6):
        add_entries(database, 1)
    assert numbers(database, EntryFilter()) == [6, 5, 4, 3]
    assert numbers(database, EntryFilter(), before=3) == [2, 1]


@pytest.mark.parametrize(
    "wanted",
    [
        EntryFilter(),
        EntryFilter(person_id=1),
        EntryFilter(unit_id=7),
        EntryFilter(act="downloaded"),
        EntryFilter(object_kind="campaign"),
        EntryFilter(object_key="a"),
        EntryFilter(since=BEGIN, until=BEGIN + timedelta(days=1)),
    ],
)
@on_sqlite
def test_a_page_is_read_from_an_index_without_sorting(log: Database, wanted: EntryFilter) -> None:
    with log.engine.connect() as connection:
        query = audit_entries._query(wanted).limit(50)
        compiled = query.compile(log.engine, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    steps = " ".join(str(row[3]) for row in plan)
    assert "USING INDEX ix_audit_event_" in steps
    assert "TEMP B-TREE" not in steps
