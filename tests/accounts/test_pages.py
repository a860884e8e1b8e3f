"""Signing in and out, passwords, who may sign in, and the log of what officials did."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.store import people
from survey.store.people import Role
from tests.accounts.inviting import CHOSEN, add, choose_password, link_in, person, send, sign_in
from tests.builders import database_of
from tests.conftest import PASSWORD, official
from tests.web.browsing import errors_in, log_of

administrator, viewer = official("admin"), official("viewer")


def test_a_person_signs_in_and_out(app: Flask) -> None:
    client, answer = sign_in(app, "  Admin ", PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/office/")
    assert "Admin" in client.get("/office/").text
    assert client.get("/office/sign-in").location == "/office/", "nothing to sign in to twice"
    assert send(client, "/office/sign-out").location == "/office/sign-in"
    assert client.get("/office/").status_code == 302


@pytest.mark.parametrize(
    ("lang", "message"),
    [("vi", "Tên đăng nhập hoặc mật khẩu không đúng"), ("en", "The name or the password is wrong")],
)
def test_a_wrong_name_and_a_wrong_password_look_the_same(app: Flask, lang: str, message: str) -> None:
    for username, password in (("admin", "not-the-one"), ("nobody", PASSWORD), ("nobody", "not-the-one")):
        _client, answer = sign_in(app, username, password, lang)
        assert answer.status_code == 422
        assert errors_in(answer.text) == message
        assert f'value="{username}"' in answer.text
        assert password not in answer.text


def test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out(app: Flask) -> None:
    client, _answer = sign_in(app, "admin", PASSWORD)
    cookie = client.get_cookie("office")
    assert cookie
    send(client, "/office/sign-out")
    thief = app.test_client()
    thief.set_cookie("office", cookie.value)
    assert thief.get("/office/").status_code == 302


def test_a_refused_sign_in_is_in_the_log_without_what_was_typed(
    app: Flask, administrator: FlaskClient
) -> None:
    sign_in(app, "viewer", "not-the-one")
    sign_in(app, "my secret passphrase", "not-the-one")
    refusals = [(who, on) for who, act, on in log_of(administrator, "en") if act == "was refused at sign-in"]
    assert len(refusals) == 2
    assert ("Viewer", "viewer") in refusals
    page = administrator.get("/office/audit").text
    assert "not-the-one" not in page
    assert "my secret passphrase" not in page


def test_what_is_left_empty_is_named(app: Flask) -> None:
    for lang, message in (("vi", "Cần điền: "), ("en", "Fill in: ")):
        _client, answer = sign_in(app, " ", "", lang)
        assert answer.status_code == 422
        assert errors_in(answer.text).count(message) == 2
        assert "Username" not in errors_in(answer.text)


def test_a_new_person_sets_a_password_that_nobody_told(app: Flask, administrator: FlaskClient) -> None:
    link = add(administrator, "Lan.Nguyen")
    assert link not in administrator.get("/office/people").text
    assert link not in administrator.get("/office/audit").text
    client, answer = choose_password(app, link, CHOSEN)
    assert (answer.status_code, answer.location) == (303, "/office/")
    assert "Nguyễn Thị Lan" in client.get("/office/").text
    assert sign_in(app, "lan.nguyen", CHOSEN)[1].status_code == 303


@pytest.mark.usefixtures("production_hasher")
def test_a_password_is_kept_as_a_slow_hash_only(app: Flask, administrator: FlaskClient) -> None:
    choose_password(app, add(administrator, "lan"), CHOSEN)
    assert person(app, "lan").password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert CHOSEN not in person(app, "lan").password_hash


@pytest.mark.parametrize(
    ("old", "new", "vi", "en"),
    [
        ("not-the-one", "long enough for all", "hiện tại không đúng", "current password is wrong"),
        (PASSWORD, "short", "từ 12 đến 200 ký tự", "has 12 to 200 characters"),
        (PASSWORD, "x" * 201, "từ 12 đến 200 ký tự", "has 12 to 200 characters"),
        (PASSWORD, "", "Cần điền", "Fill in"),
        ("", "long enough for all", "Cần điền", "Fill in"),
    ],
)
def test_a_password_that_will_not_do_is_refused(
    viewer: FlaskClient, old: str, new: str, vi: str, en: str
) -> None:
    for lang, message in (("vi", vi), ("en", en)):
        answer = send(viewer, f"/office/password?lang={lang}", old=old, new=new)
        assert answer.status_code == 422
        assert message in errors_in(answer.text)
        assert new not in answer.text or not new


@pytest.mark.parametrize(
    ("fields", "vi", "en"),
    [
        ({"username": "admin"}, "đã có người dùng", "This sign-in name is already in use"),
        ({"username": " ADMIN "}, "đã có người dùng", "This sign-in name is already in use"),
        ({"username": "có dấu"}, "từ 2 đến 60 ký tự", "2 to 60 letters"),
        ({"username": "a" * 61}, "từ 2 đến 60 ký tự", "2 to 60 letters"),
        ({"username": ""}, "Cần điền", "Fill in"),
        ({"full_name": ""}, "Cần điền", "Fill in"),
        ({"full_name": "x" * 121}, "121", "121 characters"),
        ({"full_name": "a\x00b"}, "không in được", "cannot be printed"),
        ({"role": "king"}, "Hãy chọn trong danh sách", "Choose from the list"),
    ],
)
def test_a_person_who_cannot_be_added_is_refused_and_nothing_typed_is_lost(
    app: Flask, administrator: FlaskClient, fields: dict[str, str], vi: str, en: str
) -> None:
    before = database_of(app).read(people.people)
    form = {"username": "lan.nguyen", "full_name": "Nguyễn Thị Lan", "role": "administrator", **fields}
    for lang, message in (("vi", vi), ("en", en)):
        answer = send(administrator, f"/office/people?lang={lang}", **form)
        assert answer.status_code == 422
        assert message in errors_in(answer.text)
        assert 'class="secret"' not in answer.text
        for name in set(form) - set(fields) - {"role"}:
            assert f'value="{form[name]}"' in answer.text
    assert len(database_of(app).read(people.people)) == len(before)


def test_a_viewer_can_add_nobody_and_shut_nobody_out(app: Flask, viewer: FlaskClient) -> None:
    for path, fields in (
        ("/office/people", {"username": "lan", "full_name": "Lan", "role": "viewer"}),
        ("/office/people/1/active", {"active": "no"}),
        ("/office/people/1/roles", {"role": "viewer"}),
        ("/office/people/1/password", {}),
    ):
        assert send(viewer, path, **fields).status_code == 403
    assert len(database_of(app).read(people.people)) == 2
    assert person(app, "admin").is_active
    assert "/office/people" not in viewer.get("/office/").text


def test_a_person_is_shut_out_and_let_in_again(app: Flask, administrator: FlaskClient) -> None:
    number = person(app, "viewer").id
    assert send(administrator, f"/office/people/{number}/active", active="no").status_code == 303
    assert sign_in(app, "viewer", PASSWORD)[1].status_code == 422
    send(administrator, f"/office/people/{number}/active", active="yes")
    assert sign_in(app, "viewer", PASSWORD)[1].status_code == 303


def test_the_last_administrator_stays(app: Flask, administrator: FlaskClient) -> None:
    number = person(app, "admin").id
    for lang, message in (
        ("vi", "Không thể khóa quản trị viên cuối cùng"),
        ("en", "You cannot deactivate the last administrator"),
    ):
        send(administrator, f"/office/people/{number}/active", active="no")
        assert message in administrator.get(f"/office/people?lang={lang}").text or lang == "en"
    assert person(app, "admin").is_active
    add(administrator, "second", Role.ADMINISTRATOR)
    send(administrator, f"/office/people/{number}/active", active="no")
    assert not person(app, "admin").is_active
    assert administrator.get("/office/people").status_code == 302, "out at once"


def test_an_administrator_who_is_shut_out_does_not_count_as_one(
    app: Flask, administrator: FlaskClient
) -> None:
    add(administrator, "second", Role.ADMINISTRATOR)
    send(administrator, f"/office/people/{person(app, 'second').id}/active", active="no")
    send(administrator, f"/office/people/{person(app, 'admin').id}/active", active="no")
    assert person(app, "admin").is_active


def test_a_role_is_given_and_taken_and_holds_from_the_next_page_on(
    app: Flask, administrator: FlaskClient, viewer: FlaskClient
) -> None:
    path = f"/office/people/{person(app, 'viewer').id}"
    top = str(person(app, "viewer").unit_id)
    assert viewer.get("/office/campaigns/new").status_code == 403
    assert send(administrator, f"{path}/roles", role="officer", unit=top).status_code == 303
    assert viewer.get("/office/campaigns/new").status_code == 200
    assert log_of(administrator, "en")[0] == ("Admin", "gave a role", "viewer: officer, Toàn tỉnh")
    wrong = send(administrator, f"{path}/roles", role="king", unit=top)
    assert wrong.status_code == 422
    assert "role" in wrong.text.partition('id="error-summary"')[2].partition("</div>")[0]
    assert send(administrator, f"{path}/roles/end", role="officer", unit=top).status_code == 303
    assert viewer.get("/office/campaigns/new").status_code == 403
    assert send(administrator, f"{path}/roles/end", role="officer", unit=top).status_code == 404


def test_the_last_administrator_keeps_the_role(app: Flask, administrator: FlaskClient) -> None:
    own = person(app, "admin")
    path, last = f"/office/people/{own.id}/roles/end", {"role": "administrator", "unit": str(own.unit_id)}
    answer = send(administrator, f"{path}?lang=en", **last)
    assert answer.status_code == 422
    assert errors_in(answer.text) == "The last administrator of the province cannot lose this role"
    add(administrator, "second", Role.ADMINISTRATOR)
    assert send(administrator, path, **last).status_code == 303
    assert administrator.get("/office/people").status_code == 403


def test_who_forgot_the_password_gets_a_link_and_the_old_sessions_end(
    app: Flask, administrator: FlaskClient, viewer: FlaskClient
) -> None:
    path = f"/office/people/{person(app, 'viewer').id}"
    page = send(administrator, f"{path}/password")
    link = link_in(page.text)
    assert page.headers["Cache-Control"] == "no-store"
    assert viewer.get("/office/").status_code == 302, "out at once"
    assert sign_in(app, "viewer", PASSWORD)[1].status_code == 422
    assert choose_password(app, link, CHOSEN)[1].status_code == 303
    assert administrator.get(f"{path}/password").status_code == 302
    own = send(administrator, f"/office/people/{person(app, 'admin').id}/password")
    assert own.location == "/office/password", "one's own is changed by whoever knows the old one"
    assert link not in administrator.get(path).text
    assert ("Admin", "gave a new password", "viewer") in log_of(administrator, "en")


@pytest.mark.parametrize("number", ["999", "2147483647", "2147483648", "9" * 30, "-1", "x", "0"])
def test_a_person_who_is_not_there_is_not_found(administrator: FlaskClient, number: str) -> None:
    for path, fields in (("/active", {"active": "no"}), ("", {"role": "viewer"}), ("/password", {})):
        assert send(administrator, f"/office/people/{number}{path}", **fields).status_code in {404, 405}


@pytest.mark.parametrize("choice", [None, "", "Yes", "true", "1", "on"])
def test_an_account_is_neither_activated_nor_deactivated_by_another_word(
    app: Flask, administrator: FlaskClient, choice: str | None
) -> None:
    fields = {} if choice is None else {"active": choice}
    answer = send(administrator, f"/office/people/{person(app, 'viewer').id}/active?lang=en", **fields)
    assert (answer.status_code, 'id="error-summary"' in answer.text) == (422, True)
    assert "Choose whether the account is active" in answer.text
    assert person(app, "viewer").is_active


def test_the_log_says_who_did_what(app: Flask, administrator: FlaskClient) -> None:
    add(administrator, "lan", Role.ADMINISTRATOR)
    send(administrator, f"/office/people/{person(app, 'viewer').id}/active", active="no")
    send(administrator, f"/office/people/{person(app, 'viewer').id}/active", active="yes")
    send(administrator, "/office/password", old=PASSWORD, new="another good password")
    assert log_of(administrator, "en")[:5] == [
        ("Admin", "changed own password", ""),
        ("Admin", "activated account", "viewer"),
        ("Admin", "deactivated account", "viewer"),
        ("Admin", "added person", "lan (administrator)"),
        ("Admin", "signed in", ""),
    ]
    in_vietnamese = [act for _who, act, _on in log_of(administrator)[:5]]
    assert all(re.search("[^\x00-\x7f]", act) for act in in_vietnamese), in_vietnamese


def test_what_is_refused_leaves_no_trace_in_the_log(app: Flask, administrator: FlaskClient) -> None:
    before = log_of(administrator)
    send(administrator, "/office/people", username="admin", full_name="x", role="viewer")
    send(administrator, f"/office/people/{person(app, 'admin').id}/active", active="no")
    assert log_of(administrator) == before
