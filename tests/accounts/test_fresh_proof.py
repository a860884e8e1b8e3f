"""What needs a fresh proof asks for it, says why, and goes on with the form that was sent."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.store import people
from survey.web.guards import needs_fresh_proof
from tests.accounts.authenticator_app import add_app, forget_last_step
from tests.accounts.signing_in import WRONG, set_sessions
from tests.builders import database_of
from tests.conftest import PASSWORD, official
from tests.web.browsing import log_of, post

administrator = official("admin")
NEW = {"username": "lan", "full_name": "Nguyễn Thị “Lan”", "role": "viewer"}
FRESH = {
    "accounts.add_person",
    "accounts.set_role",
    "accounts.renew_password",
    "accounts.set_person_active",
    "tokens.create",
    "tokens.revoke",
    "units.set_member",
    "publication.publish",
    "downloads.start_export",
    "downloads.download_responses",
    "downloads.download_export",
    "downloads.download_audit_certificate",
    "factors.remove_app",
    "factors.remove_passkey",
    "factors.reset_factors",
    "factors.set_required",
}


def age(app: Flask, minutes: int = 16) -> None:
    set_sessions(app, proven_at=datetime.now(UTC) - timedelta(minutes=minutes))


def hidden_fields(page: str) -> dict[str, str]:
    form = page.partition('action="/office/confirm"')[2].partition("</form>")[0]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in fields}


def go_on(client: FlaskClient, answer: TestResponse, **proof: str) -> tuple[TestResponse, TestResponse]:
    """The answer to the proof, and to the form that a browser then sends again."""
    fields = {**hidden_fields(answer.text), **{f"confirm-{name}": value for name, value in proof.items()}}
    confirmed = client.post("/office/confirm", data=fields)
    if confirmed.status_code != 307:
        return confirmed, confirmed
    return confirmed, client.post(confirmed.location, data=fields)


def test_what_needs_a_fresh_proof_is_declared(app: Flask) -> None:
    with app.app_context():
        declared = {endpoint for endpoint in app.view_functions if needs_fresh_proof(endpoint)}
    missing = {endpoint for endpoint in FRESH if endpoint in app.view_functions} - declared
    assert missing == set()
    assert len(declared) >= len(FRESH)


def test_a_form_goes_on_after_the_proof_with_what_was_typed(app: Flask, administrator: FlaskClient) -> None:
    age(app)
    page = post(administrator, "/office/people?lang=en", **NEW)
    assert page.status_code == 403
    assert "Confirm that it is you" in page.text
    assert "more than 15 minutes ago" in page.text
    assert len(database_of(app).read(people.people)) == 2
    wrong, _ = go_on(administrator, page, password=WRONG)
    assert wrong.status_code == 422
    assert hidden_fields(wrong.text).items() >= NEW.items(), "and again after a wrong password"
    confirmed, done = go_on(administrator, wrong, password=PASSWORD)
    assert (confirmed.status_code, confirmed.location) == (307, "/office/people?lang=en")
    assert 'class="secret"' in done.text
    assert "Nguyễn Thị “Lan”" in done.text
    assert post(administrator, "/office/people", **{**NEW, "username": "hoa"}).status_code == 200, "proven"
    assert ("Admin", "was refused when asked again", "") in log_of(administrator, "en")


def test_a_code_of_the_app_is_a_proof_too(app: Flask, administrator: FlaskClient) -> None:
    import pyotp

    secret, codes = add_app(administrator)
    forget_last_step(app)
    age(app)
    page = post(administrator, "/office/people", **NEW)
    assert go_on(administrator, page, code=codes[0])[0].status_code == 422, (
        "recovery codes are for signing in"
    )
    assert go_on(administrator, page, code=pyotp.TOTP(secret).now())[0].status_code == 307


def test_a_page_is_shown_after_the_proof(app: Flask, administrator: FlaskClient) -> None:
    post(administrator, "/office/factors/app")
    age(app)
    page = administrator.get("/office/factors/app")
    assert page.status_code == 403
    confirmed, _ = go_on(administrator, page, password=PASSWORD)
    assert (confirmed.status_code, confirmed.location) == (303, "/office/factors/app")


def test_guesses_are_limited_and_a_session_alone_proves_nothing(
    app: Flask, administrator: FlaskClient
) -> None:
    age(app)
    page = post(administrator, "/office/people", **NEW)
    answers = [go_on(administrator, page, password=WRONG)[0].status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert go_on(administrator, page, password=PASSWORD)[0].status_code == 429
    assert len(database_of(app).read(people.people)) == 2


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/s/demo", "", "/office/\\x"]
)
def test_a_proof_leads_to_no_other_site(app: Flask, administrator: FlaskClient, elsewhere: str) -> None:
    fields = {"confirm-address": elsewhere, "confirm-sent": "yes", "confirm-password": PASSWORD}
    answer = post(administrator, "/office/confirm", **fields)
    assert (answer.status_code, answer.location) == (303, "/office/")


def test_passwords_are_not_carried_through_the_page(app: Flask, administrator: FlaskClient) -> None:
    age(app)
    page = post(administrator, "/office/people", **NEW, old=WRONG, password=WRONG)
    assert WRONG not in page.text
