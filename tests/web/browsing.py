"""What the tests of the web share: an app for a file of tests, every address it has, a page taken apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from survey.store import questionnaires
from survey.store.comments import reference_of
from survey.store.db import Base, Database
from survey.store.fieldwork import Campaign
from survey.store.responses import ResponseRow
from tests.conftest import Template, app_on, csrf_in


@contextmanager
def app_for_all(template: Template, folder: Path) -> Iterator[Flask]:
    """One application for all the tests of a file, which therefore leave it as they found it."""
    app = app_on(template.copy(folder), folder)
    yield app
    app.extensions["database"].dispose()


def database_of(app: Flask) -> Database:
    database: Database = app.extensions["database"]
    return database


def everything_in(app: Flask) -> dict[str, list[Any]]:
    """All rows of all tables but the log of what officials did, to see that nothing changed."""
    tables = [table for table in Base.metadata.sorted_tables if table.name != "audit_event"]
    return database_of(app).read(
        lambda s: {table.name: [tuple(row) for row in s.execute(select(table))] for table in tables}
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
    known = {"key": "demo", "code": "demo", "campaign": "demo", "digest": digest, "extension": "csv",
             "person_id": 1, "filename": "office.css", "reference": a_comment(app), "token": "x",
             "kind": "whole", "name": "score"}  # fmt: skip
    with app.test_request_context():
        found: str = app.url_map.bind("localhost").build(
            rule.endpoint,
            {name: known[name] for name in rule.arguments},
            method=next(iter(rule.methods or ())),
        )
    return found


def token(client: FlaskClient) -> str:
    """A CSRF token of this client's session."""
    for path in ("/office/password", "/office/sign-in"):
        if found := csrf_in(client.get(path).text):
            return found
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
