"""Files made in the background: stopped, taken over from a killed process, removed after a day."""

import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.reports import response_export
from survey.reports.export_worker import ExportWorker
from survey.reports.response_export import ExportContext
from survey.store import export_jobs, fieldwork
from survey.store.db import Database
from survey.store.export_jobs import ExportJob, JobState
from survey.store.leases import LEASE, MAX_ATTEMPTS
from survey.web.background import background
from survey.web.context import start_of_day
from tests.builders import NOW, database_of
from tests.conftest import csrf_in
from tests.waiting import Clock, wait_until

PAGE = "/office/campaigns/demo/downloads"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(demo_app: Flask, tmp_path: Path, clock: Clock) -> ExportWorker:
    zone = demo_app.extensions["settings"].time_zone
    return ExportWorker(
        database_of(demo_app),
        tmp_path / "exports",
        lambda: ExportContext("k" * 40, zone, start_of_day(clock(), zone)),
        clock,
    )


def request_file(worker: ExportWorker, name: str = "csv") -> str:
    def add(session: object) -> str:
        campaign = fieldwork.campaign_by_key(session, "demo")  # type: ignore[arg-type]
        return export_jobs.add(session, campaign.id, name, "vi", person_id=None, now=NOW)  # type: ignore[arg-type]

    return worker.database.write(add)


def job(database: Database, job_id: str) -> ExportJob | None:
    return database.read(lambda session: session.get(ExportJob, job_id))


def state(worker: ExportWorker, job_id: str) -> str:
    row = job(worker.database, job_id)
    return "gone" if row is None else row.state


@pytest.mark.parametrize("name", ["csv", "sav", "parquet"])
def test_a_file_is_made_and_only_its_owner_can_read_it(worker: ExportWorker, name: str) -> None:
    job_id = request_file(worker, name)
    worker.run_due()
    row = job(worker.database, job_id)
    assert row is not None
    assert (row.state, row.done, row.total) == (JobState.DONE, 312, 312)
    path = worker.path_of(row)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_job_of_a_killed_process_is_taken_over_when_its_lease_has_run_out(
    worker: ExportWorker, clock: Clock
) -> None:
    job_id = request_file(worker)
    held = worker.database.write(lambda session: export_jobs.claim(session, now=NOW))
    assert held is not None
    worker.run_due()
    assert state(worker, job_id) == JobState.RUNNING, "its process may still be at it"
    clock.moment = NOW + LEASE + timedelta(seconds=1)
    worker.run_due()
    assert state(worker, job_id) == JobState.DONE
    late = worker.database.write(lambda s: export_jobs.renew(s, held, 1, 2, now=clock()))
    assert late is False, "the first process, back from the dead, stops"


def test_a_job_that_ends_its_process_three_times_is_given_up(worker: ExportWorker, clock: Clock) -> None:
    job_id = request_file(worker)
    for _attempt in range(MAX_ATTEMPTS):
        assert worker.database.write(lambda session: export_jobs.claim(session, now=clock())) is not None
        clock.moment += LEASE + timedelta(seconds=1)
    worker.run_due()
    assert state(worker, job_id) == JobState.FAILED


def test_a_job_cancelled_on_the_way_leaves_no_file(worker: ExportWorker, clock: Clock) -> None:
    job_id = request_file(worker)

    def cancelling() -> datetime:
        if state(worker, job_id) == JobState.RUNNING:
            worker.database.write(lambda session: export_jobs.cancel(session, job_id, now=NOW))
        return NOW

    ExportWorker(worker.database, worker.folder, worker.make_context, cancelling).run_due()
    assert state(worker, job_id) == JobState.CANCELLED
    assert list(worker.folder.iterdir()) == []


def test_a_file_that_cannot_be_made_is_said_to_have_failed(
    worker: ExportWorker, tmp_path: Path, clock: Clock
) -> None:
    job_id = request_file(worker, "gif")
    worker.run_due()
    assert state(worker, job_id) == JobState.FAILED
    assert list(worker.folder.iterdir()) == []


def test_file_and_job_are_gone_after_a_day(worker: ExportWorker, clock: Clock) -> None:
    job_id = request_file(worker)
    worker.run_due()
    clock.moment += export_jobs.KEEP_FOR - timedelta(minutes=1)
    worker.run_due()
    assert len(list(worker.folder.iterdir())) == 1
    clock.moment += timedelta(minutes=2)
    worker.run_due()
    assert state(worker, job_id) == "gone"
    assert list(worker.folder.iterdir()) == []


def test_an_official_starts_a_file_and_fetches_it(demo_app: Flask, administrator: FlaskClient) -> None:
    token = csrf_in(administrator.get(PAGE).text)
    sent = {"format": "parquet", "language": "en", "csrf_token": token}
    assert administrator.post("/office/campaigns/demo/exports", data=sent).status_code == 303
    wait_until(lambda: "Refresh" not in administrator.get(PAGE).headers)
    wait_until(lambda: not demo_app.extensions["background"][ExportWorker].is_running)
    page = administrator.get(PAGE).text
    link = page.partition('<td><a href="')[2].partition('"')[0]
    assert (
        administrator.get(link, buffered=True).data
        == administrator.get("/office/campaigns/demo/responses.parquet?in=en").data
    )
    assert administrator.get(link.replace("/demo/", "/demo-truoc/")).status_code == 404
    assert "Refresh" not in administrator.get(PAGE).headers


@pytest.mark.parametrize(
    "sent", [{}, {"format": "exe", "language": "vi"}, {"format": "csv", "language": "xx"}]
)
def test_a_file_that_is_not_offered_is_refused_in_words(
    administrator: FlaskClient, sent: dict[str, str]
) -> None:
    token = csrf_in(administrator.get(PAGE).text)
    answer = administrator.post("/office/campaigns/demo/exports", data={**sent, "csrf_token": token})
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.text


def test_more_than_a_request_should_wait_for_is_sent_to_the_downloads(
    administrator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey.reports.microdata.MOST_ON_A_SHEET", 100)
    answer = administrator.get("/office/campaigns/demo/responses.csv")
    assert answer.location == PAGE
    assert set(response_export.RESPONSE_FORMATS) == {"csv", "sav", "parquet"}


def test_a_viewer_is_offered_no_responses(viewer: FlaskClient) -> None:
    page = viewer.get(PAGE).text
    assert "certificate.json" in page
    assert "exports" not in page
    assert "responses.csv" not in page


def test_a_file_that_no_job_owns_is_removed(worker: ExportWorker) -> None:
    job_id = request_file(worker)
    worker.run_due()
    (worker.folder / "0123456789abcdef.csv").write_text("of a database that was replaced")
    assert worker.has_work()
    worker.run_due()
    assert [path.name for path in worker.folder.iterdir()] == [f"{job_id}.csv"]
    assert not worker.has_work()


def test_files_are_removed_on_time_although_nobody_looks(demo_app: Flask) -> None:
    with demo_app.app_context():
        assert background(ExportWorker).every_seconds
