"""Signing in, adding people, and setting passwords by links, as people do on pages."""

import re
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.store import people
from survey.store.people import Person, Role
from tests.builders import database_of
from tests.conftest import csrf_in
from tests.web.browsing import token

CHOSEN = "bốn từ dễ nhớ đây"  # a good password


def send(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    return client.post(path, data={"csrf_token": token(client), **fields})


def sign_in(app: Flask, username: str, password: str, lang: str = "vi") -> tuple[FlaskClient, TestResponse]:
    client = app.test_client()
    csrf = csrf_in(client.get("/office/sign-in").text)
    fields = {"username": username, "password": password, "csrf_token": csrf}
    return client, client.post(f"/office/sign-in?lang={lang}", data=fields)


def person(app: Flask, username: str) -> Person:
    row = database_of(app).read(lambda s: people.by_username(s, username))
    assert row is not None
    return row


def add(client: FlaskClient, username: str, role: Role = Role.VIEWER, name: str = "Nguyễn Thị Lan") -> str:
    """Add a person and return the link that is shown."""
    answer = send(client, "/office/people", username=username, full_name=name, role=role)
    assert answer.status_code == 200, answer.text
    return link_in(answer.text)


def link_in(page: str) -> str:
    """The path of the link that a page shows."""
    return str(urlsplit(re.findall(r'class="secret">([^<]+)<', page)[0]).path)


def choose_password(app: Flask, link: str, password: str) -> tuple[FlaskClient, TestResponse]:
    """Follow a link and set a password with it."""
    client = app.test_client()
    csrf = csrf_in(client.get(link).text)
    return client, client.post(link, data={"new": password, "csrf_token": csrf})
