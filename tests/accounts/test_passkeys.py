"""Passkeys: what is accepted once, and everything else that is refused."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from survey import create_app
from survey.accounts import officials
from survey.store.passkeys import Passkey, SignInChallenge
from tests.accounts.signing_in import person_named, set_sessions, try_to_sign_in
from tests.accounts.soft_passkey import PRESENT, SoftPasskey
from tests.builders import database_of
from tests.conftest import csrf_in, official, settings_for, sign_in_as
from tests.web.browsing import errors_in, log_of, post, token

administrator, viewer = official("admin"), official("viewer")
REFUSED = "The passkey was not accepted"


def options_from(client: FlaskClient, path: str) -> dict[str, object]:
    answer = client.post(path, headers={"X-CSRFToken": token(client)})
    assert answer.mimetype == "application/json", answer.status
    options = json.loads(answer.text)
    assert isinstance(options, dict)
    return options


def add_passkey(client: FlaskClient, passkey: SoftPasskey, name: str = "Khóa USB") -> TestResponse:
    created = passkey.register(options_from(client, "/office/factors/passkeys/challenge"))
    return post(client, "/office/factors/passkeys?lang=en", name=name, credential=created)


def sign_in(app: Flask, passkey: SoftPasskey, answer: str | None = None) -> tuple[FlaskClient, TestResponse]:
    client = app.test_client()
    proof = answer or passkey.sign(options_from(client, "/office/passkey/challenge"))
    fields = {"csrf_token": token(client), "confirm-credential": proof}
    return client, client.post("/office/passkey/sign-in?lang=en", data=fields)


@pytest.fixture
def passkey(viewer: FlaskClient) -> SoftPasskey:
    """The passkey of the viewer."""
    created = SoftPasskey()
    answer = add_passkey(viewer, created)
    assert len(re.findall('class="code"', answer.text)) == 10, "recovery codes with the first factor"
    return created


def test_a_passkey_signs_in_without_the_password(app: Flask, passkey: SoftPasskey) -> None:
    client, answer = sign_in(app, passkey)
    assert (answer.status_code, answer.location) == (303, "/office/")
    assert "with a passkey" in client.get("/office/password?lang=en").text
    acts = log_of(sign_in_as(app, "admin"), "en")
    assert ("Viewer", "signed in", "passkey") in acts
    assert ("Viewer", "added a passkey", "Khóa USB") in acts
    stored = database_of(app).read(lambda s: s.scalars(select(Passkey)).one())
    assert (stored.sign_count, stored.last_used_at is not None) == (1, True)


def test_an_answer_is_accepted_once(app: Flask, passkey: SoftPasskey) -> None:
    proof = passkey.sign(options_from(app.test_client(), "/office/passkey/challenge"))
    assert sign_in(app, passkey, proof)[1].status_code == 303
    again = sign_in(app, passkey, proof)[1]
    assert again.status_code == 422
    assert REFUSED in errors_in(again.text)


def test_a_challenge_expires(app: Flask, passkey: SoftPasskey) -> None:
    proof = passkey.sign(options_from(app.test_client(), "/office/passkey/challenge"))
    late = datetime.now(UTC) - timedelta(seconds=1)
    database_of(app).write(lambda s: s.execute(update(SignInChallenge).values(expires_at=late)))
    assert sign_in(app, passkey, proof)[1].status_code == 422


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:81"},
        {"flags": PRESENT},
        {"flags": 0},
        {"count": -1},
        {"user_handle": b"somebody else"},
        {"credential_id": b"another"},
        {"key": SoftPasskey().key},
    ],
)
def test_a_lie_is_refused(app: Flask, passkey: SoftPasskey, lie: dict[str, object]) -> None:
    assert sign_in(app, passkey)[1].status_code == 303
    passkey.count = 5
    assert sign_in(app, passkey)[1].status_code == 303
    liar = replace(passkey, **lie)  # type: ignore[arg-type]
    assert sign_in(app, liar)[1].status_code == 422
    assert sign_in(app, passkey)[1].status_code == 303, "the true one goes on"


@pytest.mark.parametrize(
    "answer",
    ["", "x", "{}", "[]", "null", '{"id": 1}', '{"id":"a","rawId":"a","type":"public-key","response":{}}'],
)
def test_what_no_browser_sends_is_refused(app: Flask, viewer: FlaskClient, answer: str) -> None:
    client = app.test_client()
    fields = {"csrf_token": token(client), "confirm-credential": answer}
    assert client.post("/office/passkey/sign-in", data=fields).status_code == 422
    added = post(viewer, "/office/factors/passkeys?lang=en", name="x", credential=answer)
    assert (added.status_code, REFUSED in errors_in(added.text)) == (422, True)


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
@pytest.mark.parametrize("content", ["AAAA", "", "é", "A" * 4000])
def test_a_spoilt_part_is_refused(app: Flask, passkey: SoftPasskey, part: str, content: str) -> None:
    proof = json.loads(passkey.sign(options_from(app.test_client(), "/office/passkey/challenge")))
    proof["response"][part] = content
    assert sign_in(app, passkey, json.dumps(proof))[1].status_code == 422


def test_a_passkey_is_the_second_step_of_its_own_person_only(
    app: Flask, administrator: FlaskClient, passkey: SoftPasskey
) -> None:
    other = SoftPasskey()
    add_passkey(administrator, other)
    for used, status in ((other, 422), (passkey, 303)):
        client = app.test_client()
        assert "second-step" in try_to_sign_in(client, "viewer").location
        proof = used.sign(options_from(client, "/office/passkey/challenge"))
        csrf = csrf_in(client.get("/office/sign-in/second-step").text)
        fields = {"csrf_token": csrf, "confirm-credential": proof}
        answer = client.post("/office/sign-in/second-step/passkey", data=fields)
        assert answer.status_code == status
        assert client.get("/office/").status_code == (200 if status == 303 else 302)


def test_a_passkey_proves_anew_who_is_signed_in(
    app: Flask, viewer: FlaskClient, administrator: FlaskClient, passkey: SoftPasskey
) -> None:
    other = SoftPasskey()
    add_passkey(administrator, other)
    for used, status in ((other, 422), (passkey, 307)):
        set_sessions(app, proven_at=datetime.now(UTC) - timedelta(hours=1))
        fields = {
            "confirm-address": "/office/factors/recovery-codes",
            "confirm-sent": "yes",
            "confirm-credential": used.sign(options_from(viewer, "/office/passkey/challenge")),
        }
        assert post(viewer, "/office/confirm/passkey", **fields).status_code == status


def test_a_closed_account_is_not_let_in(app: Flask, passkey: SoftPasskey) -> None:
    number = person_named(app, "viewer").id
    database_of(app).write(lambda s: officials.set_active(s, number, active=False))
    assert sign_in(app, passkey)[1].status_code == 422


def test_passkeys_are_listed_renamed_and_removed_by_their_person(
    app: Flask, viewer: FlaskClient, administrator: FlaskClient, passkey: SoftPasskey
) -> None:
    number = database_of(app).read(lambda s: s.scalars(select(Passkey.id)).one())
    assert post(administrator, f"/office/factors/passkeys/{number}", name="x").status_code == 404
    assert post(administrator, f"/office/factors/passkeys/{number}/remove").status_code == 303
    assert "Khóa USB" in viewer.get("/office/factors").text, "not somebody else's"
    assert post(viewer, f"/office/factors/passkeys/{number}", name=" ").status_code == 422
    assert post(viewer, f"/office/factors/passkeys/{number}", name="Điện thoại").status_code == 303
    assert "Điện thoại" in viewer.get("/office/factors").text
    assert post(viewer, f"/office/factors/passkeys/{number}/remove").status_code == 303
    assert sign_in(app, passkey)[1].status_code == 422
    assert try_to_sign_in(app.test_client(), "viewer").location == "/office/"
    acts = [act for _who, act, _on in log_of(administrator, "en")]
    assert {"renamed a passkey", "removed a passkey"} <= set(acts)


def test_the_same_passkey_is_not_added_twice(viewer: FlaskClient, passkey: SoftPasskey) -> None:
    options = options_from(viewer, "/office/factors/passkeys/challenge")
    assert len(options["excludeCredentials"]) == 1  # type: ignore[arg-type]
    assert REFUSED in errors_in(add_passkey(viewer, passkey).text)


@pytest.mark.parametrize(
    ("public_url", "host", "works"),
    [
        (None, "localhost:8000", True),
        (None, "127.0.0.1:8000", False),
        (None, "192.168.1.5", False),
        (None, "evil.example", False),
        ("https://survey.example.vn", "evil.example", True),
        ("http://survey.example.vn", "survey.example.vn", False),
        ("https://10.0.0.5", "10.0.0.5", False),
    ],
)
def test_the_host_of_passkeys_is_that_of_a_setting_or_a_known_one(
    url: str, tmp_path: Path, public_url: str | None, host: str, *, works: bool
) -> None:
    created = create_app(replace(settings_for(url, tmp_path), public_url=public_url))
    page = created.test_client().get("/office/sign-in", base_url=f"http://{host}")
    assert ("data-challenge" in page.text) == works
    database_of(created).dispose()


def test_challenges_of_one_address_are_limited(app: Flask) -> None:
    client = app.test_client()
    csrf = token(client)
    answers = [
        client.post("/office/passkey/challenge", headers={"X-CSRFToken": csrf}).status_code for _ in range(61)
    ]
    assert answers == [200] * 60 + [429]
