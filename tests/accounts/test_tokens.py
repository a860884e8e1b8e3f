"""Tokens for programs on their page: shown once, listed, revoked, refused where they say nothing."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.store import tokens
from survey.store.tokens import ApiToken
from tests.builders import database_of
from tests.conftest import official
from tests.web.browsing import errors_in, log_of, token

GOOD: dict[str, Any] = {
    "name": "Bảng điều hành của tỉnh",
    "permissions": ["report.read", "scorecard.read"],
    "days": "90",
}


administrator = official("admin")


def send(client: FlaskClient, path: str = "/office/tokens", /, **fields: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": token(client), **fields})


def token_in(page: str) -> str:
    """The token a page shows; "" without one."""
    return "".join(re.findall(r'class="secret">([^<]+)<', page))


def stored_tokens(app: Flask) -> list[ApiToken]:
    return [one.token for one in database_of(app).read(tokens.tokens)]


def ask(app: Flask, secret: str) -> int:
    sent = {"Authorization": f"Bearer {secret}"}
    return app.test_client().get("/api/v1/campaigns", headers=sent).status_code


def test_a_token_is_shown_once_and_kept_as_a_hash(app: Flask, administrator: FlaskClient) -> None:
    secret = token_in(send(administrator, **GOOD).text)
    assert re.fullmatch(r"survey_[A-Za-z0-9_-]{43}", secret)
    assert ask(app, secret) == 200
    for path in ("/office/tokens", "/office/audit"):
        assert secret not in administrator.get(path).text
    [stored] = stored_tokens(app)
    assert re.fullmatch(r"[0-9a-f]{64}", stored.token_hash)
    assert stored.permissions == ["report.read", "scorecard.read"]
    assert (stored.expires_at - stored.created_at).days == 90


def test_two_tokens_of_the_same_name_are_two(app: Flask, administrator: FlaskClient) -> None:
    secrets = {token_in(send(administrator, **GOOD).text) for _ in range(2)}
    assert len(secrets) == len(stored_tokens(app)) == 2


@pytest.mark.parametrize(
    ("lang", "messages"),
    [
        ("vi", ["Bảng điều hành của tỉnh", "Admin", "Đọc bảng điểm", "Chưa dùng"]),
        ("en", ["Bảng điều hành của tỉnh", "Admin", "Read scorecards", "Never used"]),
    ],
)
def test_the_list_says_who_made_it_what_it_may_and_when_it_was_used(
    app: Flask, administrator: FlaskClient, lang: str, messages: list[str]
) -> None:
    secret = token_in(send(administrator, **GOOD).text)
    page = html.unescape(administrator.get(f"/office/tokens?lang={lang}").text)
    for word in messages:
        assert word in page
    ask(app, secret)
    assert messages[-1] not in html.unescape(administrator.get("/office/tokens").text)


def test_a_revoked_token_is_refused_at_once_and_stays_in_the_list(
    app: Flask, administrator: FlaskClient
) -> None:
    secret = token_in(send(administrator, **GOOD).text)
    path = f"/office/tokens/{stored_tokens(app)[0].id}/revoke"
    assert ask(app, secret) == 200
    assert send(administrator, path).status_code == 303
    assert ask(app, secret) == 401
    first = stored_tokens(app)[0].revoked_at
    assert send(administrator, path).status_code == 303
    assert stored_tokens(app)[0].revoked_at == first, "a token is revoked once"
    page = administrator.get("/office/tokens?lang=en").text
    assert "Revoked on" in page
    assert "/revoke" not in page
    assert send(administrator, "/office/tokens/999/revoke").status_code == 404


def test_making_and_revoking_are_in_the_log(app: Flask, administrator: FlaskClient) -> None:
    send(administrator, **GOOD)
    send(administrator, f"/office/tokens/{stored_tokens(app)[0].id}/revoke")
    rows = log_of(administrator)
    entry = f"{GOOD['name']}: report.read, scorecard.read; 90"
    assert rows[0] == ("Admin", "thu hồi mã truy cập", GOOD["name"])
    assert rows[1] == ("Admin", "tạo mã truy cập", entry)


@pytest.mark.parametrize(
    ("fields", "vi", "en"),
    [
        ({"name": " "}, "Cần điền", "Fill in"),
        ({"name": "x" * 81}, "81", "81 characters"),
        ({"name": "a\x00b"}, "không in được", "cannot be printed"),
        ({"permissions": []}, "Chọn ít nhất một quyền", "Choose at least one permission"),
        ({"permissions": ["people.manage"]}, "Hãy chọn trong danh sách", "Choose from the list"),
        ({"permissions": ["report.read", "audit.read"]}, "Hãy chọn trong danh sách", "Choose from the list"),
        ({"days": "36500"}, "Hãy chọn trong danh sách", "Choose from the list"),
        ({"days": ""}, "Hãy chọn trong danh sách", "Choose from the list"),
    ],
)
def test_a_token_that_will_not_do_is_refused_and_what_was_typed_stays(
    app: Flask, administrator: FlaskClient, fields: dict[str, Any], vi: str, en: str
) -> None:
    for lang, message in (("vi", vi), ("en", en)):
        answer = send(administrator, f"/office/tokens?lang={lang}", **{**GOOD, **fields})
        assert answer.status_code == 422
        assert message in errors_in(answer.text)
        assert token_in(answer.text) == ""
        assert 'value="scorecard.read" checked' in answer.text or "permissions" in fields
    assert stored_tokens(app) == []
