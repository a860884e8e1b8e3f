"""Signing in as somebody at some address, with a browser of one's own."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from survey.store import people
from survey.store.office_sessions import OfficeSession
from survey.store.people import Person
from tests.builders import database_of
from tests.conftest import PASSWORD, csrf_in

WRONG = "not the password of anybody"


def try_to_sign_in(
    client: FlaskClient,
    username: str,
    password: str = PASSWORD,
    *,
    visitor: str = "10.0.0.1",
    lang: str = "en",
) -> TestResponse:
    """The answer to the sign-in form, sent from an address."""
    environ = {"REMOTE_ADDR": visitor}
    csrf = csrf_in(client.get("/office/sign-in", environ_base=environ).text)
    fields = {"username": username, "password": password, "csrf_token": csrf}
    return client.post(f"/office/sign-in?lang={lang}", data=fields, environ_base=environ)


def statuses(
    app: Flask, username: str, n: int, *, password: str = WRONG, visitors: str = "10.{}.0.1"
) -> list[int]:
    """What n new browsers, each in a network of its own, are answered."""
    return [
        try_to_sign_in(app.test_client(), username, password, visitor=visitors.format(i)).status_code
        for i in range(n)
    ]


def person_named(app: Flask, username: str) -> Person:
    """The person with a sign-in name."""
    row = database_of(app).read(lambda s: people.by_username(s, username))
    assert row is not None
    return row


def set_sessions(app: Flask, **values: object) -> None:
    """Store other values in all sessions."""
    database_of(app).write(lambda s: s.execute(update(OfficeSession).values(values)))
