"""The brake on floods of forms through one link: they wait, nothing is lost, and an office never feels it."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from survey import create_app
from survey.config import FORMS_PER_MINUTE, ConfigError, read_settings
from survey.store.feedback import FormFeedback
from survey.store.questionnaires import load_shipped
from survey.store.responses import ResponseRow
from tests.builders import a_form, database_of, receipt_in
from tests.conftest import SECRET, settings_for
from tests.end_to_end.server import wait_until

Q = load_shipped()
A_MINUTE = 20


@pytest.fixture
def slow_app(demo_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application with a brake that a test reaches."""
    app = create_app(replace(settings_for(demo_url, tmp_path), forms_per_minute=A_MINUTE))
    yield app
    database_of(app).dispose()


def send(
    citizen: FlaskClient, form: dict[str, str], address: str = "10.0.0.1", code: str = "demo"
) -> TestResponse:
    return citizen.post(f"/s/{code}/send?lang=en", data=form, environ_base={"REMOTE_ADDR": address})


def count_stored(app: Flask) -> int:
    return database_of(app).read(lambda s: s.scalar(select(func.count()).select_from(ResponseRow)) or 0)


def flood(app: Flask, n: int, address: str = "10.0.0.1") -> list[TestResponse]:
    return [send(app.test_client(), a_form(Q), address) for _ in range(n)]


def test_1231_forms_from_one_address_wait_and_what_is_stored_is_counted_once(slow_app: Flask) -> None:
    before = count_stored(slow_app)
    answers = flood(slow_app, 1231)
    assert [answer.status_code for answer in answers] == [200] * A_MINUTE + [429] * (1231 - A_MINUTE)
    assert count_stored(slow_app) == before + A_MINUTE
    assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in answers[A_MINUTE:])


def test_others_and_other_links_do_not_wait(slow_app: Flask) -> None:
    flood(slow_app, A_MINUTE + 1)
    citizen = slow_app.test_client()
    assert send(citizen, a_form(Q), address="10.0.0.2").status_code == 200
    assert send(citizen, a_form(Q), code="demo2").status_code == 200
    assert citizen.get("/s/demo", environ_base={"REMOTE_ADDR": "10.0.0.1"}).status_code == 200


def test_a_form_that_was_stored_gets_its_receipt_during_a_flood(slow_app: Flask) -> None:
    citizen, form = slow_app.test_client(), a_form(Q)
    receipt = receipt_in(send(citizen, form).text)
    flood(slow_app, A_MINUTE + 1)
    again = send(citizen, form)
    assert (again.status_code, receipt_in(again.text)) == (200, receipt)


def test_the_page_that_asks_to_wait_holds_the_form_and_sends_it_again(
    slow_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood(slow_app, A_MINUTE)
    form = a_form(Q, comment="Chờ lâu <b>quá</b>")
    page = send(slow_app.test_client(), form)
    assert "Your form is not stored yet" in page.text
    assert re.search(r"Wait \d+ seconds?, then send it again", page.text)
    fields = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page.text))
    assert fields == {
        name: value.replace("<", "&lt;").replace(">", "&gt;") for name, value in form.items() if value
    }
    assert 'action="/s/demo/send?lang=en"' in page.text
    later = send(slow_app.test_client(), form, address="10.0.0.3")  # as a minute later
    assert receipt_in(later.text)


def test_saving_declining_and_rating_wait_too(slow_app: Flask) -> None:
    flood(slow_app, A_MINUTE)
    citizen, here = slow_app.test_client(), {"REMOTE_ADDR": "10.0.0.1"}
    for path, form in (
        ("/s/demo/save", {"consent": "agree", "acc_info": "4"}),
        ("/s/demo/check", {"consent": "decline"}),
        ("/s/demo/feedback", {"ease": "2", "words": "Dễ"}),
    ):
        answer = citizen.post(path, data=form, environ_base=here)
        assert (answer.status_code, "Retry-After" in answer.headers) == (429, True), path
        assert all(f'name="{name}" value="{value}"' in answer.text for name, value in form.items())
    assert database_of(slow_app).read(lambda s: s.scalar(select(func.count()).select_from(FormFeedback))) == 0


def test_forms_that_cannot_be_stored_use_up_nothing(slow_app: Flask) -> None:
    database = database_of(slow_app)
    if not database.is_sqlite:
        pytest.skip("a lock on the file of SQLite")
    with sqlite3.connect(str(database.url.database), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = [send(slow_app.test_client(), a_form(Q)).status_code for _ in range(A_MINUTE + 1)]
        other.execute("ROLLBACK")
    assert refused == [503] * (A_MINUTE + 1)
    wait_until(
        lambda: send(slow_app.test_client(), a_form(Q)).status_code == 200, "the store to answer again"
    )
    assert [answer.status_code for answer in flood(slow_app, A_MINUTE)] == [200] * (A_MINUTE - 1) + [429]


def test_all_addresses_of_a_customer_of_ipv6_are_one(slow_app: Flask) -> None:
    addresses = [f"2001:db8:1:2::{n:x}" for n in range(A_MINUTE + 1)]
    statuses = [send(slow_app.test_client(), a_form(Q), address).status_code for address in addresses]
    assert statuses == [200] * A_MINUTE + [429]
    assert send(slow_app.test_client(), a_form(Q), "2001:db8:1:3::1").status_code == 200


def test_a_flood_from_many_addresses_waits_at_ten_times_the_number(slow_app: Flask) -> None:
    statuses = [
        send(slow_app.test_client(), a_form(Q), f"10.1.{n // A_MINUTE}.1").status_code
        for n in range(10 * A_MINUTE + 1)
    ]
    assert statuses == [200] * 10 * A_MINUTE + [429]


def test_a_hall_of_two_hundred_phones_behind_one_address_never_feels_it(
    demo_url: str, tmp_path: Path
) -> None:
    app = create_app(settings_for(demo_url, tmp_path))
    assert FORMS_PER_MINUTE >= 200
    assert {answer.status_code for answer in flood(app, 200)} == {200}
    database_of(app).dispose()


@pytest.mark.parametrize(("text", "number"), [("", 300), ("0", 0), ("45", 45)])
def test_the_number_is_a_setting(tmp_path: Path, text: str, number: int) -> None:
    environ = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": SECRET, "FORMS_PER_MINUTE": text}
    assert read_settings(environ).forms_per_minute == number


@pytest.mark.parametrize("text", ["-1", "many", "1.5", "²", "9" * 12])
def test_a_number_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    environ = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": SECRET, "FORMS_PER_MINUTE": text}
    with pytest.raises(ConfigError, match="FORMS_PER_MINUTE is"):
        read_settings(environ)
