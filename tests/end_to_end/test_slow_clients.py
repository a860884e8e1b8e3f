"""Clients that send slowly: they wait, and nobody else does."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from socket import socket
from threading import Event, Thread

import pytest
import requests

from survey.server_worker import MIN_BYTES_PER_SECOND, READ_SECONDS
from tests.end_to_end.server import Server, wait_until

pytestmark = pytest.mark.server
SLOW_CLIENTS = 50  # three times the threads of the server
HEAD = b"POST /s/demo/send HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
PATIENCE_SECONDS = 5


@contextmanager
def slow_clients(server: Server, head: bytes) -> Iterator[list[socket]]:
    """Connections that send the head and then a byte at a time."""
    stop = Event()
    with ExitStack() as stack:
        phones = [stack.enter_context(server.connect()) for _ in range(SLOW_CLIENTS)]
        for phone in phones:
            phone.sendall(head)

        def drip() -> None:
            while not stop.wait(1):
                for phone in phones:
                    with suppress(OSError):
                        phone.sendall(b"a")

        dripping = Thread(target=drip)
        dripping.start()
        yield phones
        stop.set()
        dripping.join()


@pytest.mark.parametrize("head", [HEAD, HEAD[:30]], ids=["body", "head"])
def test_slow_clients_hold_up_nobody(server: Server, head: bytes) -> None:
    with slow_clients(server, head):
        for path in ("/healthz", "/readyz", "/s/demo", "/office/sign-in"):
            assert requests.get(server.address + path, timeout=PATIENCE_SECONDS).status_code == 200


@pytest.mark.slow
def test_a_request_that_never_ends_is_closed(server: Server) -> None:
    begun = time.monotonic()
    with slow_clients(server, HEAD) as phones:
        wait_until(
            lambda: all(is_closed(phone) for phone in phones), "the server to close", READ_SECONDS + 15
        )
    assert time.monotonic() - begun > READ_SECONDS - 5, "a slow phone has its time"


@pytest.mark.slow
def test_a_body_that_comes_in_slowly_but_steadily_is_read_to_its_end(server: Server) -> None:
    body = b"consent=agree&comment=" + b"x" * 240_000
    head = b"POST /s/demo/send HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    pieces = READ_SECONDS + 8  # seconds, of more than MIN_BYTES_PER_SECOND each
    with server.connect() as phone:
        phone.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body))
        for i in range(pieces):
            phone.sendall(body[i * len(body) // pieces : (i + 1) * len(body) // pieces])
            time.sleep(1)
        assert len(body) / pieces > MIN_BYTES_PER_SECOND
        assert phone.recv(100).startswith(b"HTTP/1.1 422 ")


def is_closed(phone: socket) -> bool:
    phone.settimeout(0.01)
    try:
        return phone.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True
