"""Signing in through an OpenID provider: who is let in, and what is refused."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import ECKey
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from survey import create_app
from survey.accounts import officials
from survey.config import OpenIdProvider
from survey.store.openid_accounts import OpenIdAccount
from survey.store.people import Role
from tests.accounts.openid_provider import CLIENT_ID, CLIENT_SECRET, Provider, running_provider
from tests.accounts.signing_in import person_named
from tests.builders import NOW, database_of
from tests.conftest import PASSWORD, settings_for, sign_in_as
from tests.web.browsing import errors_in, log_of

LAN = {"sub": "248289761001", "email": "Lan@example.vn", "email_verified": True}
REFUSED = "The other sign-in service did not sign you in"
NO_ACCOUNT = "There is no active account here"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def app(url: str, tmp_path: Path, provider: Provider) -> Iterator[Flask]:
    openid = OpenIdProvider(
        provider.issuer, CLIENT_ID, CLIENT_SECRET, "Đăng nhập bằng tài khoản tỉnh", trusts_usernames=False
    )
    created = create_app(replace(settings_for(url, tmp_path), openid=openid))
    created.config["PROPAGATE_EXCEPTIONS"] = False
    database_of(created).write(
        lambda s: officials.add_person(s, "lan@example.vn", "Lan", Role.OFFICER, password=PASSWORD, now=NOW)
    )
    yield created
    database_of(created).dispose()


def sign_in(
    client: FlaskClient, provider: Provider, claims: dict[str, object], path: str = ""
) -> TestResponse:
    """Go to the provider and come back with what it says."""
    provider.claims = claims
    there = client.get(f"/office/openid?lang=en&next={path}")
    assert there.status_code == 302
    assert there.location.startswith(f"{provider.issuer}/authorize?")
    return client.get(f"{provider.authorise(there.location)}&lang=en")


def test_who_is_known_by_verified_e_mail_is_let_in(app: Flask, provider: Provider) -> None:
    client = app.test_client()
    assert "Đăng nhập bằng tài khoản tỉnh" in client.get("/office/sign-in").text
    answer = sign_in(client, provider, LAN, "/office/scorecards")
    assert (answer.status_code, answer.location) == (303, "/office/scorecards")
    assert "through another sign-in service" in client.get("/office/password?lang=en").text
    acts = [(who, act, on) for who, act, on in log_of(sign_in_as(app, "admin"), "en")]
    assert ("Lan", "signed in", "openid") in acts
    assert ("Lan", "linked a sign-in service", provider.issuer) in acts


def test_the_subject_counts_once_it_is_known(app: Flask, provider: Provider) -> None:
    assert sign_in(app.test_client(), provider, LAN).status_code == 303
    renamed = {"sub": LAN["sub"], "email": "other@example.vn", "email_verified": False}
    assert sign_in(app.test_client(), provider, renamed).status_code == 303
    stranger = {**LAN, "sub": "another"}
    assert NO_ACCOUNT in errors_in(sign_in(app.test_client(), provider, stranger).text)


@pytest.mark.parametrize(
    "claims",
    [
        {**LAN, "email_verified": False},
        {**LAN, "email_verified": "true"},
        {"sub": "1", "email": "nobody@example.vn", "email_verified": True},
        {"sub": "1", "preferred_username": "lan@example.vn"},
        {"sub": "1", "preferred_username": "admin"},
        {**LAN, "sub": "x" * 256},
        {**LAN, "email": ["lan@example.vn"]},
    ],
)
def test_nobody_else_is_let_in_or_added(app: Flask, provider: Provider, claims: dict[str, object]) -> None:
    answer = sign_in(app.test_client(), provider, claims)
    assert answer.status_code == 422
    assert NO_ACCOUNT in errors_in(answer.text)
    assert database_of(app).read(lambda s: s.scalar(select(func.count()).select_from(OpenIdAccount))) == 0


def test_a_closed_account_is_not_let_in(app: Flask, provider: Provider) -> None:
    assert sign_in(app.test_client(), provider, LAN).status_code == 303
    number = person_named(app, "lan@example.vn").id
    database_of(app).write(lambda s: officials.set_active(s, number, active=False))
    assert NO_ACCOUNT in errors_in(sign_in(app.test_client(), provider, LAN).text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"aud": "another client"},
        {"iss": "https://another.example"},
        {"exp": 1},
        {"nonce_supported": False, "nonce": "another"},
    ],
)
def test_a_token_for_something_else_is_refused(
    app: Flask, provider: Provider, wrong: dict[str, object]
) -> None:
    provider.token_claims = wrong
    assert REFUSED in errors_in(sign_in(app.test_client(), provider, LAN).text)


def test_a_token_of_another_key_is_refused(app: Flask, provider: Provider) -> None:
    provider.signing_key = ECKey.generate_key("P-256", {"kid": "1"})
    assert REFUSED in errors_in(sign_in(app.test_client(), provider, LAN).text)


def test_an_answer_that_nobody_asked_for_is_refused(app: Flask, provider: Provider) -> None:
    provider.claims = LAN
    there = app.test_client().get("/office/openid").location
    back = provider.authorise(there)
    for query in (back.partition("?")[2], "", "error=access_denied", "code=x", "state=x", "code=x&state=y"):
        answer = app.test_client().get(f"/office/openid/callback?lang=en&{query}")
        assert answer.status_code == 422, query
        assert REFUSED in errors_in(answer.text)
    client = app.test_client()
    back = provider.authorise(client.get("/office/openid").location)
    assert client.get(back).status_code == 303
    assert client.get("/office/sign-in").status_code == 302
    assert app.test_client().get(back).status_code == 422, "a code is good once"


def test_a_provider_that_does_not_answer_leaves_the_other_ways(url: str, tmp_path: Path) -> None:
    openid = OpenIdProvider("http://127.0.0.1:1", "a", "b", "Provider", trusts_usernames=False)
    created = create_app(replace(settings_for(url, tmp_path), openid=openid))
    answer = created.test_client().get("/office/openid?lang=en")
    assert answer.status_code == 422
    assert REFUSED in errors_in(answer.text)
    database_of(created).dispose()


def test_without_a_provider_there_is_no_such_page(url: str, tmp_path: Path) -> None:
    created = create_app(settings_for(url, tmp_path))
    assert created.test_client().get("/office/openid").status_code == 404
    assert created.test_client().get("/office/openid/callback").status_code == 404
    database_of(created).dispose()


def test_usernames_count_where_a_setting_trusts_them(url: str, tmp_path: Path, provider: Provider) -> None:
    openid = OpenIdProvider(provider.issuer, CLIENT_ID, CLIENT_SECRET, "x", trusts_usernames=True)
    created = create_app(replace(settings_for(url, tmp_path), openid=openid))
    claims: dict[str, object] = {"sub": "1", "preferred_username": "viewer"}
    assert sign_in(created.test_client(), provider, claims).status_code == 303
    database_of(created).dispose()
