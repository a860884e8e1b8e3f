"""What is deleted is gone: from the rows, from the file, from its log, at the time that was promised."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey.intake.deletion import DeletionWorker
from survey.store.db import Database
from survey.store.questionnaires import load_shipped
from survey.store.responses import ResponseRow
from survey.store.saved_forms import SavedForm
from survey.web.background import background
from tests.builders import a_form, database_of, receipt_in

Q = load_shipped()
SAID = "Nobody-but-me-wrote-this"


@pytest.fixture
def database(demo_app: Flask) -> Database:
    return database_of(demo_app)


def in_files(database: Database, text: str) -> list[str]:
    """The files of SQLite that hold a text."""
    file = Path(database.url.database or "")
    files = (file, *file.parent.glob(f"{file.name}-*"))
    return [path.name for path in files if path.exists() and text.encode() in path.read_bytes()]


def worker_of(app: Flask, *, later: timedelta = timedelta()) -> DeletionWorker:
    return DeletionWorker(database_of(app), lambda: datetime.now(UTC) + later)


def save_and_send(citizen: FlaskClient) -> tuple[str, str]:
    """The short code of a saved form, and the receipt it was sent for."""
    form = a_form(Q, comment=SAID)
    page = citizen.post("/s/demo/save", data=form).text
    code = page.partition('id="saved-code">')[2].partition("<")[0]
    return code, receipt_in(citizen.post("/s/demo/send", data=form).text)


def saved_forms(database: Database) -> list[SavedForm]:
    return database.read(lambda s: list(s.scalars(select(SavedForm))))


def test_a_saved_form_that_was_sent_keeps_no_answer(
    demo_app: Flask, citizen: FlaskClient, database: Database
) -> None:
    code, _receipt = save_and_send(citizen)
    assert worker_of(demo_app).has_work()
    assert worker_of(demo_app).run_due() == 1
    (row,) = saved_forms(database)
    assert (row.answers, row.comment) == ({}, None)
    assert not worker_of(demo_app).has_work()
    again = citizen.post("/continue?lang=en", data={"code": code})
    assert "has been sent already" in again.text


def test_a_saved_form_that_nobody_finished_is_gone_after_its_days(
    demo_app: Flask, citizen: FlaskClient, database: Database
) -> None:
    citizen.post("/s/demo/save", data=a_form(Q, comment=SAID))
    assert not worker_of(demo_app, later=timedelta(days=3)).has_work()
    assert worker_of(demo_app, later=timedelta(days=3, hours=1)).run_due() == 1
    assert saved_forms(database) == []
    if database.is_sqlite:
        assert in_files(database, SAID) == []


def test_a_form_still_open_stays(demo_app: Flask, citizen: FlaskClient, database: Database) -> None:
    citizen.post("/s/demo/save", data=a_form(Q, comment=SAID))
    assert worker_of(demo_app).run_due() == 0
    assert saved_forms(database)[0].comment == SAID


def test_what_was_withdrawn_is_in_no_file(citizen: FlaskClient, database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("the files of SQLite")
    _code, receipt = save_and_send(citizen)
    assert in_files(database, SAID) != []
    citizen.post("/receipt/withdraw", data={"code": receipt})
    assert in_files(database, SAID) == []


def test_no_time_of_a_person_is_finer_than_an_hour(citizen: FlaskClient, database: Database) -> None:
    _code, receipt = save_and_send(citizen)
    (saved,) = saved_forms(database)
    citizen.post("/receipt/withdraw", data={"code": receipt})
    times = [saved.expires_at]
    for row in database.read(
        lambda s: list(s.scalars(select(ResponseRow).where(ResponseRow.answers.is_(None))))
    ):
        times += [time for time in (row.received_at, row.withdrawn_at) if time]
    assert len(times) >= 3
    assert [time for time in times if (time.minute, time.second, time.microsecond) != (0, 0, 0)] == []


def test_the_command_deletes_what_is_due(demo_app: Flask, citizen: FlaskClient) -> None:
    save_and_send(citizen)
    result = demo_app.test_cli_runner().invoke(args=["survey", "purge"])
    assert (result.exit_code, result.output) == (
        0,
        "saved forms that were sent or had expired: 1\nsingle responses: none are due\n",
    )


def test_a_serving_process_deletes_by_itself(demo_app: Flask) -> None:
    with demo_app.app_context():
        assert background(DeletionWorker).every_seconds
