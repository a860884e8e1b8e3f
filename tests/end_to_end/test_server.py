"""The production server as a process: what was acknowledged is there, whatever happens to the server."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import pytest
import requests
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.fieldwork.campaigns import add_desk
from survey.store import fieldwork, questionnaires, weekly
from survey.store.db import Database
from survey.store.responses import ResponseRow
from survey.store.weekly import SummaryLetter, SummaryState, WeeklySummary
from survey.web.locale import text_of
from tests.builders import a_form, receipt_in
from tests.end_to_end.server import Server, bare_environment, checkout, demo_server, free_port, wait_until
from tests.postgres import create_database

pytestmark = pytest.mark.server

QUESTIONNAIRE = questionnaires.load_shipped()
COMMENT = "Cán bộ hướng dẫn rất tận tình"
Form = dict[str, str]
T = TypeVar("T")


@pytest.fixture(scope="module")
def _sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with demo_server(tmp_path_factory.mktemp("instance")) as running:
        yield running


@pytest.fixture(scope="module")
def _either(backend: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    kind, folder = backend
    url = create_database(folder, f"server_{os.getpid()}") if kind == "postgres" else None
    with demo_server(tmp_path_factory.mktemp("instance"), url) as running:
        yield running


@pytest.fixture
def server(_sqlite: Server) -> Server:
    """The server on SQLite, running again if a test ended it."""
    return _running(_sqlite)


@pytest.fixture
def either(_either: Server) -> Server:
    """The server on SQLite, then on PostgreSQL, running again if a test ended it."""
    return _running(_either)


def _running(server: Server) -> Server:
    if server.process.poll() is not None:
        server.start_again()
    return server


def send(server: Server, form: Form, code: str = "demo") -> requests.Response:
    return requests.post(f"{server.address}/s/{code}/send", data=form, timeout=30)


def send_all(server: Server, forms: list[Form], code: str = "demo") -> list[requests.Response]:
    """All forms at once, as many at a time as there are."""
    start = threading.Barrier(len(forms), timeout=30)

    def one(form: Form) -> requests.Response:
        start.wait()
        return send(server, form, code)

    with ThreadPoolExecutor(len(forms)) as phones:
        return list(phones.map(one, forms))


def count_stored(server: Server, forms: list[Form]) -> Counter[str]:
    """How often each submission of these forms is stored."""
    ids = [form["submission_id"] for form in forms]
    query = select(ResponseRow.submission_id).where(ResponseRow.submission_id.in_(ids))
    return Counter(_read(server.database_url, lambda session: list(session.scalars(query))))


def _read(url: str, work: Callable[[Session], T]) -> T:
    database = Database(url)
    try:
        return database.read(work)
    finally:
        database.dispose()


def opens(server: Server, receipt: str) -> bool:
    """Whether a receipt code leads to its form."""
    page = requests.post(f"{server.address}/receipt?lang=en", data={"code": receipt}, timeout=30)
    return page.status_code == 200 and "/receipt/withdraw" in page.text


def test_one_submission_sent_fifty_times_at_once_and_after_a_restart_has_one_receipt(either: Server) -> None:
    form = a_form(QUESTIONNAIRE)
    answers = send_all(either, [form] * 50)
    assert {answer.status_code for answer in answers} == {200}
    (receipt,) = {receipt_in(answer.text) for answer in answers}
    assert receipt
    either.stop()
    either.start_again()
    assert receipt_in(send(either, form).text) == receipt
    assert count_stored(either, [form]) == {form["submission_id"]: 1}


def test_what_was_acknowledged_before_kill_9_is_stored_once_under_its_receipt(either: Server) -> None:
    forms = [a_form(QUESTIONNAIRE, comment=f"{COMMENT} {i}") for i in range(200)]
    acknowledged: Form = {}
    enough = threading.Event()

    def one(form: Form) -> None:
        with suppress(requests.RequestException):
            answer = send(either, form)
            assert answer.status_code == 200, answer.text
            acknowledged[form["submission_id"]] = receipt_in(answer.text)
            if len(acknowledged) >= 60:
                enough.set()

    with ThreadPoolExecutor(40) as phones:
        sent = [phones.submit(one, form) for form in forms]
        assert enough.wait(30)
        either.kill()
    assert [future.exception() for future in sent if future.exception()] == []
    assert 60 <= len(acknowledged) < 200, "the server was killed in the middle of its work"

    either.start_again()
    assert acknowledged.keys() <= count_stored(either, forms).keys()
    again = {form["submission_id"]: receipt_in(send(either, form).text) for form in forms}
    assert {key: again[key] for key in acknowledged} == acknowledged
    assert count_stored(either, forms) == dict.fromkeys(again, 1)
    assert all(opens(either, receipt) for receipt in acknowledged.values())


def test_a_quota_of_ten_stores_ten_of_forty_that_come_at_once_and_refuses_the_rest(either: Server) -> None:
    def open_small_desk(session: Session) -> int:
        campaign = fieldwork.campaign_by_key(session, "demo")
        collector = add_desk(session, campaign, text_of("Quầy nhỏ", "Small desk"), code="small")
        collector.quota = 10
        return collector.id

    database = Database(either.database_url)
    collector_id = database.write(open_small_desk)
    database.dispose()
    forms = [a_form(QUESTIONNAIRE) for _ in range(40)]
    answers = send_all(either, forms, "small")
    assert Counter(answer.status_code for answer in answers) == {200: 10, 409: 30}
    count = select(func.count()).where(ResponseRow.collector_id == collector_id)
    assert _read(either.database_url, lambda session: session.scalar(count)) == 10
    accepted = [(f, a) for f, a in zip(forms, answers, strict=True) if a.status_code == 200]
    assert all(receipt_in(send(either, f, "small").text) == receipt_in(a.text) for f, a in accepted)


def test_sigterm_answers_what_is_under_way_and_ends_with_exit_code_0(server: Server) -> None:
    form = a_form(QUESTIONNAIRE)
    with request_under_way(server, form) as (phone, body):
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: takes_nobody(server), "the worker to know that it has to end")
        phone.sendall(body)
        answer = b"".join(iter(lambda: phone.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 200 ")
    assert receipt_in(answer)
    assert server.process.wait(20) == 0
    assert count_stored(server, [form]) == {form["submission_id"]: 1}


@contextmanager
def request_under_way(server: Server, form: Form) -> Iterator[tuple[socket.socket, bytes]]:
    """A request the server has begun to answer, and the body it waits for."""
    body = urlencode(form).encode()
    head = (
        f"POST /s/demo/send HTTP/1.1\r\nHost: {urlsplit(server.address).netloc}\r\nExpect: 100-continue\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with server.connect() as phone:
        phone.sendall(head.encode())
        assert phone.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        yield phone, body


def takes_nobody(server: Server) -> bool:
    """Whether nobody can connect any more."""
    try:
        server.connect().close()
    except ConnectionRefusedError:
        return True
    return False


def test_the_weekly_summary_is_made_once_by_the_processes_that_serve(either: Server) -> None:
    assert either.stop() == 0

    def switch_on_two_weeks_ago(session: Session) -> None:
        campaign = fieldwork.campaign_by_key(session, "demo")
        two_weeks_ago = datetime.now(UTC) - timedelta(days=14)
        weekly.switch_on(session, campaign.id, "vi", ["lan@example.vn"], now=two_weeks_ago)

    database = Database(either.database_url)
    database.write(switch_on_two_weeks_ago)
    database.dispose()
    either.start_again()

    def load_keys() -> list[str]:
        query = select(WeeklySummary.state)
        return _read(either.database_url, lambda session: list(session.scalars(query)))

    wait_until(lambda: load_keys() == [SummaryState.DONE], "the summary to be made without being asked for")
    addresses = select(SummaryLetter.address)
    assert _read(either.database_url, lambda session: list(session.scalars(addresses))) == ["lan@example.vn"]


def test_a_body_that_is_too_large_is_refused_in_words(server: Server) -> None:
    form = a_form(QUESTIONNAIRE, comment="x" * 300_000)
    answer = requests.post(f"{server.address}/s/demo/send?lang=en", data=form, timeout=30)
    assert answer.status_code == 413
    assert "Too much was sent at once" in answer.text
    assert "The most that can be sent here is 256\u00a0kB. Shorten your text" in answer.text
    assert count_stored(server, [form]) == {}


def test_a_watcher_sees_that_the_server_lives_and_can_work(server: Server) -> None:
    for path in ("/healthz", "/readyz"):
        answer = requests.get(server.address + path, timeout=30)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_no_header_tells_the_version_of_anything(server: Server) -> None:
    for path in ("/", "/s/demo", "/healthz", "/static/office.css", "/nothing"):
        headers = requests.get(server.address + path, timeout=30).headers
        assert not re.search(r"\d", headers.get("Server", "")), headers
        assert not {"X-Powered-By", "Via"} & headers.keys()


def test_the_log_never_holds_an_address_an_answer_or_a_code(server: Server) -> None:
    form = a_form(QUESTIONNAIRE, comment=COMMENT)
    receipt = receipt_in(send(server, form).text)
    assert opens(server, receipt)
    requests.get(f"{server.address}/s/{receipt}?comment={COMMENT}", timeout=30)
    assert send(server, a_form(QUESTIONNAIRE, service_domain="made-up", comment=COMMENT)).status_code == 422
    for nonsense in not_quite_http(receipt):
        with server.connect() as stranger:
            stranger.sendall(nonsense)
            assert stranger.recv(1000).startswith((b"HTTP/1.0 4", b"HTTP/1.1 4"))
    assert server.stop() == 0
    lines = [json.loads(line) for line in server.log.splitlines() if "PUBLIC_URL is not set" not in line]
    assert "/s/<code>/send" in {line.get("route") for line in lines}
    for secret in ("127.0.0.1", COMMENT, COMMENT[-9:], receipt, form["submission_id"], "made-up", "/s/demo"):
        assert secret not in server.log, secret


def not_quite_http(secret: str) -> list[bytes]:
    """What scanners and broken phones send, with something secret where an error might quote it."""
    to_send = (
        "POST /s/demo/send HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    return [
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
        f"GET /{secret} HTTP/7\r\n\r\n".encode(),
        f"GET / HTTP/1.1\r\nHost: a\r\n{secret} : x\r\n\r\n".encode(),
        f"{to_send}comment={secret}\r\n".encode(),
    ]


def test_bin_serve_sets_up_once_and_prints_where_to_go(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "survey")
    first = printed_by_bin_serve(folder)
    address = first["Address"][0]
    assert first["Questionnaire"] == [f"{address}s/demo"]
    assert [sign_in.split()[0] for sign_in in first["Sign-in"]] == ["admin", "officer", "leader", "viewer"]
    assert all(len(sign_in.split()[1]) >= 12 for sign_in in first["Sign-in"])
    for name in ("secret_key", "demo-sign-ins.txt"):
        assert stat.S_IMODE((folder / "instance" / name).stat().st_mode) == 0o600
    secret, campaigns = secret_of(folder), forms_by_campaign(folder)
    assert len(campaigns) == 2

    second = printed_by_bin_serve(folder)
    assert second["Sign-in"] == first["Sign-in"]
    assert (secret_of(folder), forms_by_campaign(folder)) == (secret, campaigns)


def printed_by_bin_serve(folder: Path) -> dict[str, list[str]]:
    """What one start says, by its label."""
    port = str(free_port())
    environment = bare_environment() | {"PORT": port, "PYTHON": sys.executable}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(["bin/serve"], cwd=folder, env=environment, stdout=log, stderr=log)  # noqa: S607
    server = Server(folder, f"http://127.0.0.1:{port}", environment, process, {})
    try:
        server.wait_until_ready()
        assert requests.get(f"{server.address}/s/demo", timeout=30).status_code == 200
        assert server.stop() == 0
    finally:
        process.kill()
        process.wait()
    lines: dict[str, list[str]] = {}
    for line in server.log.splitlines():
        label, _, rest = line.partition(":")
        lines.setdefault(label, []).append(rest.strip())
    return lines


def secret_of(folder: Path) -> bytes:
    return (folder / "instance" / "secret_key").read_bytes()


def forms_by_campaign(folder: Path) -> dict[int, int]:
    forms = select(ResponseRow.campaign_id, func.count()).group_by(ResponseRow.campaign_id)
    return _read(
        f"sqlite:///{folder / 'instance' / 'survey.sqlite3'}", lambda s: dict(s.execute(forms).all())
    )
