"""Stored counts equal a full count while responses are stored, withdrawn and folded at the same time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from survey.fieldwork import demo
from survey.results.campaign import campaign_results
from survey.store import rollups, withdrawal
from survey.store.db import Database
from survey.store.fieldwork import Campaign
from survey.store.responses import ResponseRow, add_many
from tests.conftest import TODAY, on_sqlite
from tests.store.filling import copies

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
T = TypeVar("T")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def campaign_id(database: Database) -> int:
    """The newer demonstration campaign, without folded responses."""
    database.write(lambda s: demo.make_demo(s, today=TODAY, rng=np.random.default_rng(3)))
    return database.read(lambda s: s.scalars(select(Campaign.id).where(Campaign.key == "demo")).one())


def on(campaign_id: int, work: Callable[..., T]) -> Callable[[Session], T]:
    """A function of the store, applied to the campaign."""
    return lambda session: work(session, session.get_one(Campaign, campaign_id), ZONE)


def is_exact(database: Database, campaign_id: int) -> bool:
    return database.read(on(campaign_id, rollups.is_exact))


def n_unfolded(database: Database, campaign_id: int) -> int:
    rows = select(ResponseRow.id).where(ResponseRow.campaign_id == campaign_id, ~ResponseRow.is_folded)
    return len(database.read(lambda s: s.scalars(rows).all()))


def test_counts_are_exact_before_while_and_after_folding(database: Database, campaign_id: int) -> None:
    assert is_exact(database, campaign_id)
    folded = 1
    while folded:
        folded = database.write(lambda s: rollups.fold(s, s.get_one(Campaign, campaign_id), ZONE, limit=100))
        assert is_exact(database, campaign_id)
    assert n_unfolded(database, campaign_id) == 0


def test_a_withdrawn_form_leaves_the_counts_folded_or_not(database: Database, campaign_id: int) -> None:
    ids = database.read(
        lambda s: s.scalars(select(ResponseRow.id).where(ResponseRow.campaign_id == campaign_id)).all()
    )
    before = database.read(on(campaign_id, rollups.roll_up))
    database.write(lambda s: withdrawal.withdraw(s, ids[0], now=NOW))
    database.write(on(campaign_id, rollups.fold))
    for response_id in ids[1:40]:
        database.write(lambda s, i=response_id: withdrawal.withdraw(s, i, now=NOW))  # type: ignore[misc]
    database.write(lambda s: withdrawal.withdraw(s, ids[1], now=NOW))
    after = database.read(on(campaign_id, rollups.roll_up))
    assert before.valid + before.incomplete - after.valid - after.incomplete == 40
    assert is_exact(database, campaign_id)


def test_counts_are_empty_when_everybody_withdraws(database: Database, campaign_id: int) -> None:
    database.write(on(campaign_id, rollups.fold))
    ids = database.read(
        lambda s: s.scalars(select(ResponseRow.id).where(ResponseRow.campaign_id == campaign_id)).all()
    )

    def all_of_them(session: Session) -> None:
        for response_id in ids:
            withdrawal.withdraw(session, response_id, now=NOW)

    database.write(all_of_them)
    left = database.read(on(campaign_id, rollups.roll_up))
    assert (left.cells, left.crossings, left.incomplete) == ({}, {}, 0)


def test_another_time_zone_starts_a_new_count(database: Database, campaign_id: int) -> None:
    database.write(on(campaign_id, rollups.fold))

    def in_utc(session: Session) -> bool:
        campaign = session.get_one(Campaign, campaign_id)
        return rollups.is_exact(session, campaign, UTC)

    assert database.read(in_utc)
    rollups.fold_pending(database, campaign_id, UTC)
    assert database.read(in_utc)
    assert is_exact(database, campaign_id)


def test_a_reset_corrects_wrong_counts(database: Database, campaign_id: int) -> None:
    database.write(on(campaign_id, rollups.fold))
    database.write(lambda s: s.execute(update(rollups.RollUpState).values(incomplete=99)).close())
    assert not is_exact(database, campaign_id)
    database.write(on(campaign_id, rollups.reset))
    database.write(on(campaign_id, rollups.fold))
    assert is_exact(database, campaign_id)


def test_sixteen_at_once_sending_withdrawing_and_folding_lose_nothing(
    database: Database, campaign_id: int
) -> None:
    database.be_patient(60)  # of a busy machine sixteen queue for one row
    rows = database.read(lambda s: copies(s, campaign_id, 16 * 8))

    def client(number: int) -> bool:
        exact = True
        for turn, row in enumerate(rows[number * 8 : (number + 1) * 8]):
            database.write(lambda s, row=row: add_many(s, [row]))  # type: ignore[misc]
            if turn % 3 == 0:
                database.write(lambda s: rollups.fold(s, s.get_one(Campaign, campaign_id), ZONE, limit=40))
            if turn % 4 == 1:

                def withdraw(s: Session, submission: str = row.submission_id) -> None:
                    mine = select(ResponseRow.id).where(ResponseRow.submission_id == submission)
                    withdrawal.withdraw(s, s.scalars(mine).one(), now=NOW)

                database.write(withdraw)
            if turn % 4 == 2:
                exact = exact and is_exact(database, campaign_id)
        return exact

    with ThreadPoolExecutor(16) as clients:
        assert all(clients.map(client, range(16)))
    rollups.fold_pending(database, campaign_id, ZONE)
    assert is_exact(database, campaign_id)


@pytest.mark.server
def test_processes_killed_while_they_fold_lose_nothing(database: Database, campaign_id: int) -> None:
    rows = database.read(lambda s: copies(s, campaign_id, 1500))
    database.write(lambda s: add_many(s, rows))
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.store.filling", url, str(campaign_id)]
    for _number in range(3):
        folding = subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(os.environ))  # noqa: S603
        assert folding.stdout is not None
        assert folding.stdout.readline() == b"folding\n"
        time.sleep(0.1)
        folding.send_signal(signal.SIGKILL)
        folding.wait()
        folding.stdout.close()
        assert is_exact(database, campaign_id)
    assert n_unfolded(database, campaign_id) > 0, "they were killed before they were done"
    rollups.fold_pending(database, campaign_id, ZONE)
    assert is_exact(database, campaign_id)


@on_sqlite
def test_a_result_reads_no_folded_response(database: Database, campaign_id: int) -> None:
    """SQLite uses a partial index only for the text of its condition, else it reads the whole campaign."""
    rollups.fold_pending(database, campaign_id, ZONE)
    statements: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if "FROM response" in statement:
            statements.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", listen)
    now = NOW.astimezone(ZONE)
    database.read(lambda s: campaign_results(s, s.get_one(Campaign, campaign_id), computed_at=now))
    event.remove(database.engine, "before_cursor_execute", listen)
    assert statements
    with database.engine.connect() as connection:
        plans = [
            " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
            for statement, values in statements
        ]
    by_submission = "sqlite_autoindex_response_1 (submission_id=?)"  # of a saved form
    unfolded = "USING INDEX ix_response_unfolded"
    indexes = (unfolded, by_submission, "USING COVERING INDEX", "USING INTEGER PRIMARY KEY")
    assert [plan for plan in plans if not any(index in plan for index in indexes)] == []
