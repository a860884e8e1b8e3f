"""Who looked at single responses, comments or evidence is in the log, with the object, and no answer is."""

from pathlib import Path

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey.store import audit, export_jobs, feedback, fieldwork
from survey.store.audit import AuditAction, AuditEvent, AuditObject, EntryContext, ObjectKind
from survey.store.export_jobs import ExportJob, JobState
from survey.store.feedback import Opinion
from survey.web.changes import About, audited_change, entry_context
from tests.api.program import Program
from tests.builders import NOW, QUESTIONNAIRE, a_form, database_of, receipt_in, send
from tests.command_line import run
from tests.conftest import csrf_in
from tests.waiting import wait_until
from tests.web.browsing import post

WRITTEN = "ông Tư ở quầy 3"
DEMO = ("campaign", "demo")
OFFICE = "/office/campaigns/demo"


def entries(app: Flask) -> list[AuditEvent]:
    """Every entry, newest first."""
    return database_of(app).read(lambda session: audit.latest(session, 10_000))


def last_of(app: Flask) -> tuple[str, int | None, tuple[str | None, str | None], str]:
    """Act, person, object and subject of the newest entry."""
    event = entries(app)[0]
    return event.act, event.person_id, (event.object_kind, event.object_key), event.subject


@pytest.mark.parametrize(
    ("path", "act", "subject"),
    [
        (f"{OFFICE}/responses.csv?in=vi", "downloaded single responses", "demo responses.csv (vi)"),
        (f"{OFFICE}/responses.sav?in=en", "downloaded single responses", "demo responses.sav (en)"),
        (f"{OFFICE}/responses.parquet?in=vi", "downloaded single responses", "demo responses.parquet (vi)"),
        (f"{OFFICE}/summary.xlsx?in=vi", "downloaded single responses", "demo.xlsx (vi)"),
        (
            f"{OFFICE}/certificate-for-audit.json",
            "downloaded single responses",
            "demo certificate-for-audit.json",
        ),
        (f"{OFFICE}/comments?words=nhanh", "read comments", "demo: 1/1"),
        (f"{OFFICE}/comments.xlsx?in=vi", "read comments", "demo-comments.xlsx (vi)"),
        (f"{OFFICE}/summary.pdf?in=vi", "downloaded", "demo.pdf (vi)"),
        (f"{OFFICE}/summary.csv?in=vi", "downloaded", "demo.csv (vi)"),
    ],
)
def test_what_an_official_reads_is_in_the_log(
    demo_app: Flask, administrator: FlaskClient, path: str, act: str, subject: str
) -> None:
    send(demo_app.test_client(), a_form(QUESTIONNAIRE, comment="Rất nhanh"))
    before = len(entries(demo_app))
    assert administrator.get(path).status_code == 200
    assert len(entries(demo_app)) == before + 1
    assert last_of(demo_app) == (act, 1, DEMO, subject)


def test_a_workbook_without_responses_is_a_plain_download(demo_app: Flask, viewer: FlaskClient) -> None:
    assert viewer.get(f"{OFFICE}/summary.xlsx?in=vi").status_code == 200
    assert last_of(demo_app)[0] == "downloaded"


def test_a_file_made_in_the_background_is_in_the_log_when_it_is_asked_for_and_fetched(
    demo_app: Flask, administrator: FlaskClient
) -> None:
    post(administrator, f"{OFFICE}/exports", format="csv", language="vi")
    assert last_of(demo_app) == ("asked for a file", 1, DEMO, "demo responses.csv (vi)")

    def job(session: Session) -> ExportJob:
        return export_jobs.of_campaign(session, fieldwork.campaign_by_key(session, "demo").id)[0]

    wait_until(lambda: database_of(demo_app).read(job).state == JobState.DONE)
    answer = administrator.get(f"{OFFICE}/exports/{database_of(demo_app).read(job).id}")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    answer.close()
    assert last_of(demo_app) == ("downloaded single responses", 1, DEMO, "demo responses.csv (vi)")


def test_each_page_of_responses_that_a_program_fetches_is_in_the_log(demo_app: Flask) -> None:
    program = Program(demo_app)
    first = program.fetch("campaigns/demo/responses?limit=100")
    act = "downloaded single responses"
    assert last_of(demo_app) == (act, 1, DEMO, "demo responses; API: tests")
    program.fetch(first["next"].removeprefix("/api/v1/"))
    assert last_of(demo_app) == (act, 1, DEMO, "demo responses, continued; API: tests")


def test_opinions_about_the_form_are_in_the_log_once_some_are_shown(
    demo_app: Flask, administrator: FlaskClient
) -> None:
    assert "Mẫu phiếu dễ hiểu" not in administrator.get(f"{OFFICE}/feedback").text
    assert last_of(demo_app)[0] == "signed in"
    campaign_id = database_of(demo_app).read(lambda s: fieldwork.campaign_by_key(s, "demo").id)
    opinion = Opinion(3, "Mẫu phiếu dễ hiểu")
    for _ in range(10):
        database_of(demo_app).write(
            lambda s: feedback.add(s, campaign_id, opinion, language="vi", day=NOW.date())
        )
    assert "Mẫu phiếu dễ hiểu" in administrator.get(f"{OFFICE}/feedback").text
    assert last_of(demo_app) == ("read opinions about the form", 1, DEMO, "demo")


def test_evidence_that_is_fetched_is_in_the_log(demo_app: Flask, viewer: FlaskClient) -> None:
    assert viewer.get("/office/scorecards/1/evidence/1").status_code == 200
    act, person_id, target, subject = last_of(demo_app)
    assert (act, person_id, target) == ("opened evidence", 2, ("scorecard", "1"))
    assert subject.startswith("1: 1, ")


@pytest.mark.parametrize(
    ("options", "n_entries"),
    [
        (("--format", "csv", "--responses"), 1),
        (("--format", "xlsx"), 1),
        (("--format", "certificate", "--responses"), 1),
        (("--format", "csv"), 0),
        (("--format", "certificate"), 0),
    ],
)
def test_what_the_command_line_exports_is_in_the_log(
    demo_app: Flask, tmp_path: Path, options: tuple[str, ...], n_entries: int
) -> None:
    before = len(entries(demo_app))
    assert run(demo_app, "export", "demo", *options, "--out", tmp_path / "file").exit_code == 0
    assert len(entries(demo_app)) == before + n_entries
    if n_entries:
        act, person_id, target, subject = last_of(demo_app)
        assert (act, person_id, target) == ("downloaded single responses", None, DEMO)
        assert subject == f"demo {options[1]} (vi); command line"


def test_a_respondent_writes_nothing_into_the_log(demo_app: Flask) -> None:
    before = len(entries(demo_app))
    citizen = demo_app.test_client()
    answer = citizen.post("/s/demo/send", data=a_form(QUESTIONNAIRE, comment=WRITTEN))
    receipt = receipt_in(answer.text)
    assert citizen.post("/receipt", data={"code": receipt}).status_code == 200
    citizen.post("/receipt/withdraw", data={"code": receipt})
    assert len(entries(demo_app)) == before


def test_no_answer_and_no_search_is_in_the_log(demo_app: Flask, administrator: FlaskClient) -> None:
    send(demo_app.test_client(), a_form(QUESTIONNAIRE, comment=WRITTEN))
    administrator.get(f"{OFFICE}/comments", query_string={"words": WRITTEN})
    administrator.get(f"{OFFICE}/comments.xlsx", query_string={"words": WRITTEN})
    administrator.get(f"{OFFICE}/responses.csv")
    client = demo_app.test_client()
    csrf = csrf_in(client.get("/office/sign-in").text)
    client.post("/office/sign-in", data={"username": WRITTEN, "password": "x", "csrf_token": csrf})
    texts = [str(value) for entry in entries(demo_app)[:10] for value in vars(entry).values()]
    assert not [text for text in texts if WRITTEN in text or "ông Tư" in text]


@pytest.mark.parametrize(
    ("path", "fields", "target"),
    [
        ("/office/people", {"username": "lan", "full_name": "Lan", "role": "viewer"}, ("person", "5")),
        ("/office/people/2/active", {"active": "no"}, ("person", "2")),
        ("/office/units", {"name": "Sở Thử", "name_en": "Test Department"}, ("unit", None)),
        ("/office/tokens", {"name": "Kho", "permissions": "report.read", "days": "30"}, ("token", "1")),
        (f"{OFFICE}/desks", {"name": "Quầy mới", "name_en": "New desk"}, ("campaign", "demo")),
    ],
)
def test_what_was_changed_is_an_object_that_can_be_looked_up(
    demo_app: Flask,
    administrator: FlaskClient,
    path: str,
    fields: dict[str, str],
    target: tuple[str, str | None],
) -> None:
    assert post(administrator, path, **fields).status_code in (200, 303)
    _act, _person, (kind, key), _subject = last_of(demo_app)
    assert kind == target[0]
    assert key == target[1] or target[1] is None


def test_the_unit_that_the_guard_found_and_the_reason_are_in_the_entry(demo_app: Flask) -> None:
    with demo_app.test_request_context("/office/scorecards/7"):
        g.object_unit = 12
        assert entry_context("sai số") == EntryContext(
            AuditObject(ObjectKind.SCORECARD, "7"), unit_id=12, reason="sai số"
        )
        change = About[None](AuditObject(ObjectKind.UNIT, "12"), reason="sáp nhập")
        audited_change(AuditAction.SET_UNIT, "x", lambda _session: None, change)
    event = entries(demo_app)[0]
    assert (event.unit_id, event.object_kind, event.object_key, event.reason) == (
        12,
        "unit",
        "12",
        "sáp nhập",
    )


def test_outside_of_a_request_there_is_no_object(demo_app: Flask) -> None:
    with demo_app.app_context():
        assert entry_context() == EntryContext()
