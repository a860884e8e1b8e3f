"""The product in trouble: a database that another program locks, and clients that send a byte at a time.

Each figure stands beside that of the same server without the trouble.
"""

import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlsplit
from uuid import uuid4

import requests

from benchmarks.load import Load, load
from benchmarks.serving import PRODUCT, Served, serve
from benchmarks.tables import machine
from benchmarks.web import pages
from survey.store import questionnaires
from tests.builders import a_form, receipt_in

SENDERS, READERS, SLOW_CLIENTS = 24, 4, 50
_BYTE_EVERY_SECONDS = 3.0
_LONGEST_ANSWER = 60.0
_ATTEMPTS = 5  # to send a form again that waits; a phone goes on for days
_SLOW_REQUEST = b"POST /s/demo/send HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n" + b"a" * 9000


@dataclass
class Sends:
    """What the senders saw: seconds until an answer, forms with a receipt, and forms to send again."""

    answered_after: list[float] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    refused: dict[str, dict[str, str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, server: Served, form: dict[str, str]) -> None:
        """Send a form, and remember what became of it."""
        started = time.perf_counter()
        answer = requests.post(f"{server.address}/s/demo/send", data=form, timeout=_LONGEST_ANSWER)
        seconds, receipt = time.perf_counter() - started, receipt_in(answer.text)
        with self.lock:
            self.answered_after.append(seconds)
            if receipt:
                self.receipts[form["submission_id"]] = receipt
                self.refused.pop(form["submission_id"], None)
            else:
                self.refused[form["submission_id"]] = form


@dataclass(frozen=True)
class Locked:
    """Pages and submissions while the database was locked, and what became of the forms afterwards."""

    seconds: float
    calm: Load
    pages: Load
    n_sent: int
    longest_answer: float
    n_refused: int
    n_lost: int
    n_twice: int


def while_locked(server: Served, seconds: float) -> Locked:
    """Lock the database for some seconds while forms are sent and pages are read; then send again."""
    page, sends, form = pages()[0], Sends(), a_form(questionnaires.load_shipped())
    calm = load(server, page, phones=READERS, seconds=seconds / 4)
    end = threading.Event()

    def go_on_sending() -> None:
        while not end.is_set():
            sends.send(server, {**form, "submission_id": str(uuid4())})

    senders = [threading.Thread(target=go_on_sending) for _ in range(SENDERS)]
    with _lock_file(server):
        for sender in senders:
            sender.start()
        during = load(server, page, phones=READERS, seconds=seconds * 5 / 6)  # and a sixth to warm up
        end.set()
        for sender in senders:
            sender.join()
    n_sent, longest, n_refused = len(sends.answered_after), max(sends.answered_after), len(sends.refused)
    for _attempt in range(_ATTEMPTS):
        for waiting in list(sends.refused.values()):
            sends.send(server, waiting)
    n_lost, n_twice = _compare(server, sends)
    return Locked(seconds, calm, during, n_sent, longest, n_refused, n_lost, n_twice)


@contextmanager
def _lock_file(server: Served) -> Iterator[None]:
    connection = sqlite3.connect(server.folder / "survey.sqlite3", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def _compare(server: Served, sends: Sends) -> tuple[int, int]:
    """The forms with a receipt that are not stored, and those that are stored twice."""
    connection = sqlite3.connect(server.folder / "survey.sqlite3")
    stored = [row[0] for row in connection.execute("SELECT submission_id FROM response")]
    connection.close()
    n_lost = len((set(sends.receipts) | set(sends.refused)) - set(stored))
    return n_lost, len(stored) - len(set(stored))


def beside_slow_clients(server: Served, rounds: int, seconds: float) -> list[tuple[Load, Load]]:
    """Pages alone and beside clients that send a byte every few seconds, in turn."""
    page, pairs = pages()[0], []
    for _ in range(rounds):
        calm = load(server, page, phones=READERS, seconds=seconds)
        with _slow_clients(server):
            pairs.append((calm, load(server, page, phones=READERS, seconds=seconds)))
    return pairs


@contextmanager
def _slow_clients(server: Served) -> Iterator[None]:
    url, end = urlsplit(server.address), threading.Event()
    address = (str(url.hostname), int(url.port or 0))

    def trickle() -> None:
        while not end.is_set():  # the server cuts off who takes too long
            with suppress(OSError), socket.create_connection(address) as client:
                for byte in _SLOW_REQUEST:
                    client.sendall(bytes([byte]))
                    if end.wait(_BYTE_EVERY_SECONDS):
                        break

    clients = [threading.Thread(target=trickle) for _ in range(SLOW_CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield
    finally:
        end.set()
        for client in clients:
            client.join()


def table(rounds: int, locked_seconds: float = 60.0) -> str:
    """Measure, and the table of docs/performance.md."""
    with serve(PRODUCT) as server:
        pairs = beside_slow_clients(server, rounds, 5)
        locked = while_locked(server, locked_seconds)
    calm, slow = median(a.p99 for a, _b in pairs), median(b.p99 for _a, b in pairs)
    ratio = median(b.p99 / a.p99 for a, b in pairs)
    before, during = locked.calm.p99, locked.pages.p99
    rows = (
        (
            f"99th percentile of a page beside {SLOW_CLIENTS} clients that send a byte every "
            f"{_BYTE_EVERY_SECONDS:g} s, ms",
            *(f"{slow:.0f}", f"{calm:.0f}", f"{ratio:.2f}", "≤ 1.2"),
        ),
        (
            f"the same while the database is locked for {locked.seconds:g} s under {SENDERS} senders, ms",
            *(f"{during:.0f}", f"{before:.0f}", f"{during / before:.2f}", "< 1,000 ms"),
        ),
        ("longest wait for an answer to a form, s", f"{locked.longest_answer:.1f}", "", "", "≤ 5"),
        ("forms answered", f"{locked.n_sent:,}", "", "", ""),
        ("of these told to send again", f"{locked.n_refused:,}", "", "", ""),
        ("forms lost, after they were sent again", f"{locked.n_lost}", "", "", "0"),
        ("forms stored twice", f"{locked.n_twice}", "", "", "0"),
    )
    head = (f"{machine()}. SQLite, {READERS} readers of the questionnaire.", "")
    lines = ("| | with | without | ratio | aim |", "|---|---:|---:|---:|---|")
    return "\n".join((*head, *lines, *(f"| {' | '.join(row)} |" for row in rows)))
