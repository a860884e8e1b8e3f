"""Fixtures of all tests: a database of either kind, the application on it, its clients."""

import itertools
import os
import re
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from survey import create_app
from survey.accounts import officials, passwords
from survey.config import Settings
from survey.fieldwork import demo
from survey.fieldwork.campaigns import NewCampaign, open_campaign
from survey.instrument.codec import digest
from survey.scorecards import demo as scorecard_demo
from survey.store import fieldwork, migrate, people, questionnaires, scorecards
from survey.store.db import Database
from survey.store.people import Role
from survey.web.context import today
from survey.web.locale import text_of
from tests.builders import NOW, QUESTIONNAIRE, database_of
from tests.cases import HOSTILE_STRINGS
from tests.postgres import create_database, drop_database, private_postgres
from tests.web.inbox import Inbox, mail_server

if TYPE_CHECKING:
    from playwright.sync_api import Playwright  # most tests need no browser

PASSWORD = "a-password-for-tests"  # noqa: S105 — of people who exist in tests only
SECRET = "k" * 40
_numbers = itertools.count()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write as the last lines which tests were skipped, and which cases are missing."""
    for report in terminalreporter.getreports("skipped"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.write_line(f"{report.nodeid}: {reason}", yellow=True)
    if not HOSTILE_STRINGS.exists():
        terminalreporter.write_line(
            f"Missing: {HOSTILE_STRINGS}. Hostile strings: those of tests/web/naughty.py only.",
            yellow=True,
        )


# Folders with tests of pages and files. Their SQL is in survey/store, whose tests run on both databases.
_ON_ONE_DATABASE = frozenset(
    ("api", "authoring", "comments", "fieldwork", "publication", "reports", "results", "scorecards", "web")
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run each test of pages on one of the two databases: half of them on SQLite, half on PostgreSQL.

    All of them run on SQLite where tests with PostgreSQL are left out, and on both with --both-databases.
    """
    if config.getoption("both_databases") or "not postgres" in config.option.markexpr:
        return
    pairs: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.path.relative_to(config.rootpath / "tests").parts[0] in _ON_ONE_DATABASE:
            pairs.setdefault(re.sub(r"\b(sqlite|postgres)\b", "*", item.nodeid), []).append(item)
    left_out = {
        pair[zlib.crc32(test.encode()) % 2].nodeid
        for test, pair in pairs.items()
        if len(pair) == len(_BACKENDS)
    }
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left_out])
    items[:] = [item for item in items if item.nodeid not in left_out]


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option to run every test on both databases."""
    parser.addoption("--both-databases", action="store_true", help="run tests of pages on both databases")


@pytest.fixture(scope="session")
def pg_server() -> Iterator[Path]:
    """The private PostgreSQL of this test process."""
    with private_postgres() as root:
        yield root


@pytest.fixture(scope="session")
def playwright() -> Iterator["Playwright"]:
    """The one driver of browsers of this test process; a second one beside it is refused."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@dataclass(frozen=True)
class Template:
    """A prepared database that each test gets a copy of."""

    kind: str
    folder: Path
    name: str

    def copy(self, folder: Path) -> str:
        """The URL of a fresh copy."""
        if self.kind == "sqlite":
            shutil.copy(self.folder / f"{self.name}.sqlite3", folder / "survey.sqlite3")
            return f"sqlite:///{folder / 'survey.sqlite3'}"
        return create_database(self.folder, f"{self.name}_{os.getpid()}_{next(_numbers)}", self.name)

    def remove(self, url: str) -> None:
        """Drop a copy; the files of SQLite are removed with the test's folder."""
        if self.kind == "postgres":
            drop_database(self.folder, url)


_templates: dict[tuple[str, str], Template] = {}


def _template(kind: str, folder: Path, subject: str, fill: Callable[[Database], None]) -> Template:
    """Made once in a process: pytest creates a fixture of a session anew when its parameter changes."""
    if (kind, subject) not in _templates:
        _templates[kind, subject] = _make_template(kind, folder, subject, fill)
    return _templates[kind, subject]


def _make_template(kind: str, folder: Path, subject: str, fill: Callable[[Database], None]) -> Template:
    name = f"{subject}_{next(_numbers)}"
    url = f"sqlite:///{folder / f'{name}.sqlite3'}" if kind == "sqlite" else create_database(folder, name)
    database = Database(url)
    migrate.upgrade(database)
    fill(database)
    if kind == "sqlite":
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return Template(kind, folder, name)


def _add_people(database: Database, **roles: Role) -> None:
    for username, role in roles.items():
        database.write(
            lambda s, username=username, role=role: officials.add_person(  # type: ignore[misc]
                s, username, username.title(), role, password=PASSWORD, now=datetime.now(UTC)
            )
        )


def _fill_empty(database: Database) -> None:
    _add_people(database, admin=Role.ADMINISTRATOR, viewer=Role.VIEWER)
    database.write(lambda s: questionnaires.publish(s, questionnaires.load_shipped(), now=datetime.now(UTC)))
    database.write(lambda s: scorecards.publish(s, scorecards.load_shipped(), now=datetime.now(UTC)))


def _fill_demo(database: Database) -> None:
    _fill_empty(database)
    today = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    database.write(lambda s: demo.make_demo(s, today=today, rng=np.random.default_rng(7)))
    _add_people(database, officer=Role.OFFICER, leader=Role.LEADER)
    database.write(_make_scorecards)


def _make_scorecards(session: Session) -> None:
    officer, leader = (people.by_username(session, name) for name in ("officer", "leader"))
    assert officer
    assert leader
    scorecard_demo.make_demo(session, officer=officer.id, leader=leader.id, rng=np.random.default_rng(7))


_POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
_BACKENDS = ("sqlite", _POSTGRES)


def _on(*backends: object) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("backend", backends, indirect=True, scope="session")


# For tests that do not depend on the database and take long: one database is enough.
on_sqlite, on_postgres = _on("sqlite"), _on(_POSTGRES)


@pytest.fixture(scope="session", params=_BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Which database, and where its templates live."""
    if request.param == "postgres":
        return "postgres", request.getfixturevalue("pg_server")
    return "sqlite", tmp_path_factory.mktemp("templates")


@pytest.fixture(scope="session")
def empty_template(backend: tuple[str, Path]) -> Template:
    """Migrated, with two people and the default questionnaire."""
    return _template(*backend, "empty", _fill_empty)


@pytest.fixture(scope="session")
def demo_template(backend: tuple[str, Path]) -> Template:
    """The same with the demonstration campaigns."""
    return _template(*backend, "demo", _fill_demo)


@pytest.fixture
def url(empty_template: Template, tmp_path: Path) -> Iterator[str]:
    """A database with nothing collected yet."""
    copied = empty_template.copy(tmp_path)
    yield copied
    empty_template.remove(copied)


@pytest.fixture
def demo_url(demo_template: Template, tmp_path: Path) -> Iterator[str]:
    """A database with the demonstration campaigns."""
    copied = demo_template.copy(tmp_path)
    yield copied
    demo_template.remove(copied)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """An open database with nothing collected yet."""
    opened = Database(url)
    yield opened
    opened.dispose()


def settings_for(url: str, folder: Path) -> Settings:
    """The settings of a test: secrets and files in its own folder."""
    return Settings(
        instance=folder,
        database_url=url,
        secret_keys=(SECRET,),
        public_url=None,
        time_zone=ZoneInfo("Asia/Ho_Chi_Minh"),
        redis_url=None,
        trusted_proxies=0,
    )


def app_on(url: str, folder: Path) -> Flask:
    """The application on a database; exceptions become pages as in production."""
    app = create_app(settings_for(url, folder))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.jinja_env.bytecode_cache = _compiled
    return app


@contextmanager
def running_app(url: str, folder: Path) -> Iterator[Flask]:
    """The application on a database, which is closed at the end."""
    app = app_on(url, folder)
    yield app
    database_of(app).dispose()


_compile_builder = Rule._compile_builder
_builders: dict[tuple[str, bool], Any] = {}


def _compile_once(self: Rule, append_unknown: bool = True) -> Any:  # noqa: FBT001, FBT002
    """The function that builds the addresses of a rule, compiled once for all the applications of a process.

    It takes the rule as its first argument. Compiling the functions is most of making an application.
    """
    key = (self.rule, append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(self, append_unknown)
    return _builders[key]


Rule._compile_builder = _compile_once  # type: ignore[method-assign]


# Argon2id as in production takes 0.1 s and more, and nearly every test signs somebody in.
_hasher_of_production = passwords._hasher
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def production_hasher(monkeypatch: pytest.MonkeyPatch) -> Iterator[PasswordHasher]:
    """Passwords are hashed as in production, for tests of what that takes."""
    monkeypatch.setattr(passwords, "_hasher", _hasher_of_production)
    passwords._hash_of_nobody.cache_clear()
    yield _hasher_of_production
    passwords._hash_of_nobody.cache_clear()


class _Compiled(BytecodeCache):
    """Templates, compiled once for all the applications of a test process."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._codes:
            bucket.bytecode_from_string(self._codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


@pytest.fixture
def app(url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application with nothing collected yet."""
    with running_app(url, tmp_path) as created:
        yield created


@pytest.fixture
def demo_app(demo_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application with the demonstration campaigns."""
    with running_app(demo_url, tmp_path) as created:
        yield created


@pytest.fixture
def campaign(app: Flask) -> tuple[str, str]:
    """The key of a campaign with two desks and no forms, and the code of its first collector."""
    with app.app_context():
        day = today()
    desks = (text_of("Quầy 1", "Desk 1"), text_of("Quầy 2", "Desk 2"))
    dates = (day - timedelta(days=1), day + timedelta(days=30))
    new = NewCampaign("Khảo sát thử", digest(QUESTIONNAIRE), *dates, desks)

    def create(session: Session) -> tuple[str, str]:
        row = open_campaign(session, new, now=NOW)
        return row.key, fieldwork.collectors_of(session, row.id)[0].collector.code

    return database_of(app).write(create)


@pytest.fixture
def citizen(demo_app: Flask) -> FlaskClient:
    """Somebody with a phone."""
    return demo_app.test_client()


def sign_in_as(app: Flask, username: str) -> FlaskClient:
    """A client signed in as an official of the test."""
    client = app.test_client()
    page = client.get("/office/sign-in")
    answer = client.post(
        "/office/sign-in", data={"username": username, "password": PASSWORD, "csrf_token": csrf_in(page.text)}
    )
    assert answer.status_code == 303, answer.text
    return client


def csrf_in(page: str) -> str:
    """The CSRF token of the first form of a page."""
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def official(
    username: str, scope: Literal["function", "module"] = "function"
) -> Callable[[Flask], FlaskClient]:
    """A fixture: a client of `app`, signed in as an official."""

    @pytest.fixture(scope=scope)
    def client(app: Flask) -> FlaskClient:
        return sign_in_as(app, username)

    return client


def official_of_demo(username: str) -> Callable[[Flask], FlaskClient]:
    """A fixture: a client of `demo_app`, signed in as an official."""

    @pytest.fixture
    def client(demo_app: Flask) -> FlaskClient:
        return sign_in_as(demo_app, username)

    return client


administrator = official_of_demo("admin")
viewer = official_of_demo("viewer")
officer = official_of_demo("officer")
leader = official_of_demo("leader")


@pytest.fixture
def inbox() -> Inbox:
    """What a mail server takes in this test."""
    return Inbox()


@pytest.fixture
def mail_port(inbox: Inbox) -> Iterator[int]:
    """The port of the mail server of that inbox."""
    with mail_server(inbox) as listening:
        yield listening


TODAY = date(2026, 11, 24)
