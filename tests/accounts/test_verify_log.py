"""`verify-log` names what somebody did to the log who may drop its triggers."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from survey.store import audit
from survey.store.audit import ChainedEntry
from survey.store.db import Database
from tests.builders import database_of
from tests.command_line import refusal, run
from tests.store.log_filling import add_entries, drop_triggers
from tests.store.log_filling import run as run_sql


@pytest.fixture
def log(app: Flask) -> Database:
    """The database of an application, with ten entries from 9:00 on."""
    database = database_of(app)
    add_entries(database, 10)
    return database


@pytest.fixture
def open_log(log: Database) -> Database:
    """The same without triggers."""
    drop_triggers(log)
    return log


def outcome(app: Flask, *arguments: object) -> Any:
    """What `verify-log --json` says."""
    result = run(app, "verify-log", "--json", *arguments)
    document = json.loads(result.stdout)
    assert (result.exit_code == 0) is document["holds"]
    return document


def problems_of(app: Flask, *arguments: object) -> list[tuple[str, int]]:
    """Each problem beside the missing triggers."""
    problems = outcome(app, *arguments)["problems"]
    return [(p["kind"], p["number"]) for p in problems if p["kind"] != "unprotected"]


def export_head(app: Flask, folder: Path) -> Path:
    """A file with the head of now, after those that were exported before."""
    path = folder / "heads.jsonl"
    with path.open("a") as file:
        file.write(run(app, "log-head").stdout)
    return path


def compute_anew(database: Database, first: int) -> None:
    """Give the entries from one on new numbers and hashes, as if they had always been these."""
    chain = database.read(lambda session: list(audit.entries_in_order(session)))
    previous = chain[first - 2].hash if first > 1 else audit.EMPTY_HEAD.hash
    with database.engine.connect().execution_options(purpose="write") as connection, connection.begin():
        for number, entry in enumerate(chain[first - 1 :], first):
            fields = {**vars(entry), "number": number, "previous_hash": previous}
            previous = ChainedEntry(**fields).compute_hash()
            connection.execute(
                text(
                    "UPDATE audit_event SET id = :new, previous_hash = :before, hash = :own WHERE id = :old"
                ),
                {"new": number, "before": fields["previous_hash"], "own": previous, "old": entry.number},
            )


def test_a_log_that_nobody_touched_holds(app: Flask, log: Database, tmp_path: Path) -> None:
    path = export_head(app, tmp_path)
    add_entries(log, 3)
    export_head(app, tmp_path)
    result = run(app, "verify-log", "--head", path)
    last = log.read(audit.head).hash
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"holds: 13 entries, 13 of them as the exported head has them; last hash {last}\n"
    )
    assert run(app, "verify-log").stdout == f"holds: 13 entries; last hash {last}\n"
    assert outcome(app, "--head", path) == {
        "holds": True,
        "entries": 13,
        "heads": 2,
        "last": {"count": 13, "hash": last, "recorded_at": "2026-11-24T02:02:00+00:00"},
        "n_problems": 0,
        "problems": [],
    }


def test_an_empty_log_holds_and_has_a_head(app: Flask, tmp_path: Path) -> None:
    path = export_head(app, tmp_path)
    assert json.loads(path.read_text())["count"] == 0
    assert outcome(app, "--head", path)["holds"]


@pytest.mark.parametrize(
    "change",
    [
        "subject = 'việc khác'",
        "act = 'downloaded'",
        "person_id = 1",
        "person_id = NULL",
        "unit_id = 8",
        "object_kind = NULL",
        "object_key = 'c'",
        "reason = 'x'",
        "at = '2026-11-24 02:05:00.000001+00:00'",
    ],
)
def test_a_changed_entry_is_named_with_its_time(app: Flask, open_log: Database, change: str) -> None:
    if open_log.is_sqlite:
        change = change.replace("+00:00", "")
    run_sql(open_log, f"UPDATE audit_event SET {change} WHERE id = 6")  # noqa: S608
    assert problems_of(app) == [("changed", 6)]
    line = "DOES NOT HOLD: entry 6 of 2026-11-24 09:05:00+07:00 was changed after it was written\n"
    assert line in run(app, "verify-log").stdout


def test_one_changed_entry_is_one_problem_even_with_another_hash(app: Flask, open_log: Database) -> None:
    run_sql(open_log, f"UPDATE audit_event SET hash = '{'a' * 64}' WHERE id = 4")  # noqa: S608
    assert problems_of(app) == [("changed", 4)]


def test_a_removed_entry_is_named(app: Flask, open_log: Database) -> None:
    run_sql(open_log, "DELETE FROM audit_event WHERE id IN (2, 5, 6, 7)")
    assert problems_of(app) == [("removed", 2), ("removed", 5)]
    result = run(app, "verify-log")
    assert (
        "DOES NOT HOLD: entries 5 to 7 are missing, after entry 4 of 2026-11-24 09:03:00+07:00 and before"
        " entry 8 of 2026-11-24 09:07:00+07:00: removed after writing\n"
    ) in result.stdout
    assert result.exit_code == 1
    assert "compare it with a backup" in result.stderr


def test_an_entry_put_in_is_named(app: Flask, open_log: Database) -> None:
    copied = "at, person_id, act, subject, previous_hash, hash"
    run_sql(
        open_log,
        f"INSERT INTO audit_event (id, {copied}) SELECT 11, {copied} FROM audit_event WHERE id = 3",  # noqa: S608
        f"INSERT INTO audit_event (id, {copied}) SELECT 0, {copied} FROM audit_event WHERE id = 3",  # noqa: S608
    )
    assert problems_of(app) == [("out of order", 0), ("changed", 0), ("changed", 11)]


def test_an_entry_replaced_by_one_with_a_right_hash_is_found_at_the_next(
    app: Flask, open_log: Database
) -> None:
    run_sql(open_log, "UPDATE audit_event SET subject = 'việc khác' WHERE id = 6")
    chain = open_log.read(lambda session: list(audit.entries_in_order(session)))
    run_sql(open_log, f"UPDATE audit_event SET hash = '{chain[5].compute_hash()}' WHERE id = 6")  # noqa: S608
    assert problems_of(app) == [("out of order", 7)]
    message = "entry 7 of 2026-11-24 09:06:00+07:00 does not follow from entry 6 of 2026-11-24 09:05:00+07:00"
    assert message in run(app, "verify-log").stdout


def test_entries_cut_off_at_the_end_are_told_by_the_exported_head(
    app: Flask, log: Database, tmp_path: Path
) -> None:
    path = export_head(app, tmp_path)
    drop_triggers(log)
    run_sql(log, "DELETE FROM audit_event WHERE id > 7")
    assert problems_of(app) == []
    assert problems_of(app, "--head", path) == [("cut off", 8)]
    assert "entries 8 to 10 were cut off" in run(app, "verify-log", "--head", path).stdout


def test_a_log_that_was_emptied_is_told_by_the_exported_head(
    app: Flask, log: Database, tmp_path: Path
) -> None:
    path = export_head(app, tmp_path)
    drop_triggers(log)
    run_sql(log, "DELETE FROM audit_event")
    assert problems_of(app, "--head", path) == [("cut off", 1)]


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET subject = 'x'", "DELETE FROM audit_event"])
def test_a_chain_that_was_computed_anew_is_told_by_the_exported_heads(
    app: Flask, log: Database, tmp_path: Path, statement: str
) -> None:
    path = export_head(app, tmp_path)
    add_entries(log, 5)
    export_head(app, tmp_path)
    drop_triggers(log)
    run_sql(log, f"{statement} WHERE id = 12")
    compute_anew(log, 12)
    add_entries(log, 3)
    assert problems_of(app) == [], "the chain alone does not tell"
    assert problems_of(app, "--head", path) == [("rewritten", 11)]
    lines = run(app, "verify-log", "--head", path).stdout
    assert "entries 11 to 15 are not those of the exported head of 15 entries" in lines


def test_a_log_without_its_triggers_does_not_hold(app: Flask, open_log: Database) -> None:
    document = outcome(app)
    assert [problem["kind"] for problem in document["problems"]] == ["unprotected"]
    assert "audit_event_no_update" in document["problems"][0]["message"]


def test_of_many_problems_the_first_twenty_are_listed(app: Flask, open_log: Database) -> None:
    add_entries(open_log, 40)
    run_sql(open_log, "UPDATE audit_event SET subject = ''")
    document = outcome(app)
    assert (document["n_problems"], len(document["problems"])) == (51, 20)
    assert "31 more problems" in run(app, "verify-log").stdout


def test_what_can_be_no_entry_is_named_and_no_traceback(app: Flask, open_log: Database) -> None:
    if not open_log.is_sqlite:
        pytest.skip("PostgreSQL stores nothing else in these columns")
    run_sql(open_log, "UPDATE audit_event SET at = 'hôm qua', subject = x'ff00', unit_id = 'x' WHERE id = 3")
    assert problems_of(app) == [("changed", 3)]
    assert "entry 3 of an unknown time was changed" in run(app, "verify-log").stdout


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "has no head"),
        (b"\xff\xfe", "not UTF-8"),
        (b"{", "line 1: no head of the log"),
        (b"[1]", "line 1: no head"),
        (b'{"count": 1, "hash": "x", "recorded_at": null}', "line 1: no head"),
        (b'{"count": true, "hash": "' + b"a" * 64 + b'", "recorded_at": null}', "line 1: no head"),
        (b'{"count": -1, "hash": "' + b"a" * 64 + b'", "recorded_at": null}', "line 1: no head"),
        (b'{"count": 1, "hash": "' + b"a" * 64 + b'", "recorded_at": "2026-11-24"}', "line 1: no head"),
        (b"[" * 100_000, "line 1: no head"),
    ],
)
def test_a_file_that_is_no_head_is_refused_in_a_line(
    app: Flask, tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "head.json"
    path.write_bytes(content)
    line = refusal(run(app, "verify-log", "--head", path))
    assert reason in line
    assert "log-head" in line
    assert "cannot be read" in refusal(run(app, "verify-log", "--head", tmp_path / "none"))
