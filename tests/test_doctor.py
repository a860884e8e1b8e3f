"""`flask survey doctor`: what docs/operations.md promises, checked, with what to do."""

import json
import logging
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey import create_app
from survey.config import Settings
from survey.doctor import Finding, FindingState, examine
from survey.store import fieldwork, installation, weekly
from tests.builders import database_of
from tests.command_line import run
from tests.conftest import settings_for

NOW = datetime.now(UTC)
ADDRESS = "https://survey.example.vn"


def findings_of(app: Flask, now: datetime = NOW, **settings: object) -> dict[str, Finding]:
    """The finding of each check, with other settings than the application's."""
    own: Settings = app.extensions["settings"]
    changed = replace(own, **settings)  # type: ignore[arg-type]
    return {finding.check: finding for finding in examine(database_of(app), changed, now=now)}


@pytest.fixture
def healthy(demo_app: Flask) -> Flask:
    """An installation in order, with its files for their owner only."""
    for file in demo_app.extensions["settings"].instance.iterdir():
        if file.is_file():
            file.chmod(0o600)
    return demo_app


def test_an_installation_in_order_has_nothing_to_do(healthy: Flask) -> None:
    findings = findings_of(healthy, public_url=ADDRESS, trusted_proxies=1)
    of_redis = findings.pop("redis")
    assert of_redis.state is (FindingState.OK if database_of(healthy).is_sqlite else FindingState.WARN)
    findings.pop("disk")
    assert [finding for finding in findings.values() if finding.advice] == []
    assert {finding.state for finding in findings.values()} == {FindingState.OK}


def test_the_command_prints_a_line_a_check_and_json(healthy: Flask) -> None:
    text = run(healthy, "doctor")
    assert text.exit_code == 0, text.output
    lines = text.stdout.splitlines()
    assert all(line.split(" ", 1)[0] in {"ok", "warn", "fail"} for line in lines)
    checks = json.loads(run(healthy, "doctor", "--json").stdout)["checks"]
    assert len(checks) == len(lines)
    assert all(check.keys() == {"check", "state", "observed", "advice"} for check in checks)
    assert all(check["advice"] for check in checks if check["state"] != "ok")


def test_settings_that_contradict_each_other_are_named(healthy: Flask) -> None:
    assert "PUBLIC_URL is not set" in findings_of(healthy, public_url=None)["public address"].observed
    plain = findings_of(healthy, public_url="http://survey.example.vn")["public address"]
    assert (plain.state, "unencrypted" in plain.observed) == (FindingState.WARN, True)
    proxies = findings_of(healthy, public_url=ADDRESS)["proxies"]
    assert (proxies.state, "TRUSTED_PROXIES" in proxies.advice) == (FindingState.WARN, True)


def test_a_redis_that_does_not_answer_is_a_warning(healthy: Flask) -> None:
    finding = findings_of(healthy, redis_url="redis://127.0.0.1:1")["redis"]
    assert (finding.state, "does not answer" in finding.observed) == (FindingState.WARN, True)


def test_a_secret_file_that_others_may_read_is_named_with_its_remedy(healthy: Flask, tmp_path: Path) -> None:
    file = tmp_path / "secret_key"
    file.write_text("x" * 40)
    file.chmod(0o644)
    finding = findings_of(healthy, instance=tmp_path)["file modes"]
    assert (finding.state, "mode 644" in finding.observed) == (FindingState.WARN, True)
    assert finding.advice == f"chmod 600 '{file}'"


def test_first_passwords_that_are_still_there_are_named(healthy: Flask, tmp_path: Path) -> None:
    (tmp_path / "demo-sign-ins.txt").touch(mode=0o600)
    assert "delete the file" in findings_of(healthy, instance=tmp_path)["first passwords"].advice


def test_another_secret_than_the_databases_fails(healthy: Flask) -> None:
    keys = healthy.extensions["settings"].secret_keys
    database_of(healthy).write(lambda session: installation.accept(session, keys, now=NOW))
    assert findings_of(healthy)["secret"].state is FindingState.OK
    lost = findings_of(healthy, secret_keys=("y" * 40,))["secret"]
    assert (lost.state, "accept-secret" in lost.advice) == (FindingState.FAIL, True)


def test_a_clock_that_went_back_fails(healthy: Flask) -> None:
    database_of(healthy).write(lambda session: installation.note_write(session, now=NOW))
    for earlier in (NOW - timedelta(days=1), datetime(1970, 1, 1, tzinfo=UTC)):
        assert findings_of(healthy, earlier)["clock"].state is FindingState.FAIL


def switch_on(session: Session, recipients: list[str]) -> None:
    campaign = fieldwork.campaign_by_key(session, "demo")
    weekly.switch_on(session, campaign.id, "vi", recipients, now=NOW - timedelta(days=21))


def test_a_summary_that_was_not_made_or_cannot_be_sent_is_named(healthy: Flask) -> None:
    database_of(healthy).write(partial(switch_on, recipients=[]))
    missing = findings_of(healthy)["weekly summaries"]
    assert (missing.state, "the summary of demo for" in missing.observed) == (FindingState.WARN, True)
    database_of(healthy).write(partial(switch_on, recipients=["lan@example.vn"]))
    assert "set SMTP_URL" in findings_of(healthy)["weekly summaries"].advice


def test_an_empty_database_fails_and_ends_with_status_1(tmp_path: Path) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'survey.sqlite3'}", tmp_path))
    result = run(app, "doctor")
    assert (result.exit_code, "the database is empty" in result.stdout) == (1, True)
    database_of(app).dispose()


def test_a_store_that_is_locked_fails(healthy: Flask) -> None:
    database = database_of(healthy)
    if not database.is_sqlite:
        pytest.skip("a lock on the file of SQLite")
    with sqlite3.connect(str(database.url.database), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        finding = findings_of(healthy)["store"]
        other.execute("ROLLBACK")
    assert (finding.state, "cannot be used" in finding.observed) == (FindingState.FAIL, True)


def test_headers_of_a_proxy_that_no_setting_names_are_said_once_and_known_to_the_doctor(
    healthy: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("survey.proxies").addHandler(caplog.handler)
    assert findings_of(healthy)["proxies"].state is FindingState.OK
    citizen = healthy.test_client()
    for _ in range(3):
        citizen.get("/s/demo", headers={"X-Forwarded-For": "203.0.113.9"})
    logging.getLogger("survey.proxies").removeHandler(caplog.handler)
    warnings = {id(record) for record in caplog.records if "TRUSTED_PROXIES" in record.getMessage()}
    assert len(warnings) == 1
    assert "203.0.113.9" not in caplog.text
    assert findings_of(healthy)["proxies"].state is FindingState.WARN
    assert findings_of(healthy, trusted_proxies=1)["proxies"].state is FindingState.OK


def test_headers_of_a_trusted_proxy_are_no_warning(demo_url: str, tmp_path: Path) -> None:
    app = create_app(replace(settings_for(demo_url, tmp_path), trusted_proxies=1))
    app.test_client().get("/s/demo", headers={"X-Forwarded-For": "203.0.113.9"})
    assert database_of(app).read(installation.day_of_proxy_headers) is None
    database_of(app).dispose()
