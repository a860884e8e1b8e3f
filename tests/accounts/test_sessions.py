"""Sessions: how long, how they began, ending one or all, and what happens to a form when one has ended."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.store import office_sessions
from tests.accounts.signing_in import set_sessions, try_to_sign_in
from tests.conftest import csrf_in, official, sign_in_as
from tests.web.browsing import log_of, post, token

administrator = official("admin")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize(
    ("column", "age"),
    [("used_at", office_sessions.LONGEST_UNUSED), ("began_at", office_sessions.LONGEST)],
)
def test_a_session_ends_after_12_hours_or_30_minutes_unused(
    app: Flask, administrator: FlaskClient, column: str, age: timedelta
) -> None:
    assert age == {"used_at": timedelta(minutes=30), "began_at": timedelta(hours=12)}[column]
    begun = datetime.now(UTC)
    for moment, status in ((begun - age + timedelta(minutes=2), 200), (begun - age, 302)):
        set_sessions(app, **{column: moment})
        assert administrator.get("/office/").status_code == status


def test_pressing_stay_signed_in_is_a_use(app: Flask, administrator: FlaskClient) -> None:
    csrf = token(administrator)
    set_sessions(app, used_at=datetime.now(UTC) - timedelta(minutes=29))
    answer = administrator.post("/office/session", headers={"X-CSRFToken": csrf})
    assert answer.json is not None
    assert 0 < answer.json["left"] <= 12 * 3600
    set_sessions(app, used_at=datetime.now(UTC) - timedelta(minutes=31))
    assert administrator.post("/office/session", headers={"X-CSRFToken": csrf}).status_code == 403


def test_a_page_knows_when_its_session_ends_and_a_citizens_page_does_not(
    app: Flask, administrator: FlaskClient
) -> None:
    page = administrator.get("/office/").text
    assert 'data-idle="1800"' in page
    assert 43000 < int(re.findall(r'data-left="(\d+)"', page)[0]) <= 43200
    for path in ("/", "/receipt", "/office/sign-in"):
        text = app.test_client().get(path).text
        assert "session.js" not in text, path
        assert "drafts.js" not in text, path


def test_the_list_says_how_a_session_began_and_in_which_browser(app: Flask) -> None:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    try_to_sign_in(client, "admin")
    page = html.unescape(client.get("/office/password?lang=en").text)
    assert "with the password" in page
    assert "Firefox, Windows" in page
    assert "140" not in page.partition("Your sessions")[2], "no version"


def test_one_session_or_all_others_are_ended(app: Flask) -> None:
    here, there, third = (sign_in_as(app, "admin") for _ in range(3))
    page = here.get("/office/password?lang=en").text
    assert page.count("This is the session of this page") == 1
    numbers = re.findall(r"/office/sessions/(\d+)", page)
    assert len(numbers) == 2
    assert post(here, f"/office/sessions/{numbers[-1]}").status_code == 303
    assert [client.get("/office/").status_code for client in (here, there, third)].count(302) == 1
    answer = here.post("/office/sessions?lang=en", data={"csrf_token": token(here)}, follow_redirects=True)
    assert "1 other session has been ended" in answer.text
    assert {client.get("/office/").status_code for client in (there, third)} == {302}
    assert "End the other sessions" not in here.get("/office/password?lang=en").text
    assert ("Admin", "ended sessions", "") in log_of(here, "en")


def test_nobody_ends_the_session_of_another(app: Flask, administrator: FlaskClient) -> None:
    viewer = sign_in_as(app, "viewer")
    for number in range(1, 10):
        post(viewer, f"/office/sessions/{number}")
    assert administrator.get("/office/").status_code == 200


@pytest.mark.parametrize(
    ("lang", "title", "link"),
    [
        ("vi", "Phiên làm việc đã kết thúc", "Đăng nhập lại"),
        ("en", "You have been signed out", "Sign in again"),
    ],
)
def test_a_form_sent_after_the_session_leads_to_sign_in_and_back(
    app: Flask, administrator: FlaskClient, lang: str, title: str, link: str
) -> None:
    csrf = token(administrator)
    set_sessions(app, used_at=datetime.now(UTC) - timedelta(hours=1))
    fields = {"username": "lan", "full_name": "Lan", "role": "viewer", "csrf_token": csrf}
    answer = administrator.post(f"/office/people?lang={lang}", data=fields)
    assert answer.status_code == 403
    assert f"<h1>{title}" in answer.text
    assert link in answer.text
    assert 'href="/office/sign-in?next=/office/people"' in html.unescape(answer.text).replace("%2F", "/")
    assert "office/drafts.js" in answer.text


def test_a_form_of_an_older_sign_in_leads_back_to_the_form(app: Flask, administrator: FlaskClient) -> None:
    answer = administrator.post("/office/people?lang=en", data={"csrf_token": "of before"})
    assert answer.status_code == 400
    assert 'href="/office/people"' in answer.text
    assert "Back to the form" in answer.text


def test_a_form_may_be_open_for_longer_than_an_hour(
    app: Flask, administrator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    csrf = csrf_in(administrator.get("/office/password").text)
    later = datetime.now(UTC).timestamp() + 3 * 3600
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    answer = administrator.post("/office/sign-out", data={"csrf_token": csrf})
    assert answer.status_code == 303
