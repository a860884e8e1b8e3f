"""What a program is answered: the office's own numbers, nothing without a token that holds, no page ever."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.exceptions import abort

from survey.accounts.tokens import revoke_token
from survey.api import cursors
from survey.api.cursors import Cursor, CursorScope
from survey.fieldwork.campaigns import NewCampaign, open_campaign, set_populations
from survey.instrument.codec import digest
from survey.instrument.questionnaire import GROUP_QUESTION
from survey.store import audit, fieldwork, scorecards, tokens, units
from survey.store.people import Person, Role
from survey.store.questionnaires import load_shipped
from survey.web.guards import public
from survey.web.locale import text_of
from survey.web.permissions import TOKEN_PERMISSIONS
from survey.web.problems import Problem
from tests.api.program import Program
from tests.builders import a_form, database_of, send
from tests.conftest import SECRET, TODAY
from tests.roles import only_role
from tests.scorecards.builders import OF_ANOTHER_UNIT, QUARTER
from tests.web.browsing import a_token

Q = load_shipped()
OFFICE = "/office/campaigns/demo"
LONG_AGO = datetime.now(UTC) - timedelta(days=400)
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date()


@pytest.fixture
def program(demo_app: Flask) -> Program:
    return Program(demo_app)


@pytest.fixture
def few(app: Flask) -> str:
    """The key of a campaign with three forms."""
    new = NewCampaign("Ít phiếu", digest(Q), LONG_AGO.date(), TOMORROW, (text_of("Quầy X", "Desk X"),))

    def open_two(session: Session) -> tuple[str, str]:
        campaign = open_campaign(session, new, now=datetime.now(UTC))
        return campaign.key, fieldwork.collectors_of(session, campaign.id)[0].collector.code

    key, code = database_of(app).write(open_two)
    for _ in range(3):
        send(app.test_client(), a_form(Q), code)
    return key


def pages_of(program: Program, path: str) -> list[dict[str, Any]]:
    """Every page, from one `next` to the next."""
    pages = [program.fetch(path)]
    while (more := pages[-1]["next"]) is not None:
        pages.append(program.fetch(more.removeprefix("/api/v1/")))
    return pages


def rows_of(program: Program, limit: int) -> list[dict[str, Any]]:
    return [
        row for page in pages_of(program, f"campaigns/demo/responses?limit={limit}") for row in page["rows"]
    ]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_result_has_the_bytes_of_the_offices_file(
    program: Program, administrator: FlaskClient, language: str
) -> None:
    file = administrator.get(f"{OFFICE}/summary.json?in={language}").data
    assert program.get(f"campaigns/demo/results?language={language}").data == file


def test_a_certificate_and_a_scorecard_have_the_bytes_and_numbers_of_theirs(
    program: Program, administrator: FlaskClient
) -> None:
    certificate = administrator.get(f"{OFFICE}/certificate.json").data
    assert program.get("campaigns/demo/certificate").data == certificate
    card = administrator.get(f"/office/scorecards/{QUARTER}/report.json").get_json()
    assert program.fetch(f"scorecards/{QUARTER}") == card


@pytest.mark.parametrize("limit", [1000, 100, 26])  # 26 goes into the demonstration's 312 without a rest
def test_the_pages_of_responses_are_the_rows_of_the_csv_in_its_order(
    program: Program, administrator: FlaskClient, limit: int
) -> None:
    text = administrator.get(f"{OFFICE}/responses.csv").data.decode("utf-8-sig")
    in_csv = list(csv.DictReader(io.StringIO(text, newline="")))
    rows = [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in rows_of(program, limit)
    ]
    assert rows == in_csv


def test_every_code_of_a_response_stands_in_the_codebook(program: Program) -> None:
    variables = program.fetch("campaigns/demo/codebook")["variables"]
    codes = {v["name"]: {code["value"] for code in v["codes"]} for v in variables if v["kind"] == "code"}
    rows = rows_of(program, 1000)
    assert list(rows[0]) == [variable["name"] for variable in variables]
    for row in rows:
        assert all(row[name] in known for name, known in codes.items())


def test_a_form_that_comes_or_goes_between_pages_doubles_and_loses_no_other(
    demo_app: Flask, program: Program
) -> None:
    before = rows_of(program, 1000)
    first = program.fetch("campaigns/demo/responses?limit=50")
    for _ in range(5):
        send(demo_app.test_client(), a_form(Q, comment="giữa chừng"))
    rest = pages_of(program, first["next"].removeprefix("/api/v1/"))
    seen = first["rows"] + [row for page in rest for row in page["rows"]]
    remaining = [tuple(row.items()) for row in seen]
    for row in before:
        remaining.remove(tuple(row.items()))
    assert len(remaining) <= 5
    assert rest[-1]["forms"] == 317


def test_all_pages_have_the_weights_of_the_first(demo_app: Flask, program: Program) -> None:
    def serve(session: Session) -> None:
        campaign = fieldwork.campaign_by_key(session, "demo")
        set_populations(session, campaign.id, {"citizen": 40_000, "business": 3_000})

    database_of(demo_app).write(serve)
    first = program.fetch("campaigns/demo/responses?limit=100")
    send(demo_app.test_client(), a_form(Q))
    rest = pages_of(program, first["next"].removeprefix("/api/v1/"))
    groups = {
        (row[GROUP_QUESTION], row["form_weight"])
        for page in (first, *rest)
        for row in page["rows"]
        if row["form_valid"]
    }
    assert len(groups) == len({group for group, _weight in groups}) == 2
    assert all(weight > 1 for _group, weight in groups)


def test_campaigns_say_their_days_their_state_and_where_their_parts_are(program: Program) -> None:
    campaigns = program.fetch("campaigns")["campaigns"]
    assert [(one["key"], one["state"], one["forms"] > 200) for one in campaigns] == [
        ("demo", "open", True),
        ("demo-truoc", "closed", True),
    ]
    for address in campaigns[0]["links"].values():
        assert program.get(address.removeprefix("/api/v1/")).status_code == 200


def test_who_has_the_newest_answer_is_not_sent_it_again(demo_app: Flask, program: Program) -> None:
    first = program.get("campaigns/demo/results")
    tag = first.headers["ETag"]
    assert first.get_json()["digest"].startswith(tag[3:35])
    again = program.get("campaigns/demo/results", **{"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    for _ in range(60):
        send(demo_app.test_client(), a_form(Q, "5"))
    after = program.get("campaigns/demo/results", **{"If-None-Match": tag})
    assert (after.status_code, after.headers["ETag"] == tag) == (200, False)


def test_an_answer_is_kept_by_nobody_on_the_way_and_compressed_where_wanted(program: Program) -> None:
    plain = program.get("campaigns/demo/results")
    assert plain.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in plain.headers
    packed = program.get("campaigns/demo/results", **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert len(packed.data) < len(plain.data) / 4


@pytest.mark.parametrize("permission", TOKEN_PERMISSIONS)
def test_a_token_does_what_it_allows_and_nothing_else(demo_app: Flask, permission: str) -> None:
    program = Program(demo_app, permission)
    needs = {
        "campaigns": "report.read",
        "campaigns/demo/results": "report.read",
        "campaigns/demo/certificate": "report.download",
        "campaigns/demo/codebook": "report.download",
        "campaigns/demo/responses": "responses.download",
        "scorecards": "scorecard.read",
        f"scorecards/{QUARTER}": "scorecard.read",
    }
    for path, needed in needs.items():
        if needed == permission:
            program.fetch(path)
        else:
            assert needed in program.refusal_of(path, 403)
            assert f'scope="{needed}"' in program.get(path).headers["WWW-Authenticate"]


def test_a_token_never_does_more_than_its_owner_still_may(demo_app: Flask, program: Program) -> None:
    def demote(session: Session) -> None:
        only_role(session, 1, Role.VIEWER, units.province(session).id)

    program.fetch("campaigns/demo/responses")
    database_of(demo_app).write(demote)
    assert "its owner lost it" in program.refusal_of("campaigns/demo/responses", 403)
    program.fetch("campaigns/demo/results")


def test_a_token_sees_the_scorecards_of_its_owners_unit_only(demo_app: Flask, program: Program) -> None:
    every = program.fetch("scorecards")["scorecards"]
    unit_id = database_of(demo_app).read(lambda session: scorecards.card(session, QUARTER).unit.id)
    database_of(demo_app).write(lambda session: only_role(session, 1, Role.ADMINISTRATOR, unit_id))
    own = program.fetch("scorecards")["scorecards"]
    assert {card["unit"]["id"] for card in every} > {card["unit"]["id"] for card in own} == {unit_id}
    program.fetch(f"scorecards/{QUARTER}")
    assert str(OF_ANOTHER_UNIT) in program.refusal_of(f"scorecards/{OF_ANOTHER_UNIT}", 404)


def expire(session: Session, secret: str) -> None:
    owned = tokens.by_secret(session, secret)
    assert owned is not None
    owned.token.expires_at = LONG_AGO


def end(session: Session, secret: str) -> None:
    owned = tokens.by_secret(session, secret)
    assert owned is not None
    assert revoke_token(session, owned.token.id, now=LONG_AGO) == "tests"


def shut_out_its_owner(session: Session, _secret: str) -> None:
    session.execute(update(Person).where(Person.id == 1).values(is_active=False))


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (expire, "'tests' expired on "),
        (end, "'tests' was revoked on "),
        (shut_out_its_owner, "no longer sign in"),
    ],
)
def test_a_token_that_holds_no_longer_is_refused_at_once(
    demo_app: Flask, program: Program, what: Any, message: str
) -> None:
    program.fetch("campaigns")
    database_of(demo_app).write(lambda session: what(session, program.secret))
    assert message in program.refusal_of("campaigns", 401)
    assert 'error="invalid_token"' in program.get("campaigns").headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YWRtaW46eA==",
        "Bearer a b",
        "bearer=x",
        "Bearer " + "x" * 5000,
        "Bearer é",
        f"Bearer {SECRET}",
        "Token survey_x",
        "Bearer survey_'OR 1=1--",
        "Bearer null",
        "\t",
        "Bearer \x00",
    ],
)
def test_nothing_but_a_token_is_taken_for_one(demo_app: Flask, program: Program, sent: str) -> None:
    answer = program.get("campaigns", Authorization=sent.encode().decode("latin-1"))
    assert (answer.status_code, answer.headers["WWW-Authenticate"][:6]) == (401, "Bearer")


def test_a_session_of_the_office_gives_nothing_and_a_token_needs_none(
    demo_app: Flask, administrator: FlaskClient
) -> None:
    assert administrator.get("/api/v1/campaigns").status_code == 401
    secret = a_token(demo_app, "scorecard.read")
    answer = administrator.get("/api/v1/campaigns", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403, "the administrator's session adds nothing to the token"


def test_guessing_tokens_is_stopped_and_a_token_that_holds_still_passes(program: Program) -> None:
    wrong = [program.get("campaigns", "10.1.0.1", Authorization=f"Bearer guess{i}") for i in range(31)]
    assert [answer.status_code for answer in wrong] == [401] * 30 + [429]
    assert wrong[-1].headers["Retry-After"] == "60"
    assert program.get("campaigns", "10.1.0.1").status_code == 200, "the rest of the office is not shut out"
    assert program.get("campaigns", "10.1.0.2", Authorization="Bearer guess").status_code == 401


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("campaigns/nope/results", 404, "'nope'"),
        ("campaigns/nope/certificate", 404, "'nope'"),
        ("campaigns/nope/codebook", 404, "'nope'"),
        ("campaigns/nope/responses", 404, "'nope'"),
        ("scorecards/999", 404, "999"),
        ("scorecards/x", 404, "/api/v1/scorecards/x"),
        ("nowhere", 404, "openapi.json"),
        ("campaigns/", 404, "openapi.json"),
        ("campaigns?page=2", 422, "'page'"),
        ("campaigns/demo/results?language=fr", 422, "one of vi, en"),
        ("campaigns/demo/results?language=vi&language=en", 422, "given once"),
        ("campaigns/demo/results?lang=en", 422, "known are: language"),
        ("campaigns/demo/responses?limit=0", 422, "from 1 to 5000"),
        ("campaigns/demo/responses?limit=5001", 422, "from 1 to 5000"),
        ("campaigns/demo/responses?limit=-1", 422, "'-1'"),
        ("campaigns/demo/responses?limit=%D9%A3", 422, "from 1 to 5000"),
        ("campaigns/demo/responses?limit=99999999999999999999", 422, "from 1 to 5000"),
        ("campaigns/demo/responses?cursor=WyJkZW1vIiwxLDBd.aa.bb", 422, "was not made here"),
        ("campaigns/demo/responses?cursor=%00%ED%A0%80", 422, "was not made here"),
    ],
)
def test_what_cannot_be_had_is_named(program: Program, path: str, status: int, message: str) -> None:
    assert message in program.refusal_of(path, status)


def test_a_cursor_serves_its_own_token_and_campaign_only(demo_app: Flask, program: Program) -> None:
    cursor = urlsplit(program.fetch("campaigns/demo/responses?limit=5")["next"]).query
    other = Program(demo_app)
    for asking, key in ((other, "demo"), (program, "demo-truoc")):
        detail = asking.refusal_of(f"campaigns/{key}/responses?{cursor}", 422)
        assert "belongs to another campaign or token" in detail


def test_an_empty_cursor_is_none(program: Program) -> None:
    pages = [program.get(f"campaigns/demo/responses?limit=2{end}") for end in ("", "&cursor=")]
    assert [page.status_code for page in pages] == [200, 200]


def test_a_cursor_holds_until_the_end_of_the_next_day() -> None:
    scope, cursor = CursorScope("demo", 1), Cursor(2**64 - 1, {"citizen": 1.1})
    text = cursors.encode(cursor, scope, today=TODAY, secret_keys=["old" * 20])
    tomorrow, keys = TODAY + timedelta(days=1), ["new" * 20, "old" * 20]
    assert cursors.decode(text, scope, today=tomorrow, secret_keys=keys) == cursor
    with pytest.raises(Problem, match=f"is of {TODAY}"):
        cursors.decode(text, scope, today=tomorrow + timedelta(days=1), secret_keys=keys)


def test_a_page_that_did_not_change_is_not_sent_again(demo_app: Flask, program: Program) -> None:
    first = program.get("campaigns/demo/responses?limit=50")
    again = program.get("campaigns/demo/responses?limit=50", **{"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert program.fetch("campaigns/demo/responses?limit=50") == first.get_json()


def test_a_program_is_told_which_methods_there_are(program: Program) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = program.client.open("/api/v1/campaigns", method=method)
        assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
        assert "GET" in answer.headers["Allow"]


def test_an_error_of_ours_is_a_problem_without_its_inside(demo_app: Flask) -> None:
    def fail() -> str:
        raise RuntimeError("the secret inside")

    demo_app.add_url_rule("/api/fail", "fail", public(fail))
    demo_app.add_url_rule("/api/give/<int:status>", "give", public(abort))
    client = demo_app.test_client()
    for path, status in (
        ("/api/fail", 500),
        ("/api/give/400", 400),
        ("/api/give/413", 413),
        ("/api/give/403", 403),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        assert set(answer.get_json(force=True)) == {"type", "title", "status", "detail"}
        for trace in ("Traceback", "secret", "RuntimeError", "<"):
            assert trace not in answer.text


def test_a_certificate_that_would_say_what_a_few_answered_is_withheld(app: Flask, few: str) -> None:
    assert "group 'citizen' has 3 forms" in Program(app).refusal_of(f"campaigns/{few}/certificate", 409)


def test_what_was_handed_out_is_in_the_log_once_and_a_question_is_not(
    demo_app: Flask, program: Program
) -> None:
    tag = program.get("campaigns/demo/results").headers["ETag"]
    program.get("campaigns/demo/results", **{"If-None-Match": tag})
    program.fetch("campaigns")
    pages_of(program, "campaigns/demo/responses?limit=100")
    program.refusal_of("campaigns/nope/results", 404)
    events = database_of(demo_app).read(lambda session: audit.latest(session, 10))
    assert [event.subject for event in events if event.act == "downloaded"] == ["demo.json (vi); API: tests"]
    fetched = [event.subject for event in events if event.act == "downloaded single responses"]
    assert set(fetched[:-1]) == {"demo responses, continued; API: tests"}
    assert fetched[-1] == "demo responses; API: tests"
    assert {event.person_id for event in events[:-1]} == {1}


def test_the_day_a_token_was_used_is_kept_and_its_secret_is_not(demo_app: Flask, program: Program) -> None:
    program.fetch("campaigns")
    owned = database_of(demo_app).read(lambda session: tokens.by_secret(session, program.secret))
    assert owned is not None
    assert owned.token.last_used_on is not None
    stored = [str(value) for value in vars(owned.token).values()]
    assert not any(
        program.secret in value or program.secret.removeprefix("survey_") in value for value in stored
    )
