"""Codes that people read and type: forgiven whatever cannot mean another code, and known in every box."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.intake import later, receipts
from survey.store import fieldwork
from survey.store.questionnaires import load_shipped
from tests.builders import a_form, database_of, receipt_in

Q = load_shipped()


@pytest.fixture
def code(demo_app: Flask) -> str:
    """The code of a poster as the office prints it."""
    database_of(demo_app).write(
        lambda s: setattr(fieldwork.collector_by_code(s, "demo").collector, "code", "FAC7JY")
    )
    return "FAC7JY"


@pytest.mark.parametrize(
    "typed", ["FAC7JY", "fac7jy", "Fac7Jy", "FAC7JY.", "fac-7jy", "FAC%207JY", "FAC7JY%E2%80%8B", "ＦＡＣ7JY"]
)
def test_a_code_of_a_poster_is_read_as_people_type_it(citizen: FlaskClient, code: str, typed: str) -> None:
    page = citizen.get(f"/s/{typed}")
    assert page.status_code == 200
    assert f'action="/s/{code}/check' in page.text
    assert citizen.post(f"/s/{typed}/send", data=a_form(Q)).status_code == 200


def test_look_alikes_of_the_demonstrations_codes_are_one(citizen: FlaskClient) -> None:
    assert citizen.get("/s/DEM0").status_code == 200
    assert citizen.get("/s/demoIb").status_code == 410


@pytest.mark.parametrize("typed", ["FAC7J", "FAC7JYY", "FAC8JY", "......", "-"])
def test_another_code_is_another_code(citizen: FlaskClient, code: str, typed: str) -> None:
    assert citizen.get(f"/s/{typed}").status_code == 404


@pytest.mark.parametrize("signs", ["/", ".", "/.", "%20", ").", "//"])
@pytest.mark.parametrize(
    "path", ["/receipt", "/continue", "/s/demo", "/results/demo-truoc", "/accessibility"]
)
def test_signs_behind_an_address_are_left_out(citizen: FlaskClient, path: str, signs: str) -> None:
    answer = citizen.get(f"{path}{signs}?lang=en", follow_redirects=True)
    assert answer.status_code == 200
    assert 'lang="en"' in answer.text


def test_an_address_that_no_page_has_stays_unknown(citizen: FlaskClient) -> None:
    assert citizen.get("/no-such-page/").status_code == 404
    assert citizen.get("/office/no-such-page/").status_code == 404
    assert citizen.post("/receipt/", data={"code": "x"}).status_code in (404, 405)


def type_into(citizen: FlaskClient, box: str, code: str) -> TestResponse:
    """What a browser shows in the end: it sends a form again where it is told 307."""
    answer = citizen.post(box, data={"code": code})
    if answer.status_code == 307:
        return citizen.post(answer.location, data={"code": code})
    return citizen.get(answer.location) if answer.status_code == 303 else answer


def test_a_code_in_the_box_of_another_kind_is_read_for_what_it_is(citizen: FlaskClient, code: str) -> None:
    saved = citizen.post(f"/s/{code}/save", data={"consent": "agree"}).text
    short_code = saved.partition('id="saved-code">')[2].partition("<")[0]
    receipt = receipt_in(citizen.post(f"/s/{code}/send", data=a_form(Q)).text)
    assert later.parse_code(short_code)
    assert receipts.parse_code(receipt)
    unfinished = type_into(citizen, "/receipt", short_code.lower())
    assert 'id="f"' in unfinished.text
    sent = type_into(citizen, "/continue", f" {receipt.lower()}. ")
    assert receipt in sent.text
    for box in ("/receipt", "/continue"):
        assert 'id="f"' in type_into(citizen, box, "fac7jy").text
        assert type_into(citizen, box, "AAAAA-AAAAA").status_code == 422
        assert type_into(citizen, box, "AAAA-AAAA-AAAA").status_code == 422
        assert type_into(citizen, box, "").status_code == 422
