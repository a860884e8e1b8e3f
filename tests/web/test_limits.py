"""Limits on wrong codes: who guesses is stopped, and nobody else."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from survey import create_app
from survey.intake import later
from survey.store.questionnaires import load_shipped
from tests.builders import a_form, database_of, receipt_in
from tests.conftest import csrf_in, settings_for

Q = load_shipped()


def use_up(citizen: FlaskClient) -> None:
    """Type wrong codes of every kind from this address until each page refuses another."""
    for number in range(31):
        citizen.get(f"/s/GUESS{number}")
        citizen.post("/receipt", data={"code": f"AAAA-AAAA-{number:04}"})
        citizen.post("/receipt/keep", data={"code": f"AAAA-AAAA-{number:04}"})
        citizen.post("/continue", data={"code": later.new_code()})
        citizen.get(f"/results/guess{number}")
    assert citizen.get("/s/GUESS99").status_code == 429
    assert citizen.post("/receipt", data={"code": "AAAA-AAAA-9999"}).status_code == 429
    assert citizen.post("/continue", data={"code": later.new_code()}).status_code == 429
    assert citizen.get("/results/guess99").status_code == 429


def test_wrong_codes_of_others_at_the_address_shut_nobody_out(citizen: FlaskClient) -> None:
    page = citizen.post("/s/demo/save", data={"consent": "agree"}).text
    saved = page.partition('id="saved-code">')[2].partition("<")[0]
    use_up(citizen)
    assert citizen.get("/s/demo").status_code == 200
    sent = citizen.post("/s/demo/send", data=a_form(Q))
    assert sent.status_code == 200
    receipt = receipt_in(sent.text)
    assert citizen.post("/receipt", data={"code": receipt}).status_code == 200
    assert citizen.post("/receipt/keep", data={"code": receipt}).status_code == 200
    assert citizen.post("/continue", data={"code": saved}).status_code == 200


def test_a_redis_that_is_gone_never_shuts_the_survey(
    demo_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(replace(settings_for(demo_url, tmp_path), redis_url="redis://127.0.0.1:1"))
    citizen = app.test_client()
    assert [citizen.get(f"/s/GUESS{i}").status_code for i in range(31)] == [404] * 30 + [429]
    assert citizen.get("/s/demo").status_code == 200
    assert citizen.get("/office/sign-in").status_code == 200
    database_of(app).dispose()


def test_a_refusal_for_too_many_attempts_says_when_to_come_again(citizen: FlaskClient) -> None:
    use_up(citizen)
    for refused in (citizen.get("/s/GUESS99"), citizen.post("/receipt", data={"code": "AAAA-AAAA-9999"})):
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_the_pause_after_wrong_sign_ins_is_said_too(citizen: FlaskClient) -> None:
    form = {
        "username": "nobody",
        "password": "wrong",
        "csrf_token": csrf_in(citizen.get("/office/sign-in").text),
    }
    answer = [citizen.post("/office/sign-in", data=form) for _ in range(6)][-1]
    assert (answer.status_code, 1 <= int(answer.headers["Retry-After"]) <= 60) == (429, True)


def test_a_program_with_wrong_tokens_is_told_when_to_come_again(citizen: FlaskClient) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    answer = [citizen.get("/api/v1/campaigns", headers=wrong) for _ in range(31)][-1]
    assert (answer.status_code, 1 <= int(answer.headers["Retry-After"]) <= 60) == (429, True)
