"""Authenticator apps and recovery codes: adding, signing in, no code twice, removing, who must have one."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey.accounts import second_factors
from survey.accounts.sealed import UnreadableSecretError, is_of_newest, seal, unseal
from survey.store import factors, units
from survey.store.factors import RecoveryCode, TotpFactor
from tests.accounts.authenticator_app import add_app, forget_last_step
from tests.accounts.signing_in import person_named, set_sessions, try_to_sign_in
from tests.builders import database_of
from tests.conftest import SECRET, csrf_in, official, sign_in_as
from tests.web.browsing import errors_in, log_of, post

administrator, viewer = official("admin"), official("viewer")
KEYS = (SECRET,)


def second_step(client: FlaskClient, code: str, lang: str = "en") -> TestResponse:
    """The answer to a code."""
    page = client.get("/office/sign-in/second-step").text
    data = {"code": code, "csrf_token": csrf_in(page)}
    return client.post(f"/office/sign-in/second-step?lang={lang}", data=data)


def signing_in(app: Flask, username: str = "admin") -> FlaskClient:
    """A browser in which the password was right."""
    client = app.test_client()
    answer = try_to_sign_in(client, username)
    assert answer.location.startswith("/office/sign-in/second-step")
    assert client.get("/office/").status_code == 302, "not signed in yet"
    return client


def test_an_app_is_added_and_asked_for(app: Flask, administrator: FlaskClient) -> None:
    secret, codes = add_app(administrator)
    assert len(set(codes)) == 10
    assert secret not in administrator.get("/office/factors").text
    forget_last_step(app)
    client = signing_in(app)
    wrong = second_step(client, "000000")
    assert wrong.status_code == 422
    assert "The code is wrong" in errors_in(wrong.text)
    assert second_step(client, f" {pyotp.TOTP(secret).now()} ").status_code == 303
    assert "with the password and a second factor" in client.get("/office/password?lang=en").text
    acts = [act for _who, act, _on in log_of(client, "en")]
    assert {"added an authenticator app", "was refused at the second step"} <= set(acts)


def test_no_code_is_accepted_twice(app: Flask, administrator: FlaskClient) -> None:
    secret, _codes = add_app(administrator)
    assert second_step(signing_in(app), pyotp.TOTP(secret).now()).status_code == 422


def test_of_many_requests_with_one_code_one_is_accepted(app: Flask, administrator: FlaskClient) -> None:
    secret, codes = add_app(administrator)
    number, moment = person_named(app, "admin").id, datetime.now(UTC) + timedelta(seconds=60)
    code, database = pyotp.TOTP(secret).at(moment), database_of(app)

    def use_code(_: int) -> bool:
        return database.write(lambda s: second_factors.code_is_right(s, number, code, KEYS, now=moment))

    def use_recovery(_: int) -> bool:
        return database.write(
            lambda s: second_factors.recovery_code_is_right(s, number, codes[0], now=moment)
        )

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use_code, range(16))) == 1
        assert sum(pool.map(use_recovery, range(16))) == 1


def test_a_recovery_code_stands_for_the_app_once(app: Flask, administrator: FlaskClient) -> None:
    _secret, codes = add_app(administrator)
    client = signing_in(app)
    assert second_step(client, codes[3].upper().replace("-", " ")).status_code == 303
    assert "used a recovery code" in [act for _who, act, _on in log_of(client, "en")]
    assert "9 recovery codes are left" in client.get("/office/factors?lang=en").text
    assert second_step(signing_in(app), codes[3]).status_code == 422
    fresh = re.findall(r'class="code">([^<]+)<', post(client, "/office/factors/recovery-codes").text)
    assert second_step(signing_in(app), codes[4]).status_code == 422
    assert second_step(signing_in(app), fresh[0]).status_code == 303


def test_guesses_of_codes_are_limited(app: Flask, administrator: FlaskClient) -> None:
    add_app(administrator)
    client = signing_in(app)
    assert [second_step(client, f"{i:06}").status_code for i in range(6)] == [422] * 5 + [429]


def test_a_second_step_needs_the_first_a_short_time_before(app: Flask, administrator: FlaskClient) -> None:
    _secret, codes = add_app(administrator)
    stranger = app.test_client()
    assert stranger.get("/office/sign-in/second-step").location.startswith("/office/sign-in")
    csrf = csrf_in(stranger.get("/office/sign-in").text)
    answer = stranger.post("/office/sign-in/second-step", data={"code": codes[0], "csrf_token": csrf})
    assert answer.location == "/office/sign-in"
    client = signing_in(app)
    with client.session_transaction() as session:
        session["second_step"]["until"] -= 700
        session.modified = True
    assert client.get("/office/sign-in/second-step").status_code == 303
    client = signing_in(app)
    post(administrator, "/office/password", old="a-password-for-tests", new="một câu hoàn toàn khác hẳn")
    assert client.get("/office/sign-in/second-step").status_code == 303, "a new password ends it"


def test_secrets_are_encrypted_and_codes_hashed(app: Flask, administrator: FlaskClient) -> None:
    secret, codes = add_app(administrator)
    stored = database_of(app).read(lambda s: s.scalars(select(TotpFactor)).one().sealed_secret)
    assert secret not in stored
    assert unseal(stored, KEYS) == secret
    hashes = database_of(app).read(lambda s: s.scalars(select(RecoveryCode.code_hash)).all())
    assert not set(codes) & set(hashes)
    assert all(re.fullmatch("[0-9a-f]{64}", stored_hash) for stored_hash in hashes)


def test_a_replaced_secret_key_reads_what_the_old_one_sealed() -> None:
    old, new = "o" * 40, "n" * 40
    sealed = seal("JBSWY3DP", [old])
    assert unseal(sealed, [new, old]) == "JBSWY3DP"
    assert is_of_newest(sealed, [old])
    assert not is_of_newest(sealed, [new, old])
    for keys, text in (([new], sealed), ([old], "x"), ([old], "")):
        with pytest.raises(UnreadableSecretError):
            unseal(text, keys)


def test_secrets_are_sealed_anew_with_the_newest_key(app: Flask, administrator: FlaskClient) -> None:
    secret, _codes = add_app(administrator)
    keys = ("n" * 40, SECRET)
    assert database_of(app).write(lambda s: second_factors.reseal_all(s, keys)) == (1, 0)
    stored = database_of(app).read(lambda s: s.scalars(select(TotpFactor)).one().sealed_secret)
    assert unseal(stored, keys[:1]) == secret
    assert database_of(app).write(lambda s: second_factors.reseal_all(s, ("x" * 40,))) == (0, 1)


def test_removing_the_app_removes_the_second_step(app: Flask, administrator: FlaskClient) -> None:
    add_app(administrator)
    assert post(administrator, "/office/factors/app/remove").status_code == 303
    assert try_to_sign_in(app.test_client(), "admin").location == "/office/"
    assert "removed the authenticator app" in [act for _who, act, _on in log_of(administrator, "en")]
    assert "recovery code" not in administrator.get("/office/factors?lang=en").text


def test_a_second_app_is_refused_until_the_first_is_removed(administrator: FlaskClient) -> None:
    add_app(administrator)
    assert post(administrator, "/office/factors/app").location == "/office/factors"
    assert administrator.get("/office/factors/app").status_code == 302


def test_an_app_that_was_not_confirmed_is_not_asked_for(app: Flask, administrator: FlaskClient) -> None:
    post(administrator, "/office/factors/app")
    wrong = post(administrator, "/office/factors/app/code?lang=en", code="abc")
    assert wrong.status_code == 422
    assert "not the one of the app" in errors_in(wrong.text)
    assert try_to_sign_in(app.test_client(), "admin").location == "/office/"


def test_an_administrator_removes_the_factors_of_who_lost_them(
    app: Flask, administrator: FlaskClient, viewer: FlaskClient
) -> None:
    add_app(viewer)
    number = person_named(app, "viewer").id
    assert post(viewer, f"/office/factors/of/{number}/remove").status_code == 403
    assert post(administrator, f"/office/factors/of/{number}/remove").status_code == 303
    assert ("Admin", "removed the second factors of", "viewer") in log_of(administrator, "en")
    assert try_to_sign_in(app.test_client(), "viewer").location == "/office/"
    assert post(administrator, "/office/factors/of/999/remove").status_code == 404


def test_a_role_that_needs_a_factor_reaches_nothing_without(
    app: Flask, administrator: FlaskClient, viewer: FlaskClient
) -> None:
    assert post(administrator, "/office/factors/required", roles="viewer").status_code == 303
    for client in (viewer, sign_in_as(app, "viewer")):
        assert client.get("/office/").location == "/office/factors"
        assert client.get("/office/password").location == "/office/factors"
        assert client.get("/office/factors").status_code == 200
    assert "Your role needs a second step" in viewer.get("/office/factors?lang=en").text
    csrf = csrf_in(viewer.get("/office/factors").text)
    assert viewer.post("/office/factors/app", data={"csrf_token": csrf}).status_code == 303
    secret = re.findall(r'id="secret">([^<]+)<', viewer.get("/office/factors/app").text)[0].replace(" ", "")
    data = {"code": pyotp.TOTP(secret).now(), "csrf_token": csrf}
    assert viewer.post("/office/factors/app/code", data=data).status_code == 200
    assert viewer.get("/office/").status_code == 200
    assert administrator.get("/office/").status_code == 200
    assert post(administrator, "/office/factors/required").status_code == 303
    assert database_of(app).read(lambda s: factors.required_roles(s, units.province(s).id)) == set()


def test_the_requirement_follows_the_role(
    app: Flask, administrator: FlaskClient, viewer: FlaskClient
) -> None:
    post(administrator, "/office/factors/required", roles="officer")
    assert viewer.get("/office/").status_code == 200
    post(administrator, f"/office/people/{person_named(app, 'viewer').id}/roles", role="officer")
    assert viewer.get("/office/").location == "/office/factors"
    wrong = post(administrator, "/office/factors/required?lang=en", roles="king")
    assert wrong.status_code == 422
    assert "Choose from the list" in errors_in(wrong.text)


def test_removing_a_required_factor_leads_back_to_adding_one(
    app: Flask, administrator: FlaskClient, viewer: FlaskClient
) -> None:
    add_app(viewer)
    post(administrator, "/office/factors/required", roles="viewer")
    assert viewer.get("/office/").status_code == 200
    post(viewer, "/office/factors/app/remove")
    assert viewer.get("/office/").location == "/office/factors"


def test_factors_need_a_fresh_proof(app: Flask, administrator: FlaskClient) -> None:
    add_app(administrator)
    set_sessions(app, proven_at=datetime.now(UTC) - timedelta(minutes=16))
    for path in ("/office/factors/app/remove", "/office/factors/recovery-codes", "/office/factors/app"):
        answer = post(administrator, path)
        assert (answer.status_code, "confirm-password" in answer.text) == (403, True), path
    assert database_of(app).read(lambda s: s.scalars(select(TotpFactor)).one().confirmed_at)
