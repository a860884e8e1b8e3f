"""The start: what is wrong is said in one line, by server and commands, before anybody is served."""

import sqlite3
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from survey.store.db import Database
from tests.end_to_end.server import PROGRAMS, ROOT, bare_environment, set_up

pytestmark = pytest.mark.server
PASSWORD = "a-password-nobody-may-read"  # noqa: S105 — and no log may hold
SETUP = ("flask", "--app", "wsgi", "survey", "setup")
SERVE = ("gunicorn", "--config", "gunicorn.conf.py", "wsgi:app")


def fails_in_one_line(command: tuple[str, ...], environment: dict[str, str]) -> str:
    """The one line with which a process ends."""
    line = [str(PROGRAMS / command[0]), *command[1:]]
    ended = subprocess.run(  # noqa: S603
        line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    lines = [line for line in (ended.stdout + ended.stderr).splitlines() if line.strip()]
    assert ended.returncode != 0
    assert len(lines) == 1, lines
    assert PASSWORD not in lines[0]
    return lines[0]


def environment_of(instance: Path, **settings: str) -> dict[str, str]:
    return bare_environment() | {"INSTANCE_PATH": str(instance), "PORT": "8"} | settings


@pytest.mark.parametrize("command", [SETUP, SERVE], ids=["setup", "serve"])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY has 5 characters"),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES is '-1'; use a whole number"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL begins with 'nonsense'"),
        ("DATABASE_URL", f"mysql://me:{PASSWORD}@host/name", "DATABASE_URL begins with 'mysql'"),
        ("DATABASE_URL", f"postgresql+psycopg://me:{PASSWORD}@127.0.0.1:1/n", "cannot be opened"),
        ("DATABASE_URL", f"postgresql+psycopg://me:{PASSWORD}@host:port/n", "cannot be read"),
        (
            "DATABASE_URL",
            "sqlite:////proc/no/such.db",
            "there is no folder /proc/no for such.db",
        ),
        ("INSTANCE_PATH", "/proc/no", "INSTANCE_PATH: /proc/no"),
        ("REDIS_URL", "nonsense", "REDIS_URL begins with 'nonsense'"),
        ("TRUSTED_HOSTS", "https://a.vn", "TRUSTED_HOSTS has 'https://a.vn'"),
        ("SMTP_URL", "smtp://", "SMTP_URL names no mail server"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_one_line(
    tmp_path: Path, command: tuple[str, ...], name: str, value: str, message: str
) -> None:
    assert message in fails_in_one_line(command, environment_of(tmp_path, **{name: value}))


@pytest.mark.parametrize("command", [SETUP, SERVE], ids=["setup", "serve"])
@pytest.mark.parametrize(
    "content", [b"", b"cut", b"\0" * 64, b"\xff\xfe" * 40], ids=["empty", "cut", "zeros", "binary"]
)
def test_a_spoilt_secret_ends_the_start_with_one_line(
    tmp_path: Path, command: tuple[str, ...], content: bytes
) -> None:
    (tmp_path / "secret_key").write_bytes(content)
    assert "secret_key" in fails_in_one_line(command, environment_of(tmp_path))


def spoil(instance: Path, statement: str) -> None:
    with sqlite3.connect(instance / "survey.sqlite3") as connection:
        connection.execute(statement)


def replace_database(instance: Path, content: bytes) -> None:
    for file in instance.glob("survey.sqlite3*"):
        file.unlink()
    (instance / "survey.sqlite3").write_bytes(content)


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda folder: replace_database(folder, b""), "the database is empty"),
        (lambda folder: spoil(folder, "DROP TABLE desk"), "lacks the table desk"),
        (
            lambda folder: spoil(folder, "UPDATE alembic_version SET version_num = '9999_later'"),
            "of a newer release (revision 9999_later",
        ),
        (lambda folder: replace_database(folder, b"no database" * 999), "file is not a database"),
    ],
    ids=["gone", "half", "newer", "nonsense"],
)
def test_a_database_that_cannot_be_used_ends_the_start_with_one_line(
    tmp_path: Path, break_it: Callable[[Path], None], message: str
) -> None:
    environment = environment_of(tmp_path)
    set_up(environment)
    break_it(tmp_path)
    assert message in fails_in_one_line(SERVE, environment)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_setup_makes_is_for_its_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    instance, elsewhere = tmp_path / "instance", tmp_path / "data"
    elsewhere.mkdir()
    for settings in ({}, {"DATABASE_URL": f"sqlite:///{elsewhere / 'own.db'}"}):
        command = ["/bin/sh", "-c", f"umask 0 && exec {PROGRAMS / 'flask'} --app wsgi survey setup"]
        environment = environment_of(instance, **settings)
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)  # noqa: S603
    files = [*instance.iterdir(), *elsewhere.iterdir()]
    assert {"secret_key", "survey.sqlite3", "own.db"} <= {file.name for file in files}
    assert {file.name: mode_of(file) for file in files} == {file.name: 0o600 for file in files}
    assert mode_of(instance) == 0o700


def test_the_log_of_sqlite_has_the_mode_of_its_file(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'own.db'}")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
        modes = {file.suffix: mode_of(file) for file in tmp_path.iterdir()}
    assert modes == {".db": 0o600, ".db-wal": 0o600, ".db-shm": 0o600}
    database.dispose()


@pytest.mark.parametrize("arguments", [("setup",), ("recount", "demo"), ("weekly",)], ids=" ".join)
def test_a_database_in_a_folder_that_is_not_there_is_refused_and_no_folder_is_made(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    wrong = tmp_path / "wrnog"
    environment = environment_of(tmp_path, DATABASE_URL=f"sqlite:///{wrong / 'survey.db'}")
    line = fails_in_one_line(("flask", "--app", "wsgi", "survey", *arguments), environment)
    assert f"there is no folder {wrong} for survey.db" in line
    assert not wrong.exists()


def test_an_instance_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    line = fails_in_one_line(SETUP, environment_of(tmp_path / "wrnog" / "instance"))
    assert "INSTANCE_PATH" in line
    assert not (tmp_path / "wrnog").exists()
