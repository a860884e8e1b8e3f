"""The table of access: each route, as each role, on what belongs to each unit around the person's own.

A failure prints the lines that the table would need to have.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.routing import Rule

from survey.store import people
from survey.store.db import NotFoundError
from survey.store.people import Role
from survey.web.guards import PUBLIC, declared_permission, is_for_programs
from survey.web.problems import Problem
from tests.access.province import POSITIONS, Belongings, add_token, make_province
from tests.builders import database_of
from tests.conftest import Template, on_sqlite, running_app, sign_in_as
from tests.web.browsing import routes, token

_TABLE = Path(__file__).with_name("table.txt")
_WITHIN = {
    "job_id": "0",
    "summary_id": 1,
    "reference": "0",
    "kind": "whole",
    "name": "score",
    "indicator": "plan_completion_rate",
    "entry_id": 1,
    "session_id": 999,
    "passkey_id": 999,
}
_LET_IN, _REFUSED, _NOT_THERE = "+", "x", "."
_STATUS = {403: _REFUSED, 404: _NOT_THERE}


@pytest.fixture(scope="module")
def world(
    empty_template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, dict[str, Belongings]]]:
    folder = tmp_path_factory.mktemp("province")
    with running_app(empty_template.copy(folder), folder) as app:
        yield app, database_of(app).write(make_province)


def guarded_routes(app: Flask) -> dict[str, Rule]:
    """Every route that is not for everybody."""
    with app.app_context():
        return {
            route: rule for route, rule in routes(app).items() if declared_permission(rule.endpoint) != PUBLIC
        }


def positions_of(rule: Rule) -> tuple[str, ...]:
    """The units on whose objects a route is tried: all, or none where its address names no object."""
    named = rule.arguments - _WITHIN.keys() - {"extension"}
    if not named:
        return ("-",)
    return POSITIONS if named & {"key", "code"} else POSITIONS[:-1]


def path_of(app: Flask, rule: Rule, of: Belongings) -> str:
    extension = re.search(r"any\(([a-z]+)", rule.rule)
    known = {**_WITHIN, **of.named, "extension": extension and extension[1]}
    values = {name: known[name] for name in rule.arguments}
    with app.test_request_context():
        built: str = app.url_map.bind("localhost").build(rule.endpoint, values, method=_method(rule))
    return built


def _method(rule: Rule) -> str:
    return next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))


def decision(app: Flask, rule: Rule, path: str, headers: dict[str, str], csrf: str) -> str:
    """What the guards of a request say; where they refuse it, so does the answer that is sent."""
    method = _method(rule)
    data = {"csrf_token": csrf} if method == "POST" else None
    with app.test_request_context(path, method=method, data=data, headers=headers):
        try:
            answer = app.preprocess_request()
        except (Forbidden, NotFound, NotFoundError, Problem):
            answer = None
        else:
            assert answer is None, path
            return _LET_IN
    sent = app.test_client(use_cookies=False).open(
        path, method=method, data=data, headers=headers, buffered=True
    )
    return _STATUS[sent.status_code]


def headers_of(app: Flask, role: Role) -> tuple[dict[str, str], str]:
    """The cookie of somebody with a role at "own", and a CSRF token."""
    client = sign_in_as(app, f"own-{role}")
    csrf = token(client)
    cookie = client.get_cookie("office")
    assert cookie
    return {"Cookie": f"office={cookie.value}"}, csrf


def lines_of(app: Flask, created: dict[str, Belongings]) -> dict[str, str]:
    """The table as the application has it: a line a route, a word a role, a sign a unit."""
    sessions = {role: headers_of(app, role) for role in Role}
    tokens = {role: token_headers(app, created, role) for role in Role}
    lines = {}
    for route, rule in guarded_routes(app).items():
        asked_by = tokens if is_for_programs_at(app, rule) else sessions
        paths = [path_of(app, rule, created.get(unit, created["own"])) for unit in positions_of(rule)]
        cells = ("".join(decision(app, rule, path, *asked_by[role]) for path in paths) for role in Role)
        lines[route] = " ".join(f"{cell:5}" for cell in cells).rstrip()
    return lines


def is_for_programs_at(app: Flask, rule: Rule) -> bool:
    with app.app_context():
        return is_for_programs(rule.endpoint)


def token_headers(app: Flask, created: dict[str, Belongings], role: Role) -> tuple[dict[str, str], str]:
    """A token that somebody with a role at "own" made there; it needs no CSRF token."""
    person, secret = database_of(app).read(lambda s: people.by_username(s, f"own-{role}")), f"survey_{role}"
    assert person
    database_of(app).write(lambda s: add_token(s, secret, person.id, created["own"].unit))
    return {"Authorization": f"Bearer {secret}"}, ""


def table() -> dict[str, str]:
    rows = (line for line in _TABLE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
    return {line[:100].rstrip(): line[100:] for line in rows}


@on_sqlite
@pytest.mark.slow
def test_every_route_does_what_the_table_says(world: tuple[Flask, dict[str, Belongings]]) -> None:
    actual = lines_of(*world)
    expected = table()
    wrong = [f"{route:100}{line}" for route, line in actual.items() if expected.get(route) != line]
    assert wrong == [], "\n" + "\n".join(wrong)
    assert expected.keys() == actual.keys()


def test_nobody_is_let_in_to_what_belongs_beside_or_above() -> None:
    """A part of the parent's campaign is the one exception, and what is published for all below."""
    for route, line in table().items():
        for word in line.split():
            if len(word) == 1 or "digest>" in route:
                continue
            assert _LET_IN not in word[2:4], route
            if len(word) == len(POSITIONS) and word[4] == _LET_IN:
                assert re.search(r"^GET .*(<key>$|/desks$|/populations$|/units$|poster.pdf$)", route), route
