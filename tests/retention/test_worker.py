"""Single responses are deleted on time and for good; results, files and programs show the same afterwards."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from survey.reports.export import FORMATS
from survey.results.releasing import release_if_due
from survey.retention import worker as worker_module
from survey.retention.worker import RetentionWorker
from survey.store import audit, export_jobs, fieldwork, responses, retention, rollups
from survey.store.comments import CommentMark
from survey.store.db import Base, Database
from survey.store.feedback import FormFeedback
from survey.store.fieldwork import Campaign, months_after
from survey.store.leases import LEASE
from survey.store.releases import ReleasedCell, ReleaseStep
from survey.store.responses import ResponseRow
from survey.store.retention import DeletionState, DeletionTrigger
from survey.store.rollups import RollUpCell
from survey.web.background import background
from tests.builders import QUESTIONNAIRE, a_form, database_of, send, send_forms
from tests.command_line import refusal, run
from tests.conftest import sign_in_as
from tests.retention.builders import (
    KEY,
    SAID,
    campaign_of,
    deletion_of,
    files_with,
    make_due,
    n_stored,
    page_of,
    worker_of,
    write_traces,
)
from tests.waiting import Clock

PAGES = (
    f"/office/campaigns/{KEY}",
    f"/office/campaigns/{KEY}/priorities",
    f"/office/campaigns/{KEY}/comparison",
    f"/office/campaigns/{KEY}/trend",
    "/office/campaigns/demo/trend",
    f"/results/{KEY}",
)


@pytest.fixture
def database(demo_app: Flask) -> Database:
    return database_of(demo_app)


def load_shown(client: FlaskClient) -> dict[str, object]:
    """What pages and files of the campaign show."""
    pages = {path: page_of(client, f"{path}?lang=en") for path in PAGES}
    files = {
        extension: client.get(f"/office/campaigns/{KEY}/summary.{extension}?in=en").data
        for extension in FORMATS
        if extension != "xlsx"  # holds the responses, too, for who may see them
    }
    certificates = {
        path: client.get(path).data
        for path in (f"/office/campaigns/{KEY}/certificate.json", f"/results/{KEY}/certificate.json")
    }
    return {**pages, **files, **certificates, "badge": client.get(f"/results/{KEY}/badge.svg").data}


def rows_of(database: Database, table: type[Base]) -> int:
    return database.read(lambda session: session.scalar(select(func.count()).select_from(table)) or 0)


def test_everything_shows_the_same_before_and_after(demo_app: Flask) -> None:
    make_due(demo_app)
    administrator = sign_in_as(demo_app, "admin")
    before = load_shown(administrator)
    (outcome,) = worker_of(demo_app).run_due()
    assert (outcome.message, outcome.succeeded) == (f"{KEY}: 304 single responses deleted", True)
    after = load_shown(administrator)
    assert [name for name in before if before[name] != after[name]] == []
    assert administrator.get(f"/office/campaigns/{KEY}/summary.xlsx").status_code == 200


def test_nothing_of_a_single_form_is_left(demo_app: Flask, database: Database) -> None:
    write_traces(demo_app)
    campaign = make_due(demo_app)
    n_others = n_stored(demo_app, "demo")
    worker_of(demo_app).run_due()
    assert (n_stored(demo_app), n_stored(demo_app, "demo")) == (0, n_others)
    assert [rows_of(database, table) for table in (CommentMark, FormFeedback)] == [0, 0]

    def counts_that_hold_single_forms(session: Session) -> list[int]:
        small = select(func.count()).where(RollUpCell.campaign_id == campaign.id)
        hidden = select(func.count()).where(ReleasedCell.campaign_id == campaign.id)
        steps = select(ReleaseStep.changes).where(ReleaseStep.campaign_id == campaign.id)
        return [
            session.scalar(small) or 0,
            session.scalar(hidden.where(ReleasedCell.is_shown.is_(False))) or 0,
            sum(len(changes) for changes in session.scalars(steps)),
        ]

    assert database.read(counts_that_hold_single_forms) == [0, 0, 0]
    if database.is_sqlite:
        assert files_with(database, SAID) == []
        with database.engine.connect() as connection:
            free_pages = connection.exec_driver_sql("PRAGMA freelist_count").scalar()
        assert free_pages == 0, "the file was not written anew"


def test_the_files_held_the_comments_before(demo_app: Flask, database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("the files of SQLite")
    write_traces(demo_app)
    assert files_with(database, SAID) != []


def test_a_reader_of_an_older_state_holds_up_the_end(demo_app: Flask, database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("the log of SQLite")
    make_due(demo_app)
    write_traces(demo_app)
    reader = database.engine.connect()
    reader.exec_driver_sql("SELECT count(*) FROM response").one()
    (outcome,) = worker_of(demo_app).run_due()
    assert not outcome.succeeded
    assert "the files are in use" in outcome.message
    reader.close()
    (outcome,) = worker_of(demo_app).run_due()
    assert outcome.message == f"{KEY}: 304 single responses deleted"
    assert files_with(database, SAID) == []


def test_the_day_of_deletion_is_the_last_day_and_its_months(demo_app: Flask) -> None:
    campaign, worker = campaign_of(demo_app), worker_of(demo_app)
    due_on = months_after(campaign.closes_on, 24)
    midnight = datetime.combine(due_on, datetime.min.time(), worker.time_zone)
    clock = Clock(midnight - timedelta(seconds=1))
    at_night = RetentionWorker(worker.database, worker.time_zone, worker.exports, clock)
    assert not at_night.has_work()
    clock.moment = midnight
    assert [c.key for c in at_night.due()] == [KEY]
    at_night.run_due()
    deletion = deletion_of(demo_app)
    assert deletion is not None
    assert (deletion.deleted_on, deletion.state) == (due_on, DeletionState.DONE)
    assert not at_night.has_work()


@pytest.mark.parametrize(
    ("day", "months", "due_on"),
    [
        (date(2026, 11, 30), 24, date(2028, 11, 30)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2027, 2, 28), 12, date(2028, 2, 28)),
        (date(9999, 1, 1), 120, date.max),
    ],
)
def test_months_end_with_the_month(day: date, months: int, due_on: date) -> None:
    assert months_after(day, months) == due_on


class KilledError(BaseException):
    """A process ends here."""


def test_a_killed_deletion_goes_on_when_its_lease_has_run_out(
    demo_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_due(demo_app)
    monkeypatch.setattr(worker_module, "_ROWS_AT_ONCE", 100)
    first = worker_of(demo_app)
    clock = Clock(datetime.now(UTC))
    worker = RetentionWorker(first.database, first.time_zone, first.exports, clock)
    viewer, results = sign_in_as(demo_app, "viewer"), f"/office/campaigns/{KEY}?lang=en"
    before = page_of(viewer, results)
    moments = iter([clock.moment] * 5)

    def dying_clock() -> datetime:
        if (moment := next(moments, None)) is None:
            raise KilledError
        return moment

    dying = RetentionWorker(worker.database, worker.time_zone, worker.exports, dying_clock)
    with pytest.raises(KilledError):
        dying.run_due()
    assert 0 < n_stored(demo_app) < 304
    assert page_of(viewer, results) == before
    assert viewer.get(f"/office/campaigns/{KEY}/comments").status_code == 410
    assert worker.run_due() == []
    clock.moment += LEASE + timedelta(seconds=1)
    assert [outcome.message for outcome in worker.run_due()] == [f"{KEY}: 304 single responses deleted"]
    assert n_stored(demo_app) == 0
    assert page_of(viewer, results) == before


def test_a_failed_deletion_is_told_and_can_be_run_again_at_once(demo_app: Flask) -> None:
    make_due(demo_app)
    exports = worker_of(demo_app).exports
    exports.folder.mkdir()
    campaign, now = campaign_of(demo_app), datetime.now(UTC)
    job_id = database_of(demo_app).write(
        lambda s: export_jobs.add(s, campaign.id, "csv", "vi", person_id=None, now=now)
    )
    obstacle = exports.folder / f"{job_id}.csv"
    obstacle.mkdir()  # a file that cannot be removed
    result = run(demo_app, "purge")
    assert result.exit_code == 1
    assert f"{KEY}: not deleted; the log says why" in result.stderr
    obstacle.rmdir()
    assert f"{KEY}: 304 single responses deleted" in run(demo_app, "purge").output


def test_two_processes_at_once_delete_once(demo_app: Flask) -> None:
    make_due(demo_app)
    outcomes = []
    workers = [worker_of(demo_app), worker_of(demo_app)]
    threads = [Thread(target=lambda worker=worker: outcomes.extend(worker.run_due())) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome.message for outcome in outcomes] == [f"{KEY}: 304 single responses deleted"]
    entries = database_of(demo_app).read(lambda session: audit.latest(session, 5))
    assert [e.subject for e in entries if e.act == "deleted single responses"] == [f"{KEY}: 304 (clock)"]


def test_forms_that_no_result_held_yet_are_released_before(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    send_forms(app, code, 12)
    end(app, key)
    viewer = sign_in_as(app, "viewer")
    (outcome,) = worker_of(app).run_due()
    assert outcome.message == f"{key}: 12 single responses deleted"
    page = page_of(viewer, f"/office/campaigns/{key}?lang=en")
    assert "12" in page
    assert viewer.get(f"/office/campaigns/{key}/certificate.json").status_code == 200


def test_too_few_forms_leave_their_number_and_nothing_else(app: Flask, campaign: tuple[str, str]) -> None:
    key, code = campaign
    send_forms(app, code, 3)
    end(app, key)
    viewer = sign_in_as(app, "viewer")
    path = f"/office/campaigns/{key}?lang=en"
    before = page_of(viewer, path)
    worker_of(app).run_due()
    assert page_of(viewer, path) == before
    state = database_of(app).read(lambda s: s.get_one(rollups.RollUpState, campaign_of(app, key).id))
    assert [(list(parts), n) for parts, n in state.crossings] == [([""] * 5, 3)]
    assert (state.languages, state.modes) == ({}, {})


def test_a_campaign_without_forms_is_done_at_once(app: Flask, campaign: tuple[str, str]) -> None:
    end(app, campaign[0])
    assert [o.message for o in worker_of(app).run_due()] == [f"{campaign[0]}: 0 single responses deleted"]
    assert not worker_of(app).has_work()


def end(app: Flask, key: str) -> None:
    """Let the last day of a campaign and its month be over."""
    day = datetime.now(UTC).date() - timedelta(days=40)
    change = update(Campaign).where(Campaign.key == key)
    values = {"opens_on": day - timedelta(days=9), "closes_on": day, "retention_months": 1}
    database_of(app).write(lambda session: session.execute(change.values(**values)))


def test_counts_of_forms_stay(demo_app: Flask) -> None:
    def numbers(session: Session) -> tuple[dict[int, int], int]:
        campaign_id = fieldwork.campaign_by_key(session, KEY).id
        return (
            responses.counts_by_collector(session, campaign_id),
            responses.count_withdrawn(session, campaign_id),
        )

    make_due(demo_app)
    before = database_of(demo_app).read(numbers)
    worker_of(demo_app).run_due()
    assert database_of(demo_app).read(numbers) == before


def test_another_time_zone_does_not_count_anew(demo_app: Flask, database: Database) -> None:
    campaign = make_due(demo_app)
    worker_of(demo_app).run_due()
    with demo_app.app_context():
        assert rollups_count(database, campaign) == 304
        rollups.fold_pending(database, campaign.id, ZoneInfo("UTC"))
        release_if_due(database, [campaign.id], now=datetime.now(UTC), zone=ZoneInfo("UTC"))
        assert rollups_count(database, campaign) == 304


def rollups_count(database: Database, campaign: Campaign) -> int:
    roll_up = database.read(lambda session: rollups.roll_up(session, campaign, UTC))
    return roll_up.valid + roll_up.incomplete


def test_files_of_responses_are_removed_from_the_disk(demo_app: Flask, database: Database) -> None:
    campaign, exports = make_due(demo_app), worker_of(demo_app).exports
    job_id = database.write(
        lambda s: export_jobs.add(s, campaign.id, "csv", "vi", person_id=None, now=datetime.now(UTC))
    )
    exports.run_due()
    unfinished = exports.folder / f"{job_id}.1.part"
    unfinished.write_text("of a process that was killed")
    assert len(files_in(exports.folder)) == 2
    worker_of(demo_app).run_due()
    assert files_in(exports.folder) == []


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def test_a_form_that_is_sent_meanwhile_is_stored(demo_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_due(demo_app)
    monkeypatch.setattr(worker_module, "_ROWS_AT_ONCE", 5)
    deleting = Thread(target=worker_of(demo_app).run_due)
    deleting.start()
    receipts = [send(demo_app.test_client(), a_form(QUESTIONNAIRE)) for _ in range(10)]
    deleting.join()
    assert len(set(receipts)) == 10
    assert n_stored(demo_app, "demo") == 322
    assert n_stored(demo_app) == 0


def test_a_recount_of_deleted_responses_is_refused(demo_app: Flask) -> None:
    make_due(demo_app)
    worker_of(demo_app).run_due()
    assert "the single responses were deleted on" in refusal(run(demo_app, "recount", KEY))
    assert run(demo_app, "recount", "demo").exit_code == 0


def test_the_command_says_what_is_due_and_what_it_did(demo_app: Flask) -> None:
    campaign = make_due(demo_app)
    due = run(demo_app, "purge", "--dry-run")
    first = "saved forms that were sent or had expired: 0"
    line = f"{KEY}: 304 single responses are due since {campaign.responses_due_on}"
    assert (due.exit_code, due.output) == (0, f"{first} are due\n{line}\n")
    assert n_stored(demo_app) == 304
    done = run(demo_app, "purge")
    assert (done.exit_code, done.output) == (0, f"{first}\n{KEY}: 304 single responses deleted\n")
    deletion = deletion_of(demo_app)
    assert deletion is not None
    assert deletion.started_by == DeletionTrigger.COMMAND
    none = "single responses: none are due"
    assert run(demo_app, "purge").output == f"{first}\n{none}\n"
    assert run(demo_app, "purge", "--dry-run").output == f"{first} are due\n{none}\n"


def test_the_command_leaves_alone_what_another_process_deletes(demo_app: Flask, database: Database) -> None:
    make_due(demo_app)

    def take(session: Session) -> None:
        retention.claim(session, campaign_of(demo_app).id, DeletionTrigger.CLOCK, now=datetime.now(UTC))

    database.write(take)
    assert run(demo_app, "purge").exit_code == 0, "another process has it"
    assert n_stored(demo_app) == 304


def test_a_serving_process_deletes_by_itself(demo_app: Flask) -> None:
    with demo_app.app_context():
        assert background(RetentionWorker).every_seconds


@pytest.fixture
def certificate(demo_app: Flask, tmp_path: Path) -> Path:
    path = tmp_path / "certificate.json"
    path.write_bytes(sign_in_as(demo_app, "viewer").get(f"/office/campaigns/{KEY}/certificate.json").data)
    return path


def test_a_certificate_is_compared_with_the_stored_one(demo_app: Flask, certificate: Path) -> None:
    make_due(demo_app)
    worker_of(demo_app).run_due()
    result = run(demo_app, "verify", certificate, "--campaign", KEY)
    assert (result.exit_code, "holds: forms of the stored certificate" in result.output) == (0, True)
    assert "the forms were deleted on" in result.output
    other = certificate.read_text().replace('"root": "', '"root": "0', 1)
    certificate.write_text(other.replace('"root": "0', '"root": "', 1).replace(KEY, "x"))
    assert run(demo_app, "verify", certificate, "--campaign", KEY).exit_code == 1


def test_a_row_of_a_response_is_never_deleted_before_its_time(demo_app: Flask) -> None:
    assert worker_of(demo_app).run_due() == []
    assert rows_of(database_of(demo_app), ResponseRow) == 304 + 312
