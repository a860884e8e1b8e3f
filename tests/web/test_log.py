"""What the log holds: one JSON object a line, and nothing that tells who visited or what was said."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from survey.store.questionnaires import load_shipped
from survey.web.context import database
from survey.web.guards import public
from survey.web.log import JsonFormatter
from tests.builders import a_form, database_of, receipt_in
from tests.conftest import app_on, sign_in_as
from tests.web.browsing import token

Q = load_shipped()
SECRET = "tell-nobody-7391"  # noqa: S105 — to be looked for in the log
ADDRESS = "203.0.113.77"
BROWSER = "Nokia-of-Mrs-Lan/1.0"


@pytest.fixture
def app(url: str, tmp_path: Path) -> Iterator[Flask]:
    created = app_on(url, tmp_path)
    created.add_url_rule("/fail/<code>", "fail", public(fail), methods=["GET", "POST"])
    yield created
    database_of(created).dispose()


@pytest.fixture
def log() -> Iterator[StringIO]:
    """Everything any logger writes, as the product formats it."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger(name) for name in ("survey", None, "sqlalchemy", "werkzeug")]
    for logger in loggers:
        logger.addHandler(handler)
    yield written
    for logger in loggers:
        logger.removeHandler(handler)


def lines(log: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def fail(code: str) -> str:
    """Ask the database for something it does not have, with what was sent as a value."""

    def ask(session: Session) -> str:
        return str(session.execute(text("SELECT 1 FROM nowhere WHERE a = :a"), {"a": code}).all())

    try:
        return database().read(ask)
    except Exception as error:
        raise ValueError(f"cannot use {code!r}") from error


def test_a_request_is_one_line_of_json(app: Flask, log: StringIO) -> None:
    app.test_client().get("/receipt")
    [line] = lines(log)
    assert line | {"at": "", "ms": 0} == {
        "at": "",
        "level": "INFO",
        "logger": "survey.requests",
        "message": "request",
        "method": "GET",
        "route": "/receipt",
        "status": 200,
        "ms": 0,
    }
    assert line["at"].endswith("+00:00")
    assert line["ms"] >= 0


def test_a_route_is_logged_and_no_code(app: Flask, log: StringIO) -> None:
    client = app.test_client()
    client.get(f"/s/{SECRET}")
    client.get(f"/{SECRET}")
    client.get(f"/office/campaigns/{SECRET}")
    assert [line["route"] for line in lines(log)] == ["/s/<code>", "unknown", "/office/campaigns/<key>"]
    assert SECRET not in log.getvalue()


def test_signs_of_life_are_not_logged(app: Flask, log: StringIO) -> None:
    client = app.test_client()
    for path in ("/healthz", "/readyz"):
        client.get(path)
    client.get("/static/office.css", buffered=True)
    assert lines(log) == []


def test_no_line_tells_who_visited_or_what_was_said(demo_url: str, tmp_path: Path, log: StringIO) -> None:
    app = app_on(demo_url, tmp_path)
    client, seen = app.test_client(), {"REMOTE_ADDR": ADDRESS}
    headers = {"User-Agent": BROWSER, "Referer": f"https://{SECRET}.example", "X-Forwarded-For": ADDRESS}
    form = a_form(Q, comment=f"my name is {SECRET}", acc_info=SECRET)
    paths = ["/s/demo", "/s/demo/check", "/s/demo/send", "/receipt", "/office/sign-in", f"/s/{SECRET}/send"]
    for path in paths:
        for method in ("GET", "POST"):
            client.open(
                f"{path}?q={SECRET}",
                method=method,
                data=form if method == "POST" else None,
                environ_base=seen,
                headers=headers,
            )
    receipt = receipt_in(client.post("/s/demo/send", data=a_form(Q, comment=SECRET), environ_base=seen).text)
    client.post("/receipt", data={"code": receipt}, environ_base=seen)
    official = sign_in_as(app, "admin")
    csrf = token(official)
    official.post("/office/people", data={"username": "lan.nguyen", "full_name": SECRET, "csrf_token": csrf})
    written = log.getvalue()
    assert len(lines(log)) >= 2 * len(paths)
    for private in (SECRET, ADDRESS, BROWSER, receipt, form["submission_id"], "lan.nguyen", csrf, "admin"):
        assert private not in written, private
    database_of(app).dispose()


def test_an_error_says_where_it_was_raised_and_quotes_nothing(app: Flask, log: StringIO) -> None:
    answer = app.test_client().get(f"/fail/{SECRET}", environ_base={"REMOTE_ADDR": ADDRESS})
    assert answer.status_code == 500
    error, request = lines(log)
    assert (error["level"], error["message"]) == ("ERROR", "unexpected error")
    assert "test_log.py" in error["trace"]
    assert "in fail" in error["trace"]
    assert "builtins.ValueError" in error["trace"]
    assert "sqlalchemy.exc." in error["trace"]
    assert (request["route"], request["status"]) == ("/fail/<code>", 500)
    for private in (SECRET, ADDRESS):
        assert private not in log.getvalue()


def test_a_line_stays_one_line_whatever_it_says(log: StringIO) -> None:
    logging.getLogger("survey.test").error("two\nlines\r\n\u2028 and “quotes”")
    [line] = [json.loads(row) for row in log.getvalue().strip().split("\n")]
    assert line["message"] == "two\nlines\r\n\u2028 and “quotes”"


def quote(text: str) -> None:
    known: dict[str, str] = {}
    try:
        known[text] += text
    except KeyError as error:
        raise RuntimeError(text) from error


def test_an_exception_that_came_from_another_names_both_and_no_words() -> None:
    with pytest.raises(RuntimeError) as raised:
        quote(SECRET)
    error = (raised.type, raised.value, raised.tb)
    record = logging.LogRecord("survey", logging.ERROR, "f.py", 1, "broken", (), error)
    line = JsonFormatter().format(record)
    assert line.index("builtins.KeyError") < line.index("builtins.RuntimeError")
    assert json.loads(line)["trace"].count(", in quote") == 2


def test_the_log_goes_to_standard_error(app: Flask) -> None:
    handlers = [h for h in logging.getLogger("survey").handlers if isinstance(h, logging.StreamHandler)]
    assert any(isinstance(handler.formatter, JsonFormatter) for handler in handlers)
    assert not logging.getLogger("survey").propagate
