"""Who may open what: every route is in this table, and each is tried as nobody, viewer and administrator."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.drawing.file_formats import path_converter
from survey.reports.export import FORMATS
from survey.reports.response_export import RESPONSE_FORMATS
from survey.scorecards.export import FORMATS as CARD_FORMATS
from tests.builders import database_of
from tests.conftest import app_on, official, on_postgres, sign_in_as
from tests.web.browsing import a_token, address, app_fixture, routes, token

pytestmark = on_postgres

PUBLIC, VIEWER, ADMINISTRATOR, PROGRAM = "public", "viewer", "administrator", "program"
CARD = "<id:card_id>"
WHO_MAY = {
    "GET /static/<path:filename>": PUBLIC,
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /": PUBLIC,
    "GET /s/<code>": PUBLIC,
    "POST /s/<code>": PUBLIC,
    "GET /s/<code>/check": PUBLIC,
    "POST /s/<code>/check": PUBLIC,
    "GET /s/<code>/send": PUBLIC,
    "POST /s/<code>/send": PUBLIC,
    "GET /s/<code>/declined": PUBLIC,
    "GET /s/<code>/privacy": PUBLIC,
    "GET /s/<code>/qr.svg": PUBLIC,
    "GET /s/<code>/qr.png": PUBLIC,
    "GET /s/<code>/save": PUBLIC,
    "POST /s/<code>/save": PUBLIC,
    "GET /s/<code>/feedback": PUBLIC,
    "POST /s/<code>/feedback": PUBLIC,
    "GET /s/<code>/thanks": PUBLIC,
    "GET /s/<code>/manifest.webmanifest": PUBLIC,
    "GET /s/<code>/kiosk/<token>": PUBLIC,
    "GET /s/<code>/kiosk/<token>/form": PUBLIC,
    "GET /s/<code>/kiosk/<token>/exit": PUBLIC,
    "POST /s/<code>/kiosk/<token>/exit": PUBLIC,
    "GET /s/<code>/assisted/<token>": PUBLIC,
    "GET /sw.js": PUBLIC,
    "GET /accessibility": PUBLIC,
    "GET /continue": PUBLIC,
    "GET /continue/<code>": PUBLIC,
    "GET /receipt/<code>": PUBLIC,
    "POST /continue": PUBLIC,
    "GET /receipt": PUBLIC,
    "GET /receipt/keep": PUBLIC,
    "POST /receipt/keep": PUBLIC,
    "POST /receipt": PUBLIC,
    "GET /receipt/withdraw": PUBLIC,
    "POST /receipt/withdraw": PUBLIC,
    "GET /results/<campaign>": PUBLIC,
    "GET /results/<campaign>/certificate.json": PUBLIC,
    "GET /results/<campaign>/badge.svg": PUBLIC,
    "GET /shared/<token>": PUBLIC,
    "GET /office/sign-in": PUBLIC,
    "POST /office/sign-in": PUBLIC,
    "POST /office/sign-out": PUBLIC,
    "GET /office/sign-in/second-step": PUBLIC,
    "POST /office/sign-in/second-step": PUBLIC,
    "POST /office/sign-in/second-step/passkey": PUBLIC,
    "POST /office/passkey/challenge": PUBLIC,
    "POST /office/passkey/sign-in": PUBLIC,
    "GET /office/openid": PUBLIC,
    "GET /office/openid/callback": PUBLIC,
    "GET /office/confirm": VIEWER,
    "POST /office/confirm": VIEWER,
    "POST /office/confirm/passkey": VIEWER,
    "GET /office/factors": VIEWER,
    "POST /office/factors/app": VIEWER,
    "GET /office/factors/app": VIEWER,
    "POST /office/factors/app/code": VIEWER,
    "POST /office/factors/app/remove": VIEWER,
    "POST /office/factors/recovery-codes": VIEWER,
    "POST /office/factors/passkeys/challenge": VIEWER,
    "POST /office/factors/passkeys": VIEWER,
    "POST /office/factors/passkeys/<id:passkey_id>": VIEWER,
    "POST /office/factors/passkeys/<id:passkey_id>/remove": VIEWER,
    "POST /office/factors/of/<id:person_id>/remove": ADMINISTRATOR,
    "GET /office/factors/required": ADMINISTRATOR,
    "POST /office/factors/required": ADMINISTRATOR,
    "GET /office/": VIEWER,
    "GET /office/password": VIEWER,
    "POST /office/password": VIEWER,
    "GET /office/sessions": VIEWER,
    "POST /office/sessions": VIEWER,
    "POST /office/sessions/<id:session_id>": VIEWER,
    "POST /office/session": VIEWER,
    "GET /office/campaigns/<key>": VIEWER,
    f"GET /office/campaigns/<key>/summary.{path_converter(FORMATS)}": VIEWER,
    "GET /office/campaigns/<key>/codebook.csv": VIEWER,
    "GET /office/campaigns/<key>/downloads": VIEWER,
    "POST /office/campaigns/<key>/exports": ADMINISTRATOR,
    "POST /office/campaigns/<key>/exports/<job_id>/cancel": ADMINISTRATOR,
    "GET /office/campaigns/<key>/exports/<job_id>": ADMINISTRATOR,
    "GET /office/campaigns/<key>/certificate.json": VIEWER,
    "GET /office/campaigns/<key>/certificate-for-audit.json": ADMINISTRATOR,
    f"GET /office/campaigns/<key>/responses.{path_converter(RESPONSE_FORMATS)}": ADMINISTRATOR,
    "GET /office/campaigns/<key>/summaries": VIEWER,
    "POST /office/campaigns/<key>/summaries": ADMINISTRATOR,
    "GET /office/campaigns/<key>/summaries/<id:summary_id>.pdf": VIEWER,
    "POST /office/campaigns/<key>/summaries/<id:summary_id>/again": ADMINISTRATOR,
    "GET /office/campaigns/<key>/trend": VIEWER,
    "GET /office/campaigns/<key>/comparison": VIEWER,
    "GET /office/campaigns/<key>/priorities": VIEWER,
    "GET /office/campaigns/<key>/numbers/<kind>/<name>": VIEWER,
    "GET /office/campaigns/<key>/desks": VIEWER,
    "GET /office/campaigns/<key>/populations": VIEWER,
    "GET /office/campaigns/<key>/units": VIEWER,
    "GET /s/<code>/poster.pdf": VIEWER,
    "GET /office/campaigns/<key>/comments": VIEWER,
    "GET /office/campaigns/<key>/comments.xlsx": VIEWER,
    "GET /office/campaigns/<key>/comments/<reference>": VIEWER,
    "POST /office/campaigns/<key>/comments/<reference>": ADMINISTRATOR,
    "GET /office/campaigns/<key>/publication": VIEWER,
    "GET /office/campaigns/<key>/links": VIEWER,
    "POST /office/campaigns/<key>/publication": ADMINISTRATOR,
    "POST /office/campaigns/<key>/links": ADMINISTRATOR,
    "GET /office/questionnaires": VIEWER,
    "GET /office/questionnaires/<digest>.json": VIEWER,
    "GET /office/campaigns/new": ADMINISTRATOR,
    "POST /office/campaigns/new": ADMINISTRATOR,
    "POST /office/campaigns/<key>/desks": ADMINISTRATOR,
    "GET /office/retention": VIEWER,
    "GET /office/campaigns/<key>/retention": ADMINISTRATOR,
    "POST /office/campaigns/<key>/retention": ADMINISTRATOR,
    "GET /office/campaigns/<key>/contact": ADMINISTRATOR,
    "POST /office/campaigns/<key>/contact": ADMINISTRATOR,
    "POST /office/campaigns/<key>/populations": ADMINISTRATOR,
    "POST /office/campaigns/<key>/units": ADMINISTRATOR,
    "POST /office/questionnaires": ADMINISTRATOR,
    "GET /office/campaigns/<key>/feedback": VIEWER,
    "GET /office/appearance": ADMINISTRATOR,
    "POST /office/appearance": ADMINISTRATOR,
    "GET /office/people": ADMINISTRATOR,
    "POST /office/people": ADMINISTRATOR,
    "POST /office/people/<id:person_id>/active": ADMINISTRATOR,
    "GET /office/people/<id:person_id>": ADMINISTRATOR,
    "GET /office/people/<id:person_id>/roles": ADMINISTRATOR,
    "POST /office/people/<id:person_id>/roles": ADMINISTRATOR,
    "GET /office/people/<id:person_id>/roles/end": ADMINISTRATOR,
    "POST /office/people/<id:person_id>/roles/end": ADMINISTRATOR,
    "GET /office/people/<id:person_id>/unit": ADMINISTRATOR,
    "POST /office/people/<id:person_id>/unit": ADMINISTRATOR,
    "GET /office/people/<id:person_id>/password": ADMINISTRATOR,
    "POST /office/people/<id:person_id>/password": ADMINISTRATOR,
    "GET /office/people/<id:person_id>/names": ADMINISTRATOR,
    "POST /office/people/<id:person_id>/names": ADMINISTRATOR,
    "GET /office/people/<id:person_id>/leave": ADMINISTRATOR,
    "POST /office/people/<id:person_id>/leave": ADMINISTRATOR,
    "GET /office/people/<id:person_id>/end": ADMINISTRATOR,
    "POST /office/people/<id:person_id>/end": ADMINISTRATOR,
    "GET /office/people/letters": ADMINISTRATOR,
    "POST /office/people/letters": ADMINISTRATOR,
    "GET /office/people/links": ADMINISTRATOR,
    "POST /office/people/links": ADMINISTRATOR,
    "GET /office/people/import": ADMINISTRATOR,
    "POST /office/people/import": ADMINISTRATOR,
    "GET /office/people/import/all": ADMINISTRATOR,
    "POST /office/people/import/all": ADMINISTRATOR,
    "GET /office/units/import": ADMINISTRATOR,
    "POST /office/units/import": ADMINISTRATOR,
    "GET /office/units/import/all": ADMINISTRATOR,
    "POST /office/units/import/all": ADMINISTRATOR,
    "GET /office/people/import/columns.csv": ADMINISTRATOR,
    "GET /office/units/import/columns.csv": ADMINISTRATOR,
    "GET /office/forgotten": PUBLIC,
    "POST /office/forgotten": PUBLIC,
    "GET /office/new-password/<link>": PUBLIC,
    "POST /office/new-password/<link>": PUBLIC,
    "GET /office/audit": ADMINISTRATOR,
    "GET /office/audit/entries.<any(csv, xlsx):extension>": ADMINISTRATOR,
    "GET /office/tokens": ADMINISTRATOR,
    "POST /office/tokens": ADMINISTRATOR,
    "POST /office/tokens/<id:token_id>/revoke": ADMINISTRATOR,
    "GET /api/v1/openapi.json": PUBLIC,
    "GET /api/v1/campaigns": PROGRAM,
    "GET /api/v1/campaigns/<key>/results": PROGRAM,
    "GET /api/v1/campaigns/<key>/certificate": PROGRAM,
    "GET /api/v1/campaigns/<key>/codebook": PROGRAM,
    "GET /api/v1/campaigns/<key>/responses": PROGRAM,
    "GET /api/v1/scorecards": PROGRAM,
    f"GET /api/v1/scorecards/{CARD}": PROGRAM,
    "GET /office/scorecards": VIEWER,
    "POST /office/scorecards": ADMINISTRATOR,
    f"GET /office/scorecards/{CARD}": VIEWER,
    f"GET /office/scorecards/{CARD}/report.{path_converter(CARD_FORMATS)}": VIEWER,
    f"GET /office/scorecards/{CARD}/values": VIEWER,
    f"POST /office/scorecards/{CARD}/values": ADMINISTRATOR,
    f"GET /office/scorecards/{CARD}/values/<indicator>": VIEWER,
    f"POST /office/scorecards/{CARD}/values/<indicator>": ADMINISTRATOR,
    f"GET /office/scorecards/{CARD}/values/<indicator>/decision": VIEWER,
    f"POST /office/scorecards/{CARD}/values/<indicator>/decision": ADMINISTRATOR,
    f"GET /office/scorecards/{CARD}/approvals": VIEWER,
    f"POST /office/scorecards/{CARD}/approvals": ADMINISTRATOR,
    f"GET /office/scorecards/{CARD}/evidence/<id:entry_id>": VIEWER,
    f"GET /office/scorecards/{CARD}/source": VIEWER,
    f"POST /office/scorecards/{CARD}/source": ADMINISTRATOR,
    "GET /office/scorecards/ranking": VIEWER,
    "GET /office/scorecards/definitions": VIEWER,
    "POST /office/scorecards/definitions": ADMINISTRATOR,
    "GET /office/scorecards/definitions/<card_digest>.yaml": VIEWER,
    "GET /office/scorecards/definitions/<card_digest>/edit": ADMINISTRATOR,
    "POST /office/scorecards/definitions/<card_digest>/edit": ADMINISTRATOR,
    "GET /office/tasks": VIEWER,
    "POST /office/tasks": ADMINISTRATOR,
    "GET /office/tasks/<id:task_id>": VIEWER,
    "POST /office/tasks/<id:task_id>": ADMINISTRATOR,
    "GET /office/units": ADMINISTRATOR,
    "POST /office/units": ADMINISTRATOR,
    "GET /office/units/<id:unit_id>": ADMINISTRATOR,
    "GET /office/units/<id:unit_id>/name": ADMINISTRATOR,
    "POST /office/units/<id:unit_id>/name": ADMINISTRATOR,
    "GET /office/units/<id:unit_id>/parent": ADMINISTRATOR,
    "POST /office/units/<id:unit_id>/parent": ADMINISTRATOR,
    "GET /office/units/<id:unit_id>/end": ADMINISTRATOR,
    "POST /office/units/<id:unit_id>/end": ADMINISTRATOR,
}
CLOSED = {route: who for route, who in WHO_MAY.items() if who in (VIEWER, ADMINISTRATOR)}
OF_PROGRAMS = [route for route, who in WHO_MAY.items() if who == PROGRAM]
DEMO_LABEL = "Demonstration data, not a real result."
LISTS_OF_DEMO = ("/office/tasks", "/office/ranking")


app = app_fixture()


@pytest.fixture(scope="module")
def nobody(app: Flask) -> FlaskClient:
    return app.test_client()


viewer, administrator = official("viewer", "module"), official("admin", "module")


def attempt(app: Flask, client: FlaskClient, route: str) -> TestResponse:
    """The answer to the route; a POST carries a token and nothing else, so it changes nothing."""
    method, path = route.partition(" ")[0], address(app, routes(app)[route])
    data = {"csrf_token": token(client)} if method == "POST" else None
    return client.open(path, method=method, data=data, buffered=True)


def leads_to_sign_in(answer: TestResponse) -> bool:
    return answer.status_code == 302 and answer.location.startswith("/office/sign-in?next=")


def test_the_table_holds_every_route_and_no_other(app: Flask) -> None:
    assert set(WHO_MAY) == set(routes(app))


@pytest.mark.parametrize("route", CLOSED)
def test_nobody_is_sent_to_sign_in_or_refused(app: Flask, nobody: FlaskClient, route: str) -> None:
    answer = attempt(app, nobody, route)
    assert leads_to_sign_in(answer) if route.startswith("GET") else answer.status_code == 403


@pytest.mark.parametrize(
    "route", sorted(route for route in WHO_MAY.keys() - set(OF_PROGRAMS) if route.startswith("GET"))
)
def test_head_is_answered_as_get_is(
    app: Flask, nobody: FlaskClient, viewer: FlaskClient, administrator: FlaskClient, route: str
) -> None:
    path = address(app, routes(app)[route])
    for client in (nobody, viewer, administrator):
        get, head = (client.open(path, method=method, buffered=True) for method in ("GET", "HEAD"))
        assert (head.status_code, head.location) == (get.status_code, get.location)


@pytest.mark.parametrize("route", CLOSED)
def test_a_viewer_may_look_and_is_refused_what_changes_something(
    app: Flask, viewer: FlaskClient, route: str
) -> None:
    refused = attempt(app, viewer, route).status_code == 403
    assert refused == (CLOSED[route] == ADMINISTRATOR)


@pytest.mark.parametrize("route", CLOSED)
def test_an_administrator_is_refused_nothing(app: Flask, administrator: FlaskClient, route: str) -> None:
    answer = attempt(app, administrator, route)
    expected = {200, 302} if route.startswith("GET") else {200, 303, 422}
    assert answer.status_code in (expected | {404} if "passkey_id" in route else expected)
    assert not leads_to_sign_in(answer)


@pytest.mark.parametrize("route", [route for route, who in WHO_MAY.items() if who == PUBLIC])
def test_what_is_public_asks_nobody_to_sign_in(app: Flask, nobody: FlaskClient, route: str) -> None:
    answer = attempt(app, nobody, route)
    assert answer.status_code not in {401, 403} | set(range(500, 600))
    assert not leads_to_sign_in(answer)


@pytest.fixture(scope="module")
def secret(app: Flask) -> str:
    return a_token(app)


@pytest.mark.parametrize("route", OF_PROGRAMS)
def test_a_route_for_programs_needs_a_token_and_no_session_will_do(
    app: Flask, nobody: FlaskClient, administrator: FlaskClient, secret: str, route: str
) -> None:
    path = address(app, routes(app)[route])
    for client in (nobody, administrator):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert nobody.get(path, headers={"Authorization": f"Bearer {secret}"}).status_code == 200


@pytest.mark.parametrize("route", CLOSED)
def test_a_token_opens_no_page_of_the_office(
    app: Flask, nobody: FlaskClient, secret: str, route: str
) -> None:
    method, path = route.partition(" ")[0], address(app, routes(app)[route])
    data = {"csrf_token": token(nobody)} if method == "POST" else None
    answer = nobody.open(path, method=method, data=data, headers={"Authorization": f"Bearer {secret}"})
    assert leads_to_sign_in(answer) if method == "GET" else answer.status_code == 403


def test_a_page_that_declares_nothing_is_refused_to_everybody(url: str, tmp_path: Path) -> None:
    app = app_on(url, tmp_path)
    app.add_url_rule("/office/undeclared", "undeclared", lambda: "secret", methods=["GET", "POST"])
    for client in (app.test_client(), sign_in_as(app, "viewer"), sign_in_as(app, "admin")):
        for method in ("GET", "POST"):
            answer = client.open("/office/undeclared", method=method, data={"csrf_token": token(client)})
            assert answer.status_code == 403
            assert "secret" not in answer.text
    database_of(app).dispose()


def test_every_page_about_demonstration_data_has_its_label(app: Flask, administrator: FlaskClient) -> None:
    to_demo = {"key", "card_id", "task_id"}
    rules = [rule for name, rule in routes(app).items() if name.startswith("GET /office")]
    paths = [address(app, rule) for rule in rules if rule.arguments & to_demo]
    unlabelled, n_pages = [], 0
    for path in (*paths, *LISTS_OF_DEMO):
        page = administrator.get(path, query_string={"lang": "en"})
        if page.status_code == 200 and page.mimetype == "text/html":
            n_pages += 1
            unlabelled += [] if DEMO_LABEL in page.text else [path]
        page.close()
    assert unlabelled == []
    assert n_pages >= 15


@pytest.mark.parametrize("path", ["/office/", "/office/people", "/office/questionnaires"])
def test_a_page_about_nothing_of_the_demonstration_has_no_label(
    administrator: FlaskClient, path: str
) -> None:
    assert DEMO_LABEL not in administrator.get(path, query_string={"lang": "en"}).text
