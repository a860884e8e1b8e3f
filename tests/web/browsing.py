"""What the tests of the web share: an app for a file of tests, every address it has, a page taken apart."""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from survey.accounts import password_links
from survey.accounts import tokens as api_tokens
from survey.accounts.tokens import NewToken
from survey.publication.weekly_worker import WeeklyWorker
from survey.reports.export_worker import ExportWorker
from survey.store import export_jobs, fieldwork, questionnaires, scorecards, tokens, units, weekly
from survey.store.comments import reference_of
from survey.store.db import Base
from survey.store.fieldwork import Campaign
from survey.store.responses import ResponseRow
from survey.web.background import background
from survey.web.modes import Mode, token_for
from survey.web.permissions import TOKEN_PERMISSIONS
from tests.builders import database_of
from tests.conftest import SECRET, Template, csrf_in, running_app


@contextmanager
def app_for_all(template: Template, folder: Path) -> Iterator[Flask]:
    """One application for all the tests of a file, which therefore leave it as they found it."""
    with running_app(template.copy(folder), folder) as app:
        _make_an_export(app)
        _make_a_summary(app)
        yield app


def app_fixture() -> Callable[[Template, pytest.TempPathFactory], Iterator[Flask]]:
    """A fixture: one application for all the tests of a file."""

    @pytest.fixture(scope="module")
    def app(demo_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
        with app_for_all(demo_template, tmp_path_factory.mktemp("app")) as created:
            yield created

    return app


def _make_an_export(app: Flask) -> None:
    """A file made in the background, for the pages that hand it out."""

    def ask(session: Session) -> None:
        campaign = fieldwork.campaign_by_key(session, "demo")
        if campaign is not None:
            export_jobs.add(session, campaign.id, "csv", "vi", person_id=None, now=datetime.now(UTC))

    database_of(app).write(ask)
    with app.app_context():
        background(ExportWorker).worker.run_due()


def _make_a_summary(app: Flask) -> None:
    """A weekly summary of the demonstration, for the pages that hand it out."""
    campaign = database_of(app).read(lambda session: fieldwork.campaign_by_key(session, "demo"))
    if campaign is not None:
        weeks_ago = datetime.now(UTC) - timedelta(days=14)
        database_of(app).write(lambda s: weekly.switch_on(s, campaign.id, "vi", [], now=weeks_ago))
        with app.app_context():
            background(WeeklyWorker).worker.run_due()
        database_of(app).write(lambda s: weekly.switch_off(s, campaign.id))


def _export_of(app: Flask) -> str:
    def job_id(session: Session) -> str:
        campaign = fieldwork.campaign_by_key(session, "demo")
        return export_jobs.of_campaign(session, campaign.id)[0].id if campaign is not None else "0"

    return database_of(app).read(job_id)


def everything_in(app: Flask) -> dict[str, list[Any]]:
    """All rows of all tables but the log, what a look at results computes, and when a session was used."""
    computed = {"rollup", "rollup_cell", "released_results", "release_step", "released_cell"}
    queries = {
        table.name: select(
            *(column for column in table.columns if column.name not in ("is_folded", "used_at"))
        ).order_by(*table.primary_key.columns)
        for table in Base.metadata.sorted_tables
        if table.name not in {"audit_event", *computed}
    }
    return database_of(app).read(
        lambda s: {name: [tuple(row) for row in s.execute(query)] for name, query in queries.items()}
    )


def routes(app: Flask) -> dict[str, Rule]:
    """Every route as `METHOD rule`."""
    return {
        f"{method} {rule.rule}": rule
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }


def a_comment(app: Flask) -> str:
    """The reference of some comment of the demonstration."""
    with_comment = (
        select(ResponseRow.submission_id)
        .join(Campaign, Campaign.id == ResponseRow.campaign_id)
        .where(Campaign.key == "demo", ResponseRow.comment.is_not(None))
    )
    return reference_of(database_of(app).read(lambda s: s.scalars(with_comment).first()) or "")


def address(app: Flask, rule: Rule) -> str:
    """An address of the route where there is something to be found."""
    digest = database_of(app).read(questionnaires.versions)[0].digest
    known = {
        "key": "demo",
        "code": "demo",
        "campaign": "demo",
        "digest": digest,
        "extension": "csv",
        "person_id": 1,
        "unit_id": 2,
        "session_id": 999,
        "passkey_id": 999,
        "filename": "office.css",
        "token": _token(rule.endpoint),
        "job_id": _export_of(app),
        "token_id": _first_token(app),
        "reference": a_comment(app),
        "kind": "whole",
        "link": _password_link(app),
        "name": "score",
        "summary_id": 1,
        **_of_a_scorecard(app),
    }
    with app.test_request_context():
        built: str = app.url_map.bind("localhost").build(
            rule.endpoint,
            {name: known[name] for name in rule.arguments},
            method=next(iter(rule.methods or ())),
        )
    return built


def a_token(
    app: Flask, *permissions: str, person_id: int = 1, days: int = 30, created_at: datetime | None = None
) -> str:
    """A token of a person, with every permission unless some are named; what a program shows."""
    secret = api_tokens.new_secret()
    top = database_of(app).read(units.province).id
    new = NewToken("tests", permissions or TOKEN_PERMISSIONS, days, top)
    database_of(app).write(
        lambda s: api_tokens.add_token(
            s, new, secret, person_id=person_id, now=created_at or datetime.now(UTC)
        )
    )
    return secret


def _first_token(app: Flask) -> int:
    if not database_of(app).read(tokens.tokens):
        a_token(app)
    return database_of(app).read(tokens.tokens)[-1].token.id


def _token(endpoint: str) -> str:
    """What a link for a shared tablet, or for a clerk, carries at the demonstration's desk."""
    mode = Mode.ASSISTED if endpoint == "device.assisted" else Mode.KIOSK
    return token_for(mode, "demo", SECRET)


def _password_link(app: Flask) -> str:
    """A new link of the viewer to set a password."""
    return database_of(app).write(lambda s: password_links.create_link(s, 2, "vi", now=datetime.now(UTC)))


def _of_a_scorecard(app: Flask) -> dict[str, Any]:
    """What addresses a value with evidence of the demonstration's first scorecard, and a task."""
    card_digest = database_of(app).read(scorecards.versions)[0].digest
    return {
        "card_id": 1,
        "card_digest": card_digest,
        "indicator": "plan_completion_rate",
        "entry_id": 1,
        "task_id": 1,
    }


def token(client: FlaskClient) -> str:
    """A CSRF token of this client's session."""
    for path in ("/office/confirm", "/office/sign-in"):
        if csrf := csrf_in(client.get(path).text):
            return csrf
    raise AssertionError("no page with a token")


class _Taken(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))


def elements(page: str) -> list[tuple[str, dict[str, str]]]:
    """The elements of a page with their attributes, in order."""
    parser = _Taken()
    parser.feed(page)
    return parser.elements


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    """Send a form of the office with the token of the client's session."""
    return client.post(path, data={"csrf_token": token(client), **fields})


def errors_in(page: str) -> str:
    """The words of the error summary."""
    summary = page.partition('id="error-summary"')[2].partition("</div>")[0]
    return html.unescape(" ".join(re.findall(r"<a [^>]*>([^<]+)</a>", summary)))


def log_of(client: FlaskClient, lang: str = "vi") -> list[tuple[str, ...]]:
    """Who, what and on what, newest first."""
    page = client.get(f"/office/audit?lang={lang}").text.partition("<tbody>")[2]
    rows = [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in page.split("<tr>")[1:]]
    return [tuple(html.unescape(cell) for cell in row[1:4]) for row in rows]
