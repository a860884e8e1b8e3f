"""A log of before the chain gets numbers and hashes, loses them, and gets the same ones again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from survey.store import audit, migrate
from survey.store.audit import EMPTY_HEAD, AuditAction
from survey.store.db import Database
from tests.postgres import create_database

BEFORE = "0026_create_office_sessions"
FIRST = datetime(2026, 10, 1, 1, 2, 3, 4, tzinfo=UTC)
N_ROWS, GAP_EVERY = 2_345, 100


@pytest.fixture
def old(backend: tuple[str, Path], tmp_path: Path) -> Database:
    """A database of the release before, with a log that has gaps, as rolled back transactions leave them."""
    kind, server = backend
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    if kind != "sqlite":
        url = create_database(server, f"old_{tmp_path.parent.name}_{tmp_path.name}".replace("-", "_"))
    database = Database(url)
    migrate.upgrade(database, BEFORE)
    rows = [
        {
            "id": 1 + number + number // GAP_EVERY,
            "at": (FIRST + timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S.%f")
            + ("" if kind == "sqlite" else "+00"),
            "person_id": 1 if number % 2 else None,
            "act": "downloaded",
            "subject": f'"việc" {number} \\',
        }
        for number in range(N_ROWS)
    ]
    with database.engine.connect().execution_options(purpose="write") as connection, connection.begin():
        connection.execute(
            text(
                "INSERT INTO person (id, username, full_name, role, password_hash, is_active, created_at)"
                " VALUES (1, 'lan', 'Lan', 'administrator', '', true, '2026-10-01 00:00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO audit_event (id, at, person_id, act, subject)"
                " VALUES (:id, :at, :person_id, :act, :subject)"
            ),
            rows,
        )
    return database


def test_a_log_of_before_is_chained_in_its_order_and_goes_on(old: Database) -> None:
    migrate.upgrade(old)
    chain = old.read(lambda session: list(audit.entries_in_order(session)))
    assert [entry.number for entry in chain] == list(range(1, N_ROWS + 1))
    assert [entry.subject for entry in chain] == [f'"việc" {number} \\' for number in range(N_ROWS)]
    assert all(entry.hash == entry.compute_hash() for entry in chain)
    assert [entry.previous_hash for entry in chain] == [EMPTY_HEAD.hash, *(e.hash for e in chain[:-1])]
    assert chain[0].recorded_at == FIRST
    old.write(lambda s: audit.record(s, AuditAction.SIGNED_IN, "", person_id=1, now=FIRST))
    assert old.read(audit.head).count == N_ROWS + 1
    assert old.read(audit.missing_triggers) == []
    old.dispose()


def test_the_chain_goes_down_and_up_again_as_it_was(old: Database) -> None:
    migrate.upgrade(old)
    head = old.read(audit.head)
    migrate.downgrade(old, BEFORE)
    columns = {column["name"] for column in inspect(old.engine).get_columns("audit_event")}
    assert columns == {"id", "at", "person_id", "act", "subject"}
    assert inspect(old.engine).get_indexes("audit_event") == []
    add = text("INSERT INTO audit_event (at, act, subject) VALUES ('2026-12-01 00:00:00', 'downloaded', 'x')")
    with old.engine.connect().execution_options(purpose="write") as connection, connection.begin():
        connection.execute(add)  # as the release before does: the database gives the number
        connection.execute(text("UPDATE audit_event SET subject = 'y' WHERE subject = 'x'"))
        connection.execute(text("DELETE FROM audit_event WHERE subject = 'y'"))
    migrate.upgrade(old)
    assert old.read(audit.head) == head
    old.dispose()
