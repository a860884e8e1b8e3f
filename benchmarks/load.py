"""A closed loop of phones: each sends its next request when it has the answer to the last.

One process of its own with one thread, raw connections that are kept alive, requests made of bytes prepared
before: some 20 µs of work a request, so the server is what is measured. `Load.client_busy` shows it.
"""

import re
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from statistics import quantiles
from urllib.parse import urlsplit
from uuid import uuid4

from benchmarks.serving import Served

ID_MARK = b"@SUBMISSION@".center(36, b"@")
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """A request as bytes, ID_MARK standing for a new id, and what its answer must hold."""

    message: bytes
    must_hold: re.Pattern[bytes]

    def fresh(self) -> bytes:
        """The request with an id of its own."""
        return self.message.replace(ID_MARK, str(uuid4()).encode())


@dataclass(frozen=True)
class Load:
    """What a loop saw. Busy is a share of one core, `p50` and `p99` are milliseconds."""

    per_second: float
    p50: float
    p99: float
    client_busy: float
    server_busy: float


class _Phone:
    """One connection and the request under way on it."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = b""
        self.sent_at = 0.0

    def send(self, request: Request) -> None:
        self.answer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request.fresh())

    def has_all(self) -> bool:
        """Read what is there; whether the answer is complete."""
        received = self.socket.recv(262144)
        if not received:
            raise ConnectionError(f"closed after {self.answer[:200]!r}")
        self.answer += received
        head, separator, body = self.answer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        return bool(separator and length and len(body) >= int(length[1]))


def _loop(
    address: tuple[str, int], request: Request, phones: int, seconds: float
) -> tuple[list[float], float]:
    """The latencies of a loop, in seconds, and the processor time it took the client."""
    ready = selectors.DefaultSelector()
    for _ in range(phones):
        phone = _Phone(address)
        ready.register(phone.socket, selectors.EVENT_READ, phone)
        phone.send(request)
    latencies: list[float] = []
    before, end = time.process_time(), time.perf_counter() + seconds
    while time.perf_counter() < end:
        for key, _ in ready.select(1):
            phone = key.data
            if not phone.has_all():
                continue
            latencies.append(time.perf_counter() - phone.sent_at)
            if not phone.answer.startswith(b"HTTP/1.1 200") or not request.must_hold.search(phone.answer):
                raise ValueError(f"not the answer expected: {phone.answer[:500]!r}")
            phone.send(request)
    busy = time.process_time() - before
    for key in list(ready.get_map().values()):
        key.data.socket.close()
    return latencies, busy


def load(server: Served, request: Request, *, phones: int, seconds: float) -> Load:
    """What `phones` see that send the request for some seconds; a fifth of that before warms up."""
    url = urlsplit(server.address)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as client:
        loop = partial(_loop, (str(url.hostname), int(url.port or 0)), request, phones)
        client.submit(loop, seconds / 5).result()
        before = server.cpu_seconds()
        latencies, client_cpu = client.submit(loop, seconds).result()
        server_cpu = server.cpu_seconds() - before
    percentiles = [1000 * value for value in quantiles(latencies, n=100)]
    return Load(
        len(latencies) / seconds, percentiles[49], percentiles[98], client_cpu / seconds, server_cpu / seconds
    )


@dataclass(frozen=True)
class Pair:
    """One run of each, one right after the other."""

    product: Load
    ceiling: Load

    def ratio(self, figure: Callable[[Load], float]) -> float:
        """The product's figure to the yardstick's."""
        return figure(self.product) / figure(self.ceiling)


def post(path: str, body: bytes, content_type: str) -> bytes:
    """A POST as a browser sends it."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{_BROWSER}Content-Type: {content_type}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def get(path: str) -> bytes:
    """A GET as a browser sends it."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{_BROWSER}\r\n".encode()


_BROWSER = (
    "User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
    "Mobile Safari/537.36\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: vi-VN,vi;q=0.9,en;q=0.8\r\nAccept-Encoding: gzip, deflate\r\n"
)
