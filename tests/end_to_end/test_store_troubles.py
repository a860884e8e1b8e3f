"""The store is locked, full, moved or gone while people send: pages go on, no receipt is for nothing."""

import os
import resource
import shutil
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
import requests
from sqlalchemy.engine import make_url

from survey.store.db import Database
from survey.store.questionnaires import load_shipped
from survey.store.responses import ResponseRow
from tests.builders import a_form, receipt_in
from tests.end_to_end.server import Server, demo_server, run_command, wait_until
from tests.postgres import create_database

pytestmark = pytest.mark.server
Q = load_shipped()
_numbers = count()
ANSWER_SECONDS = 5  # within which a send is answered
PAGE_SECONDS = 3


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with demo_server(tmp_path) as running:
        yield running


def send(server: Server, form: dict[str, str]) -> requests.Response:
    return requests.post(f"{server.address}/s/demo/send", data=form, timeout=ANSWER_SECONDS)


def how_often_stored(server: Server, form: dict[str, str]) -> int:
    database = Database(server.database_url)
    of_form = ResponseRow.submission_id == form["submission_id"]
    n = database.read(lambda s: s.query(ResponseRow).where(of_form).count())
    database.dispose()
    return n


def is_refused_for_now(answer: requests.Response) -> bool:
    """Whether the phone is told to keep the form and send it again, in a page for people without scripts."""
    return (
        answer.status_code == 503
        and int(answer.headers["Retry-After"]) > 0
        and "gửi lại" in answer.text
        and 'id="receipt-code"' not in answer.text
    )


def goes_on_reading(server: Server) -> None:
    for path in ("/healthz", "/s/demo", "/", "/receipt", "/office/sign-in"):
        answer = requests.get(server.address + path, timeout=PAGE_SECONDS)
        assert answer.status_code == 200, path


def is_ready(server: Server) -> bool:
    return requests.get(f"{server.address}/readyz", timeout=ANSWER_SECONDS).status_code == 200


@contextmanager
def lock_file(server: Server) -> Iterator[None]:
    """The file locked by another program."""
    connection = sqlite3.connect(server.database_file, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("ROLLBACK")
    connection.close()


def test_a_locked_file_stops_no_page_and_loses_no_form(server: Server) -> None:
    forms = [a_form(Q) for _ in range(24)]
    with lock_file(server), ThreadPoolExecutor(24) as people:
        begun = time.monotonic()
        while time.monotonic() - begun < 6:
            answers = people.map(lambda form: send(server, form), forms)
            goes_on_reading(server)
            assert all(is_refused_for_now(answer) for answer in answers)
        assert not is_ready(server)
    wait_until(lambda: is_ready(server), "the server to be ready again")
    receipts = {receipt_in(send(server, form).text) for form in forms}
    assert len(receipts) == len(forms)
    assert [how_often_stored(server, form) for form in forms] == [1] * len(forms)


def test_a_file_that_was_moved_away_gets_no_receipts(server: Server) -> None:
    elsewhere = server.instance / "moved"
    server.database_file.rename(elsewhere)
    form = a_form(Q)
    assert is_refused_for_now(send(server, form))
    wait_until(lambda: not is_ready(server), "the server to say so")
    assert not server.database_file.exists(), "no second file is begun"
    elsewhere.rename(server.database_file)
    wait_until(lambda: is_ready(server), "the server to be ready again")
    assert receipt_in(send(server, form).text)
    assert how_often_stored(server, form) == 1


def test_a_backup_put_in_place_of_the_open_file_gets_no_receipts(server: Server) -> None:
    backup = server.instance / "backup"
    shutil.copy(server.database_file, backup)
    backup.replace(server.database_file)
    assert is_refused_for_now(send(server, a_form(Q)))
    wait_until(lambda: not is_ready(server), "the server to say so")


def test_a_full_disk_gets_no_receipts(server: Server) -> None:
    worker = int(Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text())
    sent = send(server, a_form(Q))
    assert receipt_in(sent.text)
    everything = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    form = a_form(Q)
    assert is_refused_for_now(send(server, form))
    wait_until(lambda: not is_ready(server), "the server to say so")
    goes_on_reading(server)
    resource.prlimit(worker, resource.RLIMIT_FSIZE, everything)
    wait_until(lambda: is_ready(server), "the server to be ready again")
    assert receipt_in(send(server, form).text)
    assert how_often_stored(server, form) == 1


def test_a_missing_table_is_not_ready(server: Server) -> None:
    with sqlite3.connect(server.database_file) as connection:
        connection.execute("DROP TABLE form_feedback")
    wait_until(lambda: not is_ready(server), "the server to notice")


@pytest.fixture
def on_postgres(pg_server: Path, tmp_path: Path) -> Iterator[Server]:
    with demo_server(
        tmp_path, create_database(pg_server, f"troubles_{tmp_path.name}_{os.getpid()}")
    ) as running:
        yield running


@pytest.mark.postgres
def test_a_locked_table_of_postgresql_is_said_within_seconds(on_postgres: Server) -> None:
    url = on_postgres.database_url.replace("postgresql+psycopg", "postgresql")
    form = a_form(Q)
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE response IN ACCESS EXCLUSIVE MODE")
        assert is_refused_for_now(send(on_postgres, form))
        assert requests.get(f"{on_postgres.address}/healthz", timeout=PAGE_SECONDS).status_code == 200
    assert receipt_in(send(on_postgres, form).text)
    assert how_often_stored(on_postgres, form) == 1


@pytest.mark.postgres
def test_a_postgresql_that_turns_people_away_is_said_within_seconds(on_postgres: Server) -> None:
    url = make_url(on_postgres.database_url).set(drivername="postgresql")
    name, admin = url.database, url.set(database="postgres").render_as_string(hide_password=False)
    form = a_form(Q)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        assert is_refused_for_now(send(on_postgres, form))
        wait_until(lambda: not is_ready(on_postgres), "the server to say so")
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    wait_until(lambda: is_ready(on_postgres), "the server to be ready again")
    assert receipt_in(send(on_postgres, form).text)
    assert how_often_stored(on_postgres, form) == 1


def test_another_secret_than_the_database_knows_is_refused_until_it_is_accepted(server: Server) -> None:
    assert server.stop() == 0
    (server.instance / "secret_key").unlink()
    with pytest.raises(RuntimeError, match="the secret is not one that this database was used with"):
        server.start_again()
    run_command(server, "accept-secret")
    server.start_again()
    assert receipt_in(send(server, a_form(Q)).text)
