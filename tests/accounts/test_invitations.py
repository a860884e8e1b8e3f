"""Links and letters by which people set their passwords, leave, renaming and deleting."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey import create_app
from survey.accounts import officials, password_links
from survey.accounts.link_letters import LinkLetterWorker
from survey.store import factors, people
from survey.store.people import Person, Role
from survey.web.background import background
from tests.accounts.inviting import CHOSEN, add, choose_password, link_in, person, send, sign_in
from tests.builders import database_of
from tests.conftest import PASSWORD, csrf_in, official, settings_for
from tests.web.browsing import errors_in, log_of
from tests.web.inbox import Inbox, server_on

administrator, viewer = official("admin"), official("viewer")
ADDRESS = "lan@example.vn"


@pytest.fixture
def app(url: str, tmp_path: Path, mail_port: int) -> Iterator[Flask]:
    """The application with a mail server."""
    settings = replace(settings_for(url, tmp_path), mail=server_on(mail_port), public_url="http://localhost")
    created = create_app(settings)
    created.config["PROPAGATE_EXCEPTIONS"] = False
    yield created
    database_of(created).dispose()


def deliver_letters(app: Flask) -> int:
    with app.app_context():
        return background(LinkLetterWorker).worker.run_due()


def wait_for(app: Flask, inbox: Inbox, n: int) -> None:
    """Have all letters delivered: by the thread that a page woke, or by this one."""
    with app.app_context():
        thread = background(LinkLetterWorker)
        while thread.is_running or deliver_letters(app):
            pass
    assert len(inbox.received) == n


def link_of(inbox: Inbox) -> str:
    """The path of the link in the last letter."""
    _sender, _to, letter = inbox.received[-1]
    return str(urlsplit(re.findall(r"http://localhost\S+", letter.get_content())[0]).path)


def invite(client: FlaskClient, username: str = "lan", email: str = ADDRESS, lang: str = "vi") -> str:
    fields = {"username": username, "full_name": "Nguyễn Thị Lan", "role": Role.VIEWER, "email": email}
    answer = send(client, f"/office/people?lang={lang}", **fields)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(("lang", "subject"), [("vi", "Tài khoản"), ("en", "Your account is ready")])
def test_an_invitation_goes_by_letter_and_the_administrator_never_sees_the_link(
    app: Flask, administrator: FlaskClient, inbox: Inbox, lang: str, subject: str
) -> None:
    page = invite(administrator, lang=lang)
    assert 'class="secret"' not in page
    assert ADDRESS in page
    wait_for(app, inbox, 1)
    _sender, to, letter = inbox.received[0]
    assert to == [ADDRESS]
    assert subject in letter["Subject"]
    assert "lan" in letter.get_content()
    assert choose_password(app, link_of(inbox), CHOSEN)[1].status_code == 303
    assert sign_in(app, "lan", CHOSEN)[1].status_code == 303


def test_a_link_works_once(app: Flask, administrator: FlaskClient) -> None:
    link = add(administrator, "lan")
    choose_password(app, link, CHOSEN)
    again = app.test_client().get(link)
    assert again.status_code == 404
    assert choose_password(app, link, "another good phrase here")[1].status_code in (400, 404)
    assert sign_in(app, "lan", CHOSEN)[1].status_code == 303


def test_two_at_once_set_one_password(app: Flask, administrator: FlaskClient) -> None:
    token = add(administrator, "lan").rpartition("/")[2]
    use = lambda s: password_links.use_link(s, token, "hash", now=datetime.now(UTC))  # noqa: E731
    assert database_of(app).write(use) is not None
    assert database_of(app).write(use) is None


@pytest.mark.parametrize("link", ["x", "-", "a" * 43, "ạ" * 10])
def test_a_link_that_nobody_made_says_what_to_do(app: Flask, link: str) -> None:
    answer = app.test_client().get(f"/office/new-password/{link}?lang=en")
    assert answer.status_code == 404
    assert "This link does not work any more" in answer.text
    assert "/office/forgotten" in answer.text


def test_an_expired_link_sets_nothing(app: Flask, administrator: FlaskClient) -> None:
    token = add(administrator, "lan").rpartition("/")[2]
    for days, owner in ((6, "lan"), (7, None)):
        moment = datetime.now(UTC) + timedelta(days=days, minutes=1)
        person = database_of(app).read(
            lambda s, now=moment: password_links.owner_of(s, token, now=now)  # type: ignore[misc]
        )
        assert (person.username if person else None) == owner


def test_a_weak_password_is_refused_by_name_and_the_link_stays(
    app: Flask, administrator: FlaskClient
) -> None:
    link = add(administrator, "lan")
    client, answer = choose_password(app, f"{link}?lang=en", "nguyenthilan")
    assert answer.status_code == 422
    assert "made of your name" in errors_in(answer.text)
    assert client.get(link).status_code == 200


def test_links_end_with_a_new_password_a_new_link_and_the_account(
    app: Flask, administrator: FlaskClient
) -> None:
    first = add(administrator, "lan")
    path = f"/office/people/{person(app, 'lan').id}"
    second = link_in(send(administrator, f"{path}/password").text)
    assert app.test_client().get(first).status_code == 404
    assert app.test_client().get(second).status_code == 200
    send(administrator, f"{path}/active", active="no")
    assert app.test_client().get(second).status_code == 404
    send(administrator, f"{path}/active", active="yes")
    send(administrator, f"{path}/end")
    assert app.test_client().get(second).status_code == 404


def test_who_has_no_password_yet_cannot_sign_in(app: Flask, administrator: FlaskClient) -> None:
    add(administrator, "lan")
    for typed in ("", " ", CHOSEN):
        assert sign_in(app, "lan", typed)[1].status_code == 422


def test_a_second_factor_is_asked_for_after_a_link(app: Flask, administrator: FlaskClient) -> None:
    """A link stands for the password and for nothing else."""
    link = add(administrator, "lan")
    number = person(app, "lan").id
    now = datetime.now(UTC)

    def add_app(session: Session) -> None:
        factors.add_totp(session, number, "sealed", now=now)
        factors.confirm_totp(session, number, now=now)

    database_of(app).write(add_app)
    client, answer = choose_password(app, link, CHOSEN)
    assert "second-step" in str(answer.location)
    assert client.get("/office/").status_code == 302


def ask(app: Flask, name: str, lang: str = "en") -> tuple[int, str]:
    client = app.test_client()
    csrf = csrf_in(client.get("/office/forgotten").text)
    answer = client.post(f"/office/forgotten?lang={lang}", data={"name": name, "csrf_token": csrf})
    return answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)


def give_address(app: Flask, username: str, email: str | None) -> Person:
    number = person(app, username).id
    names = officials.PersonNames(username, username.title(), email)
    return database_of(app).write(lambda s: officials.rename(s, number, names))


@pytest.mark.parametrize("typed", ["viewer", " Viewer ", "v@example.vn", "V@EXAMPLE.vn"])
def test_who_forgot_the_password_asks_for_a_letter(app: Flask, inbox: Inbox, typed: str) -> None:
    give_address(app, "viewer", "v@example.vn")
    ask(app, typed)
    wait_for(app, inbox, 1)
    assert sign_in(app, "viewer", PASSWORD)[1].status_code == 303, "asking changes nothing"
    assert choose_password(app, link_of(inbox), CHOSEN)[1].status_code == 303
    assert sign_in(app, "viewer", PASSWORD)[1].status_code == 422


def test_the_answer_does_not_tell_who_has_an_account(app: Flask, inbox: Inbox) -> None:
    give_address(app, "viewer", "v@example.vn")
    answers = {ask(app, name) for name in ("viewer", "nobody", "admin", "x@example.vn")}
    assert len(answers) == 1
    wait_for(app, inbox, 1)


def test_nobody_is_flooded_with_letters(app: Flask, inbox: Inbox) -> None:
    give_address(app, "viewer", "v@example.vn")
    for _ in range(5):
        ask(app, "viewer")
    wait_for(app, inbox, 3)


def test_a_closed_account_gets_no_letter(app: Flask, inbox: Inbox) -> None:
    number = give_address(app, "viewer", "v@example.vn").id
    database_of(app).write(lambda s: officials.set_active(s, number, active=False))
    ask(app, "viewer")
    wait_for(app, inbox, 0)


def test_a_letter_that_is_refused_is_tried_again_and_shown(
    app: Flask, administrator: FlaskClient, inbox: Inbox
) -> None:
    inbox.answers[ADDRESS] = "450 mailbox busy"
    invite(administrator)
    wait_for(app, inbox, 0)
    path = f"/office/people/{person(app, 'lan').id}?lang=en"
    assert "450 mailbox busy" in administrator.get(path).text
    inbox.answers.clear()
    later = datetime.now(UTC) + timedelta(minutes=2)
    with app.app_context():
        worker = replace(background(LinkLetterWorker).worker, clock=lambda: later)
    assert worker.run_due() == 1
    assert choose_password(app, link_of(inbox), CHOSEN)[1].status_code == 303


def test_an_address_that_never_works_is_given_up(
    app: Flask, administrator: FlaskClient, inbox: Inbox
) -> None:
    inbox.answers[ADDRESS] = "550 no such user"
    invite(administrator)
    wait_for(app, inbox, 0)
    page = administrator.get(f"/office/people/{person(app, 'lan').id}?lang=en").text
    assert "could not be sent. The mail server said: 550 no such user" in page


@pytest.mark.parametrize(
    "email", ["lan", "lan@", "a@b.vn, c@d.vn", "Lan <lan@example.vn>", "lan@example.vn\nBcc: x"]
)
def test_an_address_is_one_plain_address(app: Flask, administrator: FlaskClient, email: str) -> None:
    fields = {"username": "lan", "full_name": "Lan", "role": Role.VIEWER, "email": email}
    answer = send(administrator, "/office/people?lang=en", **fields)
    assert answer.status_code == 422
    assert database_of(app).read(lambda s: people.by_username(s, "lan")) is None


def test_people_without_a_password_get_letters_or_a_file_of_links(
    app: Flask, administrator: FlaskClient, inbox: Inbox
) -> None:
    def add_two(session: Session) -> None:
        for names in (officials.PersonNames("lan", "Lan", ADDRESS), officials.PersonNames("binh", "=Bình")):
            officials.invite(session, names, Role.VIEWER, now=datetime.now(UTC))

    database_of(app).write(add_two)
    assert send(administrator, "/office/people/letters").status_code == 303
    wait_for(app, inbox, 1)
    send(administrator, "/office/people/letters")
    wait_for(app, inbox, 1)
    answer = send(administrator, "/office/people/links?lang=en")
    assert answer.headers["Cache-Control"] == "no-store"
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert (row["Sign-in name"], row["Full name"]) == ("binh", "'=Bình")
    link = urlsplit(row["Link to set a password"]).path
    assert choose_password(app, link, CHOSEN)[1].status_code == 303


def leave(client: FlaskClient, app: Flask, username: str, first: date | None, last: date | None) -> int:
    fields = {"away_from": str(first or ""), "away_until": str(last or "")}
    return send(client, f"/office/people/{person(app, username).id}/leave", **fields).status_code


def test_on_leave_nobody_signs_in_and_back_from_it_they_do(
    app: Flask, administrator: FlaskClient, viewer: FlaskClient
) -> None:
    day = datetime.now(settings_for("", Path()).time_zone).date()
    week = timedelta(days=7)
    assert leave(administrator, app, "viewer", day + week, day + 2 * week) == 303
    assert viewer.get("/office/").status_code == 200, "not yet"
    assert leave(administrator, app, "viewer", day, day) == 303
    assert viewer.get("/office/").status_code == 302
    assert sign_in(app, "viewer", PASSWORD)[1].status_code == 422
    for first, last in ((day - week, day - timedelta(days=1)), (None, None)):
        assert leave(administrator, app, "viewer", first, last) == 303
        assert sign_in(app, "viewer", PASSWORD)[1].status_code == 303


def test_leave_that_cannot_be_is_refused(app: Flask, administrator: FlaskClient) -> None:
    day = date(2026, 12, 10)
    assert leave(administrator, app, "viewer", day, day - timedelta(days=1)) == 422
    assert leave(administrator, app, "viewer", None, day) == 422
    assert leave(administrator, app, "admin", day, None) == 422, "the last administrator for good"


def test_a_person_is_renamed_and_signs_in_under_the_new_name(
    app: Flask, administrator: FlaskClient, viewer: FlaskClient
) -> None:
    path = f"/office/people/{person(app, 'viewer').id}/names"
    assert send(administrator, path, username="admin", full_name="X").status_code == 422
    assert send(administrator, path, username="Le.Thu", full_name="Lê Thu", email="").status_code == 303
    assert "Lê Thu" in viewer.get("/office/").text, "the session goes on"
    assert sign_in(app, "viewer", PASSWORD)[1].status_code == 422
    assert sign_in(app, "le.thu", PASSWORD)[1].status_code == 303
    assert ("Admin", "renamed person", "viewer → le.thu") in log_of(administrator, "en")


def test_the_log_names_a_deleted_person_whose_sign_in_name_is_free_again(
    app: Flask, administrator: FlaskClient, viewer: FlaskClient
) -> None:
    number = person(app, "viewer").id
    assert send(administrator, f"/office/people/{number}/end").status_code == 303
    assert viewer.get("/office/").status_code == 302
    assert sign_in(app, "viewer", PASSWORD)[1].status_code == 422
    assert administrator.get(f"/office/people/{number}").status_code == 404
    assert (
        "viewer"
        not in administrator.get("/office/people").text.partition("<table")[2].partition("</table")[0]
    )
    log = log_of(administrator, "en")
    assert ("Admin", "deleted person", "viewer") in log
    assert ("Viewer", "signed in", "") in log
    add(administrator, "viewer", name="Somebody else")
    assert person(app, "viewer").id != number


def test_nobody_deletes_themselves_or_the_last_administrator(app: Flask, administrator: FlaskClient) -> None:
    own = person(app, "admin").id
    assert send(administrator, f"/office/people/{own}/end").status_code == 422
    with pytest.raises(officials.LastAdministratorError):
        database_of(app).write(lambda s: officials.delete(s, own, now=datetime.now(UTC)))
    assert administrator.get("/office/").status_code == 200


def test_what_a_person_may_do_stands_on_both_pages(
    app: Flask, administrator: FlaskClient, viewer: FlaskClient
) -> None:
    for client, path in (
        (viewer, "/office/password"),
        (administrator, f"/office/people/{person(app, 'viewer').id}"),
    ):
        page = client.get(f"{path}?lang=en").text
        assert "See results and scorecards, and download them" in page
        assert "Approve values of scorecards" not in page
