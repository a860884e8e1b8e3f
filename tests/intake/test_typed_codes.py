"""Codes that people read and type: forgiven whatever cannot mean another code, and known in every box."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.intake import later, receipts
from survey.store import fieldwork
from survey.store.questionnaires import load_shipped
from survey.web.modes import Mode, exit_code_for, token_for
from tests.builders import a_form, database_of, receipt_in
from tests.conftest import SECRET

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


def saved_code(citizen: FlaskClient, code: str) -> str:
    page = citizen.post(f"/s/{code}/save", data={"consent": "agree"}).text
    return page.partition('id="saved-code">')[2].partition("<")[0]


def send_what_is_typed(citizen: FlaskClient, page: TestResponse) -> TestResponse:
    """What the button of a page with a code in its box sends."""
    form = page.text.partition('<form method="post"')[2]
    action = html.unescape(form.partition('action="')[2].partition('"')[0])
    typed = html.unescape(form.partition('value="')[2].partition('"')[0])
    return citizen.post(action, data={"code": typed})


@pytest.mark.parametrize("address", ["/{}", "/s/{}", "/receipt/{}", "/continue/{}"])
@pytest.mark.parametrize("spelling", [str, str.lower, lambda code: code.replace("-", ""), "{}.".format])
def test_a_code_typed_as_an_address_leads_to_its_own_page(
    citizen: FlaskClient, code: str, address: str, spelling: Callable[[str], str]
) -> None:
    short_code = saved_code(citizen, code)
    receipt = receipt_in(citizen.post(f"/s/{code}/send", data=a_form(Q)).text)
    typed = address.format(spelling(receipt))
    sent = send_what_is_typed(citizen, citizen.get(typed, follow_redirects=True))
    assert receipt in sent.text
    typed = address.format(spelling(short_code))
    unfinished = send_what_is_typed(citizen, citizen.get(typed, follow_redirects=True))
    assert 'id="f"' in unfinished.text
    desk = citizen.get(address.format(spelling(code)), follow_redirects=True)
    assert f'action="/s/{code}/check' in desk.text


@pytest.mark.parametrize("address", ["/{}", "/s/{}", "/receipt/{}"])
def test_an_address_does_not_tell_whether_a_receipt_exists(
    citizen: FlaskClient, code: str, address: str
) -> None:
    receipt = receipt_in(citizen.post(f"/s/{code}/send", data=a_form(Q)).text)
    pages = [citizen.get(address.format(typed)) for typed in (receipt, "AAAA-AAAA-AAAA")]
    right, wrong = (re.sub(r'nonce="[^"]*"', "", page.text) for page in pages)
    assert [page.status_code for page in pages] == [200, 200]
    assert right.replace(receipt, "AAAA-AAAA-AAAA") == wrong
    assert pages[0].headers["Cache-Control"] == "no-store"


def test_guesses_of_receipts_by_address_are_limited_where_they_are_read(citizen: FlaskClient) -> None:
    pages = [citizen.get(f"/s/AAAA-AAAA-A{number:03}") for number in range(31)]
    answers = [send_what_is_typed(citizen, page).status_code for page in pages]
    assert answers == [422] * 30 + [429]


def test_a_wrong_code_behind_the_host_is_limited_and_a_right_one_always_served(
    citizen: FlaskClient, code: str
) -> None:
    statuses = [citizen.get(f"/FAC{number:03}").status_code for number in range(31)]
    assert statuses == [404] * 30 + [429]
    answer = citizen.get(f"/{code}?lang=en", follow_redirects=True)
    assert (answer.status_code, f'action="/s/{code}/check' in answer.text) == (200, True)


@pytest.mark.parametrize(
    "path",
    ["/no-such-page", "/robots.txt", "/wp-login.php", "/FAC7JY/x", "/.env", "/abc", "/FAC_7JY", "/uuuuuu"],
)
def test_an_address_that_can_be_no_code_is_unknown_and_no_guess(citizen: FlaskClient, path: str) -> None:
    assert {citizen.get(path).status_code for _ in range(32)} == {404}
    assert citizen.post(path).status_code == 404


def test_the_addresses_of_pages_are_no_codes(citizen: FlaskClient) -> None:
    assert citizen.get("/receipt").status_code == 200
    assert citizen.get("/continue").status_code == 200
    assert citizen.get("/office").status_code == 308


def test_what_is_no_code_behind_a_box_is_unknown(citizen: FlaskClient) -> None:
    assert citizen.get("/receipt/no-such-page").status_code == 404
    assert citizen.get("/continue/.").status_code == 308


def exit_address(code: str) -> str:
    return f"/s/{code}/kiosk/{token_for(Mode.KIOSK, code, SECRET)}/exit"


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}.", "with-space"])
def test_an_exit_code_is_read_as_people_type_it(citizen: FlaskClient, code: str, typed: str) -> None:
    exit_code = exit_code_for(code, SECRET)
    spelled = f"{exit_code[:3]} {exit_code[3:]}" if typed == "with-space" else typed.format(exit_code)
    assert citizen.post(exit_address(code), data={"exit": spelled}).status_code == 303
    wide = exit_code.translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})
    assert citizen.post(exit_address(code), data={"exit": wide}).status_code == 303


def test_the_tablet_knows_other_codes_and_opens_nobodys_form(citizen: FlaskClient, code: str) -> None:
    short_code = saved_code(citizen, code)
    receipt = receipt_in(citizen.post(f"/s/{code}/send", data=a_form(Q)).text)
    for typed, message in (
        (receipt.lower(), "This is a receipt code. It is read at localhost/receipt"),
        (short_code, "This is the code of an unfinished form. Go on with it at localhost/continue"),
        (code.lower(), "This is the code of a desk"),
        ("AAAA-AAAA-AAAA", "This is a receipt code."),
        ("000", "This is not the exit code of this tablet"),
    ):
        answer = citizen.post(f"{exit_address(code)}?lang=en", data={"exit": typed})
        assert answer.status_code == 422
        assert message in answer.text
        assert Q.criteria[0].text.to("en") not in answer.text
