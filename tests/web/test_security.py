"""What stands between a visitor and harm: policy, headers, tokens, cookies, sessions, limits."""

import re
from collections.abc import Iterator
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey import create_app
from survey.accounts import officials
from survey.store import people
from survey.store.questionnaires import load_shipped
from tests.builders import CONTACT, a_form, database_of, receipt_in
from tests.conftest import PASSWORD, csrf_in, on_sqlite, running_app, settings_for, sign_in_as
from tests.web.browsing import address, app_fixture, elements, everything_in, routes, token

pytestmark = on_sqlite

Q = load_shipped()
LANGUAGES = ("vi", "en")
FROM_ELSEWHERE = re.compile(r"^\s*([a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


app = app_fixture()


@pytest.fixture
def own_app(url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application of the test's own, for what changes people or counts tries."""
    with running_app(url, tmp_path) as created:
        yield created


def citizens_pages(app: Flask, lang: str) -> list[TestResponse]:
    """Every page a citizen can meet, refusals included."""
    citizen, form, query = app.test_client(), a_form(Q, comment="xin chào"), f"?lang={lang}"
    receipt = receipt_in(citizen.post(f"/s/demo/send{query}", data=form).text)
    return [
        *(
            citizen.get(path + query)
            for path in (
                "/",
                "/s/demo",
                "/s/demo/declined",
                "/receipt",
                "/s/NOPE42",
                "/s/demo1b",
                "/nowhere",
                "/office/sign-in",
            )
        ),
        *(
            citizen.post(path + query, data=form)
            for path in ("/s/demo", "/s/demo/check", "/s/demo/send", "/healthz")
        ),
        citizen.post(f"/s/demo/check{query}", data={}),
        citizen.post(f"/receipt{query}", data={"code": receipt}),
        citizen.post(f"/receipt{query}", data={"code": "wrong"}),
        citizen.post(f"/receipt/withdraw{query}", data={"code": receipt}),
    ]


def office_pages(app: Flask, lang: str) -> list[TestResponse]:
    """Every page of the office, and one refused form."""
    client = sign_in_as(app, "admin")
    paths = [address(app, rule) for route, rule in routes(app).items() if route.startswith("GET /office")]
    answers = [client.get(f"{path}?lang={lang}", buffered=True) for path in paths]
    answers.append(client.post(f"/office/campaigns/new?lang={lang}", data={"csrf_token": token(client)}))
    return [answer for answer in answers if answer.mimetype == "text/html" and answer.status_code != 302]


@pytest.fixture(scope="module", params=LANGUAGES)
def pages(app: Flask, request: pytest.FixtureRequest) -> list[TestResponse]:
    return citizens_pages(app, request.param) + office_pages(app, request.param)


def policy_of(answer: TestResponse) -> dict[str, str]:
    directives = answer.headers["Content-Security-Policy"].split(";")
    return {name: values for name, _, values in (one.strip().partition(" ") for one in directives)}


def test_there_are_pages_to_look_at(pages: list[TestResponse]) -> None:
    assert len(pages) >= 24
    assert all(page.status_code < 500 for page in pages)


def test_the_policy_lets_run_only_what_carries_the_nonce(pages: list[TestResponse]) -> None:
    for page in pages:
        policy = policy_of(page)
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert not re.search(r"unsafe|\*|https?:", page.headers["Content-Security-Policy"])
        for directive in ("script-src", "style-src"):
            assert re.fullmatch(r"'self'( 'nonce-[\w-]{22}')?|'nonce-[\w-]{22}'", policy[directive])


def test_every_inline_script_and_style_carries_the_nonce(pages: list[TestResponse]) -> None:
    for page in pages:
        for tag, attributes in elements(page.text):
            if tag == "style" or (tag == "script" and "src" not in attributes):
                assert f"'nonce-{attributes.get('nonce')}'" in policy_of(page)[f"{tag}-src"], (
                    page.request.path
                )


def test_no_element_has_a_style_or_a_handler_of_its_own(pages: list[TestResponse]) -> None:
    for page in pages:
        for tag, attributes in elements(page.text):
            assert not [name for name in attributes if name == "style" or name.startswith("on")], (
                page.request.path,
                tag,
                attributes,
            )


def test_nothing_comes_from_elsewhere_or_goes_there(pages: list[TestResponse]) -> None:
    for page in pages:
        for tag, attributes in elements(page.text):
            for name in ("src", "href", "action", "formaction", "srcset", "poster", "data", "xlink:href"):
                value = attributes.get(name, "")
                is_icon = tag == "link" and value.startswith("data:image/svg+xml,")
                is_contact = tag == "a" and value.startswith(("tel:", "mailto:"))  # of the office
                assert is_icon or is_contact or not FROM_ELSEWHERE.match(value), (
                    page.request.path,
                    tag,
                    value,
                )


def test_every_page_has_the_headers(pages: list[TestResponse]) -> None:
    for page in pages:
        assert {name: page.headers.get(name) for name in HEADERS} == HEADERS
        assert "camera=()" in page.headers["Permissions-Policy"]
        assert re.search("no-store|no-cache", page.headers["Cache-Control"])


def test_every_form_of_the_office_has_a_token_and_no_other_form_has(pages: list[TestResponse]) -> None:
    for page in pages:
        posts = len([1 for tag, a in elements(page.text) if tag == "form" and a.get("method") == "post"])
        tokens = page.text.count('name="csrf_token"')
        is_office = page.request.path.startswith("/office")
        assert tokens == (posts if is_office and "office.css" in page.text else 0), page.request.path


def test_a_nonce_is_used_once(app: Flask) -> None:
    client = sign_in_as(app, "admin")
    for path in ("/", "/s/demo", "/receipt", "/nowhere"):
        nonces = [re.findall(r'nonce="([^"]+)"', client.get(path).text)[0] for _ in range(5)]
        assert len(set(nonces)) == 5, path


def test_a_citizen_gets_no_cookie(app: Flask) -> None:
    for lang in LANGUAGES:
        for page in citizens_pages(app, lang):
            if not page.request.path.startswith("/office"):
                assert "Set-Cookie" not in page.headers, page.request.path


OFFICE_POSTS = [
    ("/office/sign-in", {"username": "admin", "password": PASSWORD}),
    ("/office/sign-out", {}),
    ("/office/password", {"old": PASSWORD, "new": "another long password"}),
    ("/office/sessions", {}),
    ("/office/sessions/1", {}),
    ("/office/session", {}),
    ("/office/sign-in/second-step", {"code": "123456"}),
    ("/office/sign-in/second-step/passkey", {}),
    ("/office/passkey/challenge", {}),
    ("/office/passkey/sign-in", {}),
    ("/office/confirm", {"confirm-password": PASSWORD}),
    ("/office/confirm/passkey", {}),
    ("/office/factors/app", {}),
    ("/office/factors/app/code", {"code": "123456"}),
    ("/office/factors/app/remove", {}),
    ("/office/factors/recovery-codes", {}),
    ("/office/factors/passkeys/challenge", {}),
    ("/office/factors/passkeys", {"name": "x"}),
    ("/office/factors/passkeys/1", {"name": "x"}),
    ("/office/factors/passkeys/1/remove", {}),
    ("/office/factors/of/2/remove", {}),
    ("/office/factors/required", {"roles": "viewer"}),
    ("/office/people", {"username": "intruder", "full_name": "Intruder", "role": "administrator"}),
    ("/office/people/2/active", {"active": "no"}),
    ("/office/people/2/roles", {"role": "administrator", "unit": "1"}),
    ("/office/people/2/roles/end", {"role": "viewer", "unit": "1"}),
    ("/office/people/2/unit", {"belongs_to": "2"}),
    ("/office/people/2/password", {}),
    ("/office/people/2/names", {"username": "intruder", "full_name": "Intruder"}),
    ("/office/people/2/leave", {"away_from": "2026-01-01"}),
    ("/office/people/2/end", {}),
    ("/office/people/letters", {}),
    ("/office/people/links", {}),
    ("/office/people/import", {}),
    ("/office/people/import/all", {}),
    ("/office/units/import", {}),
    ("/office/units/import/all", {}),
    ("/office/forgotten", {"name": "viewer"}),
    ("/office/new-password/x", {"new": "four words of nobody here"}),
    ("/office/tokens", {"name": "x", "permissions": "report.read", "days": "30"}),
    ("/office/tokens/1/revoke", {}),
    (
        "/office/campaigns/new",
        {"name": "x", "opens_on": "2026-01-01", "closes_on": "2026-02-01", "desks": "x"},
    ),
    ("/office/campaigns/demo/contact", CONTACT),
    ("/office/campaigns/demo/retention", {"retention_months": "18"}),
    ("/office/campaigns/demo/desks", {"name": "Quầy lạ"}),
    ("/office/campaigns/demo/populations", {"population-citizen": "5"}),
    ("/office/campaigns/demo/units", {"unit-1": ""}),
    ("/office/campaigns/demo/comments/0123456789abcdef", {"status": "done"}),
    ("/office/campaigns/demo-truoc/publication", {"public": "no"}),
    ("/office/campaigns/demo/links", {"days": "7"}),
    ("/office/questionnaires", {}),
    ("/office/appearance", {"accent": "#123456"}),
    ("/office/campaigns/demo/exports", {"format": "csv", "language": "vi"}),
    ("/office/campaigns/demo/exports/0/cancel", {}),
    ("/office/campaigns/demo/summaries", {"weekly": "on", "language": "vi"}),
    ("/office/campaigns/demo/summaries/1/again", {}),
    ("/office/scorecards", {"unit_id": "1", "period": "2031", "campaign": "typed"}),
    ("/office/scorecards/3/values", {}),
    ("/office/scorecards/3/values/unit_autonomy_rate", {"value": "95"}),
    ("/office/scorecards/3/values/tthc_ontime_rate/decision", {"act": "back", "note": "x"}),
    ("/office/scorecards/3/approvals", {}),
    ("/office/scorecards/3/source", {"campaign": "typed"}),
    ("/office/scorecards/definitions", {}),
    ("/office/scorecards/definitions/0/edit", {"text": "x"}),
    ("/office/tasks", {"unit_id": "1", "title": "x", "year": "2031", "due_on": "2031-01-01"}),
    ("/office/tasks/1", {"done_on": "2026-01-01"}),
    ("/office/units", {"name": "x"}),
    ("/office/units/2/name", {"name": "x"}),
    ("/office/units/2/parent", {"parent": "3"}),
    ("/office/units/2/end", {"closed_on": "2026-12-01"}),
]


def test_the_list_of_posts_is_whole(app: Flask) -> None:
    endpoints = {rule.endpoint for route, rule in routes(app).items() if route.startswith("POST /office")}
    bound = app.url_map.bind("localhost")
    assert endpoints == {bound.match(path, method="POST")[0] for path, _ in OFFICE_POSTS}


@pytest.mark.parametrize("wrong", [None, "", "forged", "of another session"])
def test_no_form_of_the_office_is_taken_without_its_token(app: Flask, wrong: str | None) -> None:
    client, before = sign_in_as(app, "admin"), everything_in(app)
    sent = {} if wrong is None else {"csrf_token": wrong}
    if wrong == "of another session":
        sent = {"csrf_token": token(app.test_client())}
    for path, fields in OFFICE_POSTS:
        for lang, message in (
            ("vi", "<h1>Trang đã mở quá lâu"),
            ("en", "<h1>The page was open for too long"),
        ):
            answer = client.post(f"{path}?lang={lang}", data={**fields, **sent})
            assert answer.status_code == 400, path
            assert message in answer.text, path
    assert everything_in(app) == before
    assert client.get("/office/").status_code == 200, "still signed in"


def cookie_of(answer: TestResponse) -> tuple[str, dict[str, object]]:
    [(name, morsel)] = SimpleCookie(answer.headers["Set-Cookie"]).items()
    return name, dict(morsel)


def test_the_cookie_is_for_this_site_and_no_script(app: Flask) -> None:
    name, cookie = cookie_of(app.test_client().get("/office/sign-in"))
    assert (name, cookie["httponly"], cookie["samesite"], cookie["path"]) == ("office", True, "Lax", "/")
    assert not cookie["domain"]


def test_with_an_https_address_the_cookie_travels_over_https_only(url: str, tmp_path: Path) -> None:
    settings = replace(settings_for(url, tmp_path), public_url="https://khaosat.example.vn")
    app = create_app(settings)
    name, cookie = cookie_of(app.test_client().get("/office/sign-in", base_url="https://khaosat.example.vn"))
    assert (name, cookie["secure"], cookie["path"], cookie["domain"]) == ("__Host-office", True, "/", "")
    database_of(app).dispose()


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [(None, None), ("http://10.0.0.5", None), ("https://khaosat.example.vn", "max-age=31536000")],
)
def test_browsers_stay_with_https_for_a_year_where_the_address_is_https(
    url: str, tmp_path: Path, public_url: str | None, expected: str | None
) -> None:
    app = create_app(replace(settings_for(url, tmp_path), public_url=public_url))
    for path in ("/", "/static/office.css", "/s/unknown", "/office/sign-in", "/healthz"):
        answer = app.test_client().get(path)
        assert answer.headers.get("Strict-Transport-Security") == expected, path
        answer.close()
    database_of(app).dispose()


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "https:/office/",
        "//[",
        "/office/\\..\\..//evil.example",
        "/office/\r\nSet-Cookie: a=b",
        " //evil.example",
        "/office/@evil.example/\t//",
        "///evil.example/office/",
        "http:///evil.example",
        "office/",
        "/s/demo",
        "/office/\N{FULLWIDTH SOLIDUS}\N{FULLWIDTH SOLIDUS}evil.example",
    ],
)
def test_signing_in_leads_to_no_other_site(app: Flask, elsewhere: str) -> None:
    client = app.test_client()
    page = client.get("/office/sign-in", query_string={"next": elsewhere})
    form = {"username": "viewer", "password": PASSWORD, "csrf_token": csrf_in(page.text)}
    answer = client.post("/office/sign-in", query_string={"next": elsewhere}, data=form)
    assert (answer.status_code, answer.location) == (303, "/office/")


@pytest.mark.parametrize("inside", ["/office/campaigns/demo?lang=en", "/office/campaigns/demo/desks"])
def test_signing_in_leads_to_where_somebody_wanted_to_go(app: Flask, inside: str) -> None:
    client = app.test_client()
    sign_in_page = client.get(inside).location
    form = {"username": "viewer", "password": PASSWORD, "csrf_token": csrf_in(client.get(sign_in_page).text)}
    action = next(a["action"] for tag, a in elements(client.get(sign_in_page).text) if tag == "form")
    answer = client.post(action, data=form)
    assert (answer.status_code, answer.location) == (303, inside)


def test_signing_in_begins_a_new_session(app: Flask) -> None:
    client = app.test_client()
    planted = csrf_in(client.get("/office/sign-in?lang=en").text)
    before = client.get_cookie("office")
    form = {"username": "admin", "password": PASSWORD, "csrf_token": planted}
    assert client.post("/office/sign-in", data=form).status_code == 303
    after = client.get_cookie("office")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    stale = {"old": "x", "new": "y", "csrf_token": planted}
    assert client.post("/office/password", data=stale).status_code == 400
    assert "Campaigns" in client.get("/office/").text, "the language chosen before stays"


def test_signing_out_ends_the_session(app: Flask) -> None:
    client = sign_in_as(app, "admin")
    assert client.post("/office/sign-out", data={"csrf_token": token(client)}).status_code == 303
    assert client.get("/office/").status_code == 302


def test_a_person_shut_out_is_out_at_once(own_app: Flask) -> None:
    client = sign_in_as(own_app, "viewer")

    def shut_out(session: Session) -> None:
        person = people.by_username(session, "viewer")
        assert person is not None
        officials.set_active(session, person.id, active=False)

    database_of(own_app).write(shut_out)
    assert client.get("/office/").status_code == 302
    page = client.get("/office/sign-in")
    form = {"username": "viewer", "password": PASSWORD, "csrf_token": csrf_in(page.text)}
    assert client.post("/office/sign-in", data=form).status_code == 422


def test_a_new_password_ends_every_other_session(own_app: Flask) -> None:
    here, elsewhere = sign_in_as(own_app, "viewer"), sign_in_as(own_app, "viewer")
    form = {"old": PASSWORD, "new": "a quite different one", "csrf_token": token(here)}
    assert here.post("/office/password", data=form).status_code == 303
    assert here.get("/office/").status_code == 200
    assert elsewhere.get("/office/").status_code == 302


def test_a_forged_cookie_signs_nobody_in(app: Flask) -> None:
    for value in ("x", "eyJfdXNlcl9pZCI6IjE6YSJ9.aaaaaa.bbbb", "", "\u00e9" * 40, "." * 500):
        client = app.test_client()
        client.set_cookie("office", value)
        assert client.get("/office/").status_code == 302


def try_names(client: FlaskClient, names: list[str], visitor: str, lang: str = "vi") -> list[TestResponse]:
    page = client.get("/office/sign-in")
    return [
        client.post(
            f"/office/sign-in?lang={lang}",
            data={"username": name, "password": "wrong", "csrf_token": csrf_in(page.text)},
            environ_base={"REMOTE_ADDR": visitor},
        )
        for name in names
    ]


def test_failing_to_sign_in_again_and_again_stops_the_address(own_app: Flask) -> None:
    names = [f"name{i}" for i in range(21)]
    answers = try_names(own_app.test_client(), names, "10.0.0.1")
    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert "Thử quá nhiều lần" in answers[-1].text
    assert try_names(own_app.test_client(), ["name1"], "10.0.0.2")[0].status_code == 422


def test_guessing_receipts_is_stopped_by_either_way(own_app: Flask) -> None:
    for path, visitor in (("/receipt", "10.0.2.1"), ("/receipt/withdraw", "10.0.2.2")):
        client = own_app.test_client()
        statuses = [
            client.post(path, data={"code": f"AAAA-BBBB-{i:04}"}, environ_base={"REMOTE_ADDR": visitor})
            for i in range(31)
        ]
        assert [answer.status_code for answer in statuses] == [422] * 30 + [429], path
        assert "Thử quá nhiều lần" in statuses[-1].text


def test_a_right_receipt_is_never_counted(app: Flask) -> None:
    client = app.test_client()
    code = receipt_in(client.post("/s/demo/send", data=a_form(Q)).text)
    for _ in range(40):
        answer = client.post("/receipt", data={"code": code}, environ_base={"REMOTE_ADDR": "10.0.3.1"})
        assert answer.status_code == 200


@pytest.mark.parametrize(("lang", "message"), [("vi", "Nội dung gửi quá lớn"), ("en", "Too much was sent")])
def test_too_much_at_once_is_refused_in_words(app: Flask, lang: str, message: str) -> None:
    office, query = sign_in_as(app, "admin"), f"?lang={lang}"
    before = everything_in(app)
    much, many = "x" * 300_000, {f"f{i}": "x" for i in range(501)}
    in_parts = {"content_type": "multipart/form-data"}
    answers = [
        app.test_client().post(f"/s/demo/send{query}", data={"comment": much}),
        app.test_client().post(f"/receipt{query}", data={"code": much}),
        app.test_client().post(f"/s/demo/send{query}", data=many, **in_parts),
        office.post(f"/office/campaigns/new{query}", data={"name": much}),
        office.post(f"/office/questionnaires{query}", data={"file": much}, **in_parts),
    ]
    for answer in answers:
        assert answer.status_code == 413, answer.request.path
        assert message in answer.text
    assert everything_in(app) == before
