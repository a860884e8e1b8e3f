"""The office behind a proxy with TLS: forms are posted as browsers post them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey import create_app
from tests.builders import database_of
from tests.conftest import PASSWORD, csrf_in, on_sqlite, settings_for

pytestmark = on_sqlite

PUBLIC_URL = "https://khaosat.example.vn"
FROM_THE_PROXY = {
    "X-Forwarded-For": "198.51.100.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "khaosat.example.vn",
}
# Our `Referrer-Policy: no-referrer` has browsers send no Referer, and `Origin: null` with a form.
BROWSERS = {
    "Chromium and Firefox": {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    "a reload in Chromium": {"Origin": "null", "Sec-Fetch-Site": "none"},
    "Safari before 16.4": {"Origin": "null"},
    "a browser that sends its origin": {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-origin"},
    "an old browser that sends its origin": {"Origin": PUBLIC_URL},
    "a program": {},
}
OTHER_SITES = {
    "another site": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    "another site that hides its origin": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    "another host of the same domain": {"Origin": "https://www.example.vn", "Sec-Fetch-Site": "same-site"},
    "another site in an old browser": {"Origin": "https://evil.example"},
    "a host that begins like ours": {"Origin": f"{PUBLIC_URL}.evil.example"},
    "a broken origin": {"Origin": "https://[khaosat.example.vn"},
}


@pytest.fixture
def app(url: str, tmp_path: Path) -> Iterator[Flask]:
    settings = replace(settings_for(url, tmp_path), public_url=PUBLIC_URL, trusted_proxies=1)
    created = create_app(settings)
    yield created
    database_of(created).dispose()


def over_tls(app: Flask) -> FlaskClient:
    """A browser that speaks to the proxy over https; the proxy speaks http to the application."""
    client = app.test_client()
    client.environ_base |= {"wsgi.url_scheme": "http", "REMOTE_ADDR": "127.0.0.1"}
    return client


def sign_in(client: FlaskClient, browser: dict[str, str]) -> TestResponse:
    headers = FROM_THE_PROXY | browser
    page = client.get("/office/sign-in", base_url=PUBLIC_URL, headers=FROM_THE_PROXY)
    form = {"username": "viewer", "password": PASSWORD, "csrf_token": csrf_in(page.text)}
    return client.post("/office/sign-in", base_url=PUBLIC_URL, headers=headers, data=form)


@pytest.mark.parametrize("browser", BROWSERS.values(), ids=BROWSERS)
def test_an_official_signs_in_over_https(app: Flask, browser: dict[str, str]) -> None:
    client = over_tls(app)
    answer = sign_in(client, browser)
    assert (answer.status_code, answer.location) == (303, "/office/")
    assert client.get("/office/", base_url=PUBLIC_URL, headers=FROM_THE_PROXY).status_code == 200


@pytest.mark.parametrize("site", OTHER_SITES.values(), ids=OTHER_SITES)
def test_a_form_of_another_site_is_refused(app: Flask, site: dict[str, str]) -> None:
    answer = sign_in(over_tls(app), site)
    assert answer.status_code == 403
    assert "trang mạng khác" in answer.text


def test_a_form_without_the_sessions_token_is_refused(app: Flask) -> None:
    headers = FROM_THE_PROXY | BROWSERS["Chromium and Firefox"]
    form = {"username": "viewer", "password": PASSWORD}
    answer = over_tls(app).post("/office/sign-in", base_url=PUBLIC_URL, headers=headers, data=form)
    assert answer.status_code == 400
