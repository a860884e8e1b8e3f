"""What officials and citizens read about how long things are stored, and what is refused afterwards."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.fieldwork import campaigns
from survey.fieldwork.campaigns import ConsentContradictedError, NewCampaign
from survey.instrument.codec import digest
from survey.instrument.questionnaire import Questionnaire, Text
from survey.store import audit, fieldwork, questionnaires
from survey.store.fieldwork import Campaign
from survey.web.consent import consent_text
from survey.web.context import today
from survey.web.locale import text_of
from tests.api.program import Program
from tests.builders import CONTACT, NOW, QUESTIONNAIRE, a_form, database_of, send, send_forms
from tests.command_line import refusal, run
from tests.conftest import csrf_in, sign_in_as
from tests.retention.builders import KEY, campaign_of, make_due, n_stored, worker_of, write_traces

OVERVIEW = "/office/retention"
DEMO = "/office/campaigns/demo/retention"


@pytest.fixture
def officer(demo_app: Flask) -> FlaskClient:
    return sign_in_as(demo_app, "officer")


def save(client: FlaskClient, path: str, **fields: object) -> tuple[int, str]:
    token = csrf_in(client.get(path).text)
    answer = client.post(f"{path}?lang=en", data={"csrf_token": token, **fields})
    return answer.status_code, answer.text


def with_consent(text: str) -> Questionnaire:
    wording = Text(dict.fromkeys(("vi", "en"), text))
    return replace(QUESTIONNAIRE, version=90, consent=replace(QUESTIONNAIRE.consent, text=wording))


def open_with(app: Flask, questionnaire: Questionnaire, months: int = 24) -> Campaign:
    """A campaign that asks this questionnaire, open since yesterday."""
    with app.app_context():
        day = today()
    dates = (day - timedelta(days=1), day + timedelta(days=30))
    new = NewCampaign(
        "Đợt khác", digest(questionnaire), *dates, (text_of("Quầy 9"),), retention_months=months
    )

    def create(session: object) -> Campaign:
        questionnaires.publish(session, questionnaire, now=NOW)  # type: ignore[arg-type]
        return campaigns.open_campaign(session, new, now=NOW)  # type: ignore[arg-type]

    return database_of(app).write(create)


def code_of(app: Flask, campaign: Campaign) -> str:
    rows = database_of(app).read(lambda session: fieldwork.collectors_of(session, campaign.id))
    return rows[0].collector.code


def test_the_consent_says_the_time_of_the_campaign(app: Flask) -> None:
    campaign = open_with(app, QUESTIONNAIRE, months=7)
    client, code = app.test_client(), code_of(app, campaign)
    assert (
        "single forms are deleted 7 months after the survey closes" in client.get(f"/s/{code}?lang=en").text
    )
    assert "Phiếu lẻ được xóa 7 tháng sau ngày kết thúc" in client.get(f"/s/{code}?lang=vi").text
    assert "deleted 1 month after" in consent_text(QUESTIONNAIRE, "en", 1)


def test_a_consent_that_says_nothing_about_it_gets_a_line(app: Flask) -> None:
    campaign = open_with(app, with_consent("What: your opinion."), months=7)
    page = app.test_client().get(f"/s/{code_of(app, campaign)}?lang=en").text
    assert "single forms are deleted 7 months after the last day of the survey" in page


def test_a_consent_with_a_time_of_its_own_gets_no_second_one(app: Flask) -> None:
    text = "Forms are deleted after 2 years."
    assert consent_text(with_consent(text), "en", 24) == text
    with pytest.raises(ConsentContradictedError):
        open_with(app, with_consent(text), months=12)
    assert open_with(app, with_consent(text), months=24).retention_months == 24


def test_a_new_campaign_asks_for_the_time(app: Flask) -> None:
    admin = sign_in_as(app, "admin")
    page = admin.get("/office/campaigns/new?lang=en").text
    assert 'name="retention_months" value="24"' in page
    plan = {
        "name": "Đợt mới",
        "instrument_digest": digest(QUESTIONNAIRE),
        "opens_on": "2026-12-01",
        "closes_on": "2026-12-31",
        "desks": "Quầy 1",
        **CONTACT,
    }
    for wrong in ("0", "121", "", "two", "1.5"):
        status, answer = save(admin, "/office/campaigns/new", **plan, retention_months=wrong)
        assert (status, "from 1 to 120" in answer) == (422, True), wrong
    status, _ = save(admin, "/office/campaigns/new", **plan, retention_months="6")
    assert status == 303
    assert campaign_of(app, "dot-moi").retention_months == 6


def test_a_new_campaign_cannot_contradict_its_consent(app: Flask) -> None:
    legacy = with_consent("Phiếu lẻ được xóa sau 24 tháng.")
    database_of(app).write(lambda session: questionnaires.publish(session, legacy, now=NOW))
    plan = {"name": "A", "instrument_digest": digest(legacy), "desks": "Quầy 1", **CONTACT}
    days = {"opens_on": "2026-12-01", "closes_on": "2026-12-31", "retention_months": "12"}
    status, answer = save(sign_in_as(app, "admin"), "/office/campaigns/new", **plan, **days)
    assert status == 422
    assert "promises another time: 24 tháng" in answer


def test_the_time_is_shortened_and_never_lengthened_once_a_form_came(
    demo_app: Flask, officer: FlaskClient
) -> None:
    assert save(officer, DEMO, retention_months="12")[0] == 303
    assert campaign_of(demo_app, "demo").retention_months == 12
    status, page = save(officer, DEMO, retention_months="13")
    assert (status, "it can only be shortened" in page) == (422, True)
    assert campaign_of(demo_app, "demo").retention_months == 12
    entry = database_of(demo_app).read(lambda session: audit.latest(session, 1))[0]
    assert (entry.act, entry.subject) == ("set retention", "demo: 24 -> 12 months")


def test_the_time_may_be_lengthened_before_a_form_came(app: Flask, campaign: tuple[str, str]) -> None:
    path = f"/office/campaigns/{campaign[0]}/retention"
    admin = sign_in_as(app, "admin")
    assert save(admin, path, retention_months="36")[0] == 303
    send_forms(app, campaign[1], 1)
    assert save(admin, path, retention_months="37")[0] == 422
    assert campaign_of(app, campaign[0]).retention_months == 36


def test_a_shorter_time_leaves_a_week(demo_app: Flask, officer: FlaskClient) -> None:
    path = f"/office/campaigns/{KEY}/retention"
    status, page = save(officer, path, retention_months="1")
    assert status == 422
    least = int(re.search(r"The smallest number of months is (\d+)", page)[1])  # type: ignore[index]
    assert save(officer, path, retention_months=str(least - 1))[0] == 422
    assert save(officer, path, retention_months=str(least))[0] == 303
    with demo_app.app_context():
        assert campaign_of(demo_app).responses_due_on >= today() + timedelta(days=7)
    assert not worker_of(demo_app).has_work()


def test_an_open_campaign_cannot_be_shortened_against_its_consent(app: Flask) -> None:
    campaign = open_with(app, with_consent("Forms are deleted after 24 months."))
    path = f"/office/campaigns/{campaign.key}/retention"
    status, page = save(sign_in_as(app, "admin"), path, retention_months="12")
    assert (status, "promises another time: 24 months" in page) == (422, True)


def test_a_viewer_reads_the_overview_and_changes_nothing(demo_app: Flask) -> None:
    viewer = sign_in_as(demo_app, "viewer")
    page = viewer.get(f"{OVERVIEW}?lang=en").text
    assert "Change the time" not in page
    assert viewer.get(DEMO).status_code == 403


def test_the_overview_says_what_is_due_and_what_was_deleted(demo_app: Flask, officer: FlaskClient) -> None:
    page = officer.get(f"{OVERVIEW}?lang=en").text
    assert "Deleted within 60 days" not in page
    assert page.count("Change the time") == 2
    campaign = make_due(demo_app)
    assert "Deleted within 60 days" in officer.get(f"{OVERVIEW}?lang=en").text
    worker_of(demo_app).run_due()
    page = officer.get(f"{OVERVIEW}?lang=en").text
    assert "Deleted within 60 days" not in page
    assert "Responses: 304; finished on" in " ".join(page.split())
    assert "by the server's clock" in page
    assert campaign.name in page
    assert officer.get(f"/office/campaigns/{KEY}/retention").status_code == 200
    status, answer = save(officer, f"/office/campaigns/{KEY}/retention", retention_months="5")
    assert (status, "deleted already" in answer) == (422, True)


def test_what_needs_single_responses_says_when_they_were_deleted(demo_app: Flask) -> None:
    write_traces(demo_app)
    make_due(demo_app)
    worker_of(demo_app).run_due()
    admin = sign_in_as(demo_app, "admin")
    with demo_app.app_context():
        day = f"{today():%d/%m/%Y}"
    office = f"/office/campaigns/{KEY}"
    for path in (
        "comments",
        "comments.xlsx",
        "responses.csv",
        "responses.sav",
        "certificate-for-audit.json",
        "exports/0123456789abcdef0123456789abcdef",
    ):
        answer = admin.get(f"{office}/{path}?lang=vi")
        assert (answer.status_code, day in answer.text) == (410, True), path
    token = csrf_in(admin.get(OVERVIEW).text)
    started = admin.post(f"{office}/exports", data={"csrf_token": token, "format": "csv", "language": "vi"})
    assert started.status_code == 410
    downloads = admin.get(f"{office}/downloads?lang=vi").text
    assert f"Phiếu lẻ và ý kiến đã được xóa ngày {day}" in downloads
    assert "responses.csv" not in downloads
    for path in ("codebook.csv", "summary.xlsx?in=vi", "summary.pdf?in=vi", "feedback", "desks"):
        assert admin.get(f"{office}/{path}").status_code == 200, path
    assert ">26<" in admin.get(f"{office}/feedback").text, "the opinions stay as counts"


def test_programs_are_told_the_day(demo_app: Flask) -> None:
    make_due(demo_app)
    worker_of(demo_app).run_due()
    program = Program(demo_app, "report.read", "report.download", "responses.download")
    answer = program.get(f"campaigns/{KEY}/responses")
    assert answer.status_code == 410
    assert "the single responses were deleted on 20" in answer.get_json()["detail"]
    assert program.fetch(f"campaigns/{KEY}/results")["digest"]
    assert program.fetch(f"campaigns/{KEY}/certificate")["digest"]
    listed = {row["key"]: row["forms"] for row in program.fetch("campaigns")["campaigns"]}
    assert listed[KEY] == 304


def test_the_command_line_is_told_the_day(demo_app: Flask, tmp_path: Path) -> None:
    make_due(demo_app)
    worker_of(demo_app).run_due()
    out = tmp_path / "file"
    for arguments in (("sav",), ("csv", "--responses"), ("certificate", "--responses")):
        line = refusal(run(demo_app, "export", KEY, "--format", *arguments, "--out", out))
        assert f"{KEY}: the single responses were deleted on" in line
    assert run(demo_app, "export", KEY, "--format", "xlsx", "--out", out).exit_code == 0


def test_a_receipt_of_deleted_forms_is_answered_with_what_was_deleted(demo_app: Flask) -> None:
    citizen = demo_app.test_client()
    receipt = send(citizen, a_form(QUESTIONNAIRE))
    campaign = make_due(demo_app)
    worker_of(demo_app).run_due()
    unknown = citizen.post("/receipt?lang=en", data={"code": "K7QX-M2PD-9R4T"})
    assert unknown.status_code == 422
    assert campaign.name in unknown.text
    assert "receipt codes with them" in unknown.text
    assert citizen.post("/receipt?lang=en", data={"code": receipt}).status_code == 200


def test_an_opinion_about_the_form_is_refused_once_they_are_deleted(demo_app: Flask) -> None:
    make_due(demo_app)
    worker_of(demo_app).run_due()
    answer = demo_app.test_client().post("/s/demo1b/feedback?lang=en", data={"ease": "3", "words": "late"})
    assert (answer.status_code, "were deleted" in answer.text) == (410, True)


def test_the_privacy_page_says_the_times_of_the_code(demo_app: Flask) -> None:
    citizen = demo_app.test_client()
    page = " ".join(citizen.get("/s/demo1b/privacy?lang=en").text.split())
    due_on = campaign_of(demo_app).responses_due_on
    assert f"until {due_on.day} {due_on:%b %Y}, which is 24 months after the last day" in page
    assert "A form saved to be continued: 3 days" in page
    scripts = Path(demo_app.root_path) / "static" / "intake"
    milliseconds = {"twelve hours": 43_200_000, "30 days": 2_592_000_000, "a week": 604_800_000}
    for text, script, constant in (
        ("twelve hours", "form_draft.js", "432e5"),
        ("30 days", "outbox.js", "2592e6"),
        ("a week", "outbox.js", "6048e5"),
    ):
        assert text in page
        assert constant in (scripts / script).read_text(encoding="utf-8")
        assert float(constant) == milliseconds[text]
    make_due(demo_app)
    worker_of(demo_app).run_due()
    page = citizen.get("/s/demo1b/privacy?lang=en").text
    assert "receipt codes of this survey were deleted on" in page
    assert n_stored(demo_app) == 0


def test_the_desks_of_deleted_responses_stay_as_they_are(demo_app: Flask, officer: FlaskClient) -> None:
    """Others would change results, which were signed and whose certificate cannot follow."""
    make_due(demo_app)
    worker_of(demo_app).run_due()
    desks = f"/office/campaigns/{KEY}/desks?lang=en"
    before = officer.get(f"/office/campaigns/{KEY}?lang=en").text
    page = officer.get(desks).text
    assert "were deleted on" in page
    assert page.count("<form") == 1  # to sign out
    collector = (
        database_of(demo_app)
        .read(lambda session: fieldwork.collectors_of(session, campaign_of(demo_app).id))[0]
        .collector
    )
    fields = {"csrf_token": csrf_in(page)}
    for path, value in (("units", {f"unit-{collector.id}": ""}), ("desks", {"name": "Quầy 9"})):
        answer = officer.post(f"/office/campaigns/{KEY}/{path}", data=fields | value)
        assert answer.status_code == 410
    assert re.findall("result [0-9a-f]{12}", officer.get(f"/office/campaigns/{KEY}?lang=en").text) == (
        re.findall("result [0-9a-f]{12}", before)
    )
