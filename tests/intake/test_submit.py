"""Stored exactly once: the same submission gives one response and one receipt, however often it comes."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from survey.intake import codes, receipts
from survey.intake.deletion import DeletionWorker
from survey.store import fieldwork, responses
from survey.store.db import Database
from survey.store.declines import DeclinedVisit
from survey.store.questionnaires import load_shipped
from survey.store.responses import ResponseRow
from survey.web.context import today
from tests.builders import a_form, database_of, receipt_in, send
from tests.conftest import app_on

Q = load_shipped()


def _responses_of(app: Flask, form: dict[str, str]) -> list[ResponseRow]:
    database: Database = database_of(app)
    query = select(ResponseRow).where(ResponseRow.submission_id == form["submission_id"])
    return database.read(lambda s: list(s.scalars(query)))


def _total(app: Flask) -> int:
    database: Database = database_of(app)
    return database.read(lambda s: s.scalar(select(func.count()).select_from(ResponseRow)) or 0)


def test_a_resent_submission_keeps_its_first_receipt(demo_app: Flask, citizen: FlaskClient) -> None:
    form = a_form(Q)
    before = _total(demo_app)
    codes = {send(citizen, form) for _ in range(3)}
    assert len(codes) == 1
    assert _total(demo_app) == before + 1


def test_fifty_sends_in_parallel_give_one_response_and_one_receipt(demo_app: Flask) -> None:
    form = a_form(Q)
    with ThreadPoolExecutor(16) as pool:
        codes = set(pool.map(lambda _: send(demo_app.test_client(), form), range(50)))
    assert len(codes) == 1
    assert len(_responses_of(demo_app, form)) == 1


def test_a_resend_after_a_restart_gets_the_same_receipt(demo_url: str, tmp_path: Path) -> None:
    form = a_form(Q)
    first, second = app_on(demo_url, tmp_path), app_on(demo_url, tmp_path)
    assert send(first.test_client(), form) == send(second.test_client(), form)
    for app in (first, second):
        database_of(app).dispose()


def test_a_resend_after_the_secret_was_replaced_gets_the_same_receipt(demo_url: str, tmp_path: Path) -> None:
    from dataclasses import replace

    from survey import create_app
    from tests.conftest import settings_for

    form, settings = a_form(Q), settings_for(demo_url, tmp_path)
    old = create_app(settings)
    new = create_app(replace(settings, secret_keys=("n" * 40, *settings.secret_keys)))
    lost = create_app(replace(settings, secret_keys=("x" * 40,)))
    assert send(old.test_client(), form) == send(new.test_client(), form)
    answer = lost.test_client().post("/s/demo/send", data=form)
    assert answer.status_code == 409
    assert "đã được nhận trước đó" in answer.text
    for app in (old, new, lost):
        database_of(app).dispose()


def test_a_resend_with_other_answers_keeps_the_first_and_says_so(
    demo_app: Flask, citizen: FlaskClient
) -> None:
    form = a_form(Q, "4")
    code = send(citizen, form)
    again = citizen.post("/s/demo/send", data={**form, "acc_info": "1"})
    assert receipt_in(again.text) == code
    assert "câu trả lời khác" in again.text
    (row,) = _responses_of(demo_app, form)
    assert row.answers is not None
    assert row.answers["acc_info"] == 4


def test_only_the_hash_of_a_receipt_is_stored_and_nothing_of_the_sender(demo_app: Flask) -> None:
    form = a_form(Q)
    client = demo_app.test_client()
    headers = {"User-Agent": "TellTale/9", "X-Forwarded-For": "203.0.113.9"}
    answer = client.post(
        "/s/demo/send", data=form, headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.7"}
    )
    code = receipt_in(answer.text)
    database: Database = database_of(demo_app)
    with database.engine.connect() as connection:
        row = (
            connection.execute(
                text("SELECT * FROM response WHERE submission_id = :id"), {"id": form["submission_id"]}
            )
            .mappings()
            .one()
        )
    everything = json.dumps({key: str(value) for key, value in row.items()})
    for secret in (code, code.replace("-", ""), "203.0.113", "TellTale"):
        assert secret not in everything
    assert row["receipt_hash"] == codes.hash_code(code)
    received_at = row["received_at"]
    assert str(received_at)[14:19] == "00:00", "the hour, not the moment"


def test_a_response_is_pinned_to_its_version(demo_app: Flask, citizen: FlaskClient) -> None:
    form = a_form(Q)
    send(citizen, form)
    (row,) = _responses_of(demo_app, form)
    database: Database = database_of(demo_app)
    campaign = database.read(lambda s: fieldwork.campaign_by_key(s, "demo"))
    assert row.instrument_digest == campaign.instrument_digest


@pytest.mark.parametrize("submission_id", ["", "x", "1 OR 1=1", "00000000-0000-0000-0000-00000000000g"])
def test_a_form_without_a_submission_id_comes_back_whole_with_a_new_one(
    citizen: FlaskClient, submission_id: str
) -> None:
    answer = citizen.post(
        "/s/demo/send", data={**a_form(Q), "submission_id": submission_id, "comment": "giữ lại"}
    )
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.text
    assert "giữ lại" in answer.text
    fresh = answer.text.partition('name="submission_id" value="')[2][:36]
    assert str(uuid.UUID(fresh)) == fresh


def test_a_submission_stored_before_closing_is_answered_after_it(
    demo_app: Flask, citizen: FlaskClient
) -> None:
    form, late = a_form(Q), a_form(Q)
    code = send(citizen, form)
    _close(demo_app)
    assert send(citizen, form) == code
    refused = citizen.post("/s/demo/send", data=late)
    assert refused.status_code == 410
    assert _responses_of(demo_app, late) == []


def _close(app: Flask, last_day: date = date(2020, 1, 2)) -> None:
    database: Database = database_of(app)

    def close(session: "Session") -> None:
        campaign = fieldwork.campaign_by_key(session, "demo")
        campaign.closes_on = last_day
        campaign.opens_on = last_day - timedelta(days=1)

    database.write(close)


def test_a_quota_holds_under_parallel_sends_and_a_full_collector_says_so(demo_app: Flask) -> None:
    database: Database = database_of(demo_app)

    def limit(session: "Session") -> int:
        row = fieldwork.collector_by_code(session, "demo")
        row.collector.quota = responses.count_at(session, row.collector.id) + 3
        return row.collector.id

    collector_id = database.write(limit)
    before = database.read(lambda s: responses.count_at(s, collector_id))
    forms = [a_form(Q) for _ in range(20)]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda f: demo_app.test_client().post("/s/demo/send", data=f), forms))
    assert sorted({a.status_code for a in answers}) == [200, 409]
    assert sum(a.status_code == 200 for a in answers) == 3
    assert database.read(lambda s: responses.count_at(s, collector_id)) == before + 3
    taken = next(form for form, answer in zip(forms, answers, strict=True) if answer.status_code == 200)
    assert send(demo_app.test_client(), taken), (
        "one that is stored gets its receipt from a full collector too"
    )
    assert demo_app.test_client().get("/s/demo").status_code == 409


def count_declined_at_demo(app: Flask) -> int:
    def count(session: Session) -> int:
        campaign = fieldwork.campaign_by_key(session, "demo")
        ids = [row.collector.id for row in fieldwork.collectors_of(session, campaign.id)]
        return responses.count_declined(session, ids)

    return database_of(app).read(count)


def _remembered_visits(app: Flask) -> list[str]:
    return database_of(app).read(lambda s: list(s.scalars(select(DeclinedVisit.visit_hash))))


def test_declining_stores_a_count_and_nothing_else(demo_app: Flask, citizen: FlaskClient) -> None:
    form = {**a_form(Q), "consent": "decline"}
    before = count_declined_at_demo(demo_app)
    assert citizen.post("/s/demo/check", data=form).status_code == 200
    assert count_declined_at_demo(demo_app) == before + 1
    assert _responses_of(demo_app, form) == []
    [visit] = _remembered_visits(demo_app)
    assert form["submission_id"] not in visit


def test_a_visit_that_declines_twice_is_counted_once(demo_app: Flask, citizen: FlaskClient) -> None:
    form = {**a_form(Q), "consent": "decline"}
    before = count_declined_at_demo(demo_app)
    page = citizen.post("/s/demo/check", data=form).text
    assert f'name="submission_id" value="{form["submission_id"]}"' in page, "the way back is the same visit"
    again = citizen.post("/s/demo", data={"submission_id": form["submission_id"]}).text
    assert f'name="submission_id" value="{form["submission_id"]}"' in again
    citizen.post("/s/demo/check", data=form)
    assert count_declined_at_demo(demo_app) == before + 1
    citizen.post("/s/demo/check", data={**a_form(Q), "consent": "decline"})
    assert count_declined_at_demo(demo_app) == before + 2, "another visit"


def test_a_decline_is_taken_back_when_the_person_answers(demo_app: Flask, citizen: FlaskClient) -> None:
    form = a_form(Q)
    before = count_declined_at_demo(demo_app)
    citizen.post("/s/demo/check", data={**form, "consent": "decline"})
    send(citizen, form)
    send(citizen, form)
    assert count_declined_at_demo(demo_app) == before
    assert _remembered_visits(demo_app) == []
    citizen.post("/s/demo/check", data={**form, "consent": "decline"})
    assert count_declined_at_demo(demo_app) == before, "who has answered does not decline"


def test_a_visit_that_declined_is_forgotten_after_the_next_day(demo_app: Flask, citizen: FlaskClient) -> None:
    before = count_declined_at_demo(demo_app)
    citizen.post("/s/demo/check", data={**a_form(Q), "consent": "decline"})
    for days, n_remembered in ((0, 1), (3, 0)):
        moment = datetime.now(UTC) + timedelta(days=days)
        worker = DeletionWorker(database_of(demo_app), lambda moment=moment: moment)  # type: ignore[misc]
        assert worker.has_work() is (n_remembered == 0)
        worker.run_due()
        assert len(_remembered_visits(demo_app)) == n_remembered
    assert count_declined_at_demo(demo_app) == before + 1


def test_withdrawing_deletes_the_answers_and_leaves_a_count(demo_app: Flask, citizen: FlaskClient) -> None:
    form = a_form(Q, comment="xin rút")
    code = send(citizen, form)
    seen = citizen.post("/receipt", data={"code": code.lower().replace("-", " ")})
    assert "xin rút" in seen.text
    gone = citizen.post("/receipt/withdraw", data={"code": code})
    assert "đã được rút" in gone.text
    (row,) = _responses_of(demo_app, form)
    assert (row.answers, row.comment) == (None, None)
    assert row.withdrawn_at is not None
    assert row.withdrawn_at <= datetime.now(UTC)
    assert send(citizen, form) == code, "sending it again does not bring it back"
    assert _responses_of(demo_app, form)[0].answers is None


def test_a_form_can_be_seen_and_not_withdrawn_after_closing(demo_app: Flask, citizen: FlaskClient) -> None:
    form = a_form(Q)
    code = send(citizen, form)
    _close(demo_app)
    assert "Rút phiếu này" not in citizen.post("/receipt", data={"code": code}).text
    citizen.post("/receipt/withdraw", data={"code": code})
    assert _responses_of(demo_app, form)[0].answers is not None


def test_consent_and_pages_promise_withdrawal_until_the_end_of_the_last_day(
    demo_app: Flask, citizen: FlaskClient
) -> None:
    form = a_form(Q)
    code = send(citizen, form)
    with demo_app.app_context():
        last_day = today()
    _close(demo_app, last_day)
    for language, consent, page in (
        ("vi", "rút phiếu đến hết ngày kết thúc", "rút phiếu đến hết ngày "),
        ("en", "withdraw it until the end of the survey's last day", "withdraw it until the end of "),
    ):
        assert consent in Q.consent.text.to(language)
        assert page in citizen.get(f"/s/demo/privacy?lang={language}").text
        assert page in citizen.post(f"/receipt/keep?lang={language}", data={"code": code}).text
    citizen.post("/receipt/withdraw", data={"code": code})
    assert _responses_of(demo_app, form)[0].answers is None, "on the last day"


def test_a_wrong_receipt_code_is_refused_and_guessing_is_stopped(citizen: FlaskClient) -> None:
    statuses = [citizen.post("/receipt", data={"code": f"AAAA-AAAA-{i:04}"}).status_code for i in range(40)]
    assert statuses[0] == 422
    assert statuses[-1] == 429


def test_receipt_codes_forgive_what_is_misread() -> None:
    assert receipts.parse_code(" k7qx m2pd-9r4t ") == "K7QX-M2PD-9R4T"
    assert receipts.parse_code("lIoO-0000-0000") == "1100-0000-0000"
    assert receipts.parse_code("K7QX") is None
    assert receipts.parse_code("K7QX-M2PD-9R4!") is None
