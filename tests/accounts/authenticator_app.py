"""An authenticator app on somebody's phone."""

import re

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from survey.store.factors import TotpFactor
from tests.builders import database_of
from tests.web.browsing import errors_in, post


def add_app(client: FlaskClient) -> tuple[str, list[str]]:
    """Add an authenticator app; its secret and the recovery codes."""
    assert post(client, "/office/factors/app").location == "/office/factors/app"
    page = client.get("/office/factors/app").text
    assert "data:image/svg+xml" in page
    secret = re.findall(r'id="secret">([^<]+)<', page)[0].replace(" ", "")
    answer = post(client, "/office/factors/app/code", code=pyotp.TOTP(secret).now())
    assert answer.status_code == 200, errors_in(answer.text)
    return secret, re.findall(r'class="code">([^<]+)<', answer.text)


def forget_last_step(app: Flask) -> None:
    """Let the next code count, though one of this half minute was accepted."""
    database_of(app).write(lambda s: s.execute(update(TotpFactor).values(last_step=0)))
