"""A worker of gunicorn that reads whole requests with waitress before a thread works on them.

A client that sends or reads slowly waits in waitress's one loop and holds no thread, so any number of them
leaves the others alone. gunicorn keeps the processes: sockets, signals, restarts.

A request that is not read, because it is too large or not in order, is answered by the application in its own
words (`survey/web/unread.py`), and its connection is closed only when the client has read the answer.
"""

import logging
import os
import socket
import time
from contextlib import suppress
from typing import Any, cast

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server
from waitress.task import WSGITask

from survey.web.unread import UNREAD_STATUS

READ_SECONDS = 30  # for the head of a request, and for a body beyond what MIN_BYTES_PER_SECOND allows it
MIN_BYTES_PER_SECOND = 4096  # of a body: half of what the slowest mobile networks carry
LINGER_SECONDS = 30  # how long the rest of a refused request is read and thrown away
_LOOK_SECONDS = 1.0
Channels = dict[int, Any]  # what waitress keeps by descriptor: servers, connections, triggers
_MAX_CONNECTIONS = 2000
_MAX_HEADER_BYTES = 16 * 1024
_MAX_BODY_BYTES = 8 * 1024 * 1024  # the pages refuse more than they take in words; this is for what is absurd
_LINE_BREAK = b"\r\n"


class WholeRequest(HTTPRequestParser):
    """A request as it comes in. One that is refused keeps its first line and loses its body."""

    unread_status: int | None = None

    def received(self, data: bytes) -> int:
        """Take bytes; how many of them belong to this request. All that follows a refused one does."""
        first_line = (self.header_plus + data).lstrip().partition(_LINE_BREAK)[0]
        consumed = super().received(data)
        if self.error is None:
            return consumed
        self._refuse(self.error.code, first_line)
        return len(data)

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head; refuse one that gives its body two lengths (RFC 9112, section 6.3)."""
        super().parse_header(header_plus)
        # HTTP/1.0 has no Transfer-Encoding, and waitress leaves it among the headers there.
        if (self.chunked and "CONTENT_LENGTH" in self.headers) or "TRANSFER_ENCODING" in self.headers:
            raise ParsingError("the length of the body is not clear")

    def _refuse(self, status: int, first_line: bytes) -> None:
        """Make this a request without a body, to be answered with a status."""
        self.close()
        self.unread_status, self.error, self.body_rcv = status, None, None
        self.expect_continue = False
        of_body = ("CONTENT_LENGTH", "TRANSFER_ENCODING")
        self.headers = {name: value for name, value in self.headers.items() if name not in of_body}
        if self.header_bytes_received >= _MAX_HEADER_BYTES or not hasattr(self, "path"):
            self._parse_first_line(first_line)

    def _parse_first_line(self, first_line: bytes) -> None:
        """Read what is asked for where the head is not read, so that the answer is in its language."""
        for line in (first_line, b"GET / HTTP/1.0"):
            with suppress(ParsingError):
                super().parse_header(line + _LINE_BREAK)
                return


class WholeRequestTask(WSGITask):
    """Has the application answer a request, also one that was not read; then the connection ends."""

    def execute(self) -> None:
        """Answer, and let the channel linger after a refusal."""
        request: Any = self.request
        if request.unread_status is not None:
            channel: Any = self.channel
            channel.is_lingering_at_end = True
            self.set_close_on_finish()
        super().execute()

    def get_environment(self) -> dict[str, Any]:
        """The environment, with the status of a request that was not read."""
        request: Any = self.request
        return super().get_environment() | {UNREAD_STATUS: request.unread_status}


class LingeringChannel(HTTPChannel):
    """A connection. One that still sends after a refusal is read to its end before it is closed.

    Closing at once would reset it, and the client would lose the answer (RFC 9112, section 9.6).
    """

    task_class = WholeRequestTask
    parser_class = WholeRequest
    is_lingering_at_end = False
    linger_until: float | None = None

    def readable(self) -> bool:
        """Whether to read: what is thrown away, too."""
        return self.linger_until is not None or bool(super().readable())

    def handle_read(self) -> None:
        """Read a piece of a request, or throw away what follows a refused one."""
        if self.linger_until is None:
            super().handle_read()
        elif self.recv(self.adj.recv_bytes):
            self.last_activity = time.time()

    def handle_close(self) -> None:
        """End the sending side after a refusal; close the connection at the second call, or without one."""
        is_first_call = self.linger_until is None and self.connected and self.socket is not None
        if self.is_lingering_at_end and is_first_call:
            with suppress(OSError):
                cast(socket.socket, self.socket).shutdown(socket.SHUT_WR)
                self.linger_until = time.monotonic() + LINGER_SECONDS
                self.will_close = self.close_when_flushed = False
                return
        super().handle_close()

    def close_if_slow(self, now: float) -> None:
        """Close it where a request, or what follows a refused one, has been coming in for too long."""
        if self.linger_until is not None:
            self.will_close |= now > self.linger_until
        elif self.request is not None:
            started = self.request.__dict__.setdefault("started", now)
            seconds = READ_SECONDS + self.request.body_bytes_received / MIN_BYTES_PER_SECOND
            self.will_close |= now - started > seconds


class WholeRequestWorker(Worker):  # type: ignore[misc] # gunicorn has no types
    """Serves the application from waitress's loop and threads."""

    def run(self) -> None:
        """Serve until told to stop, then answer the requests under way."""
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it tells of every request that waits
        channels: Channels = {}
        server = create_server(
            self.wsgi,
            map=channels,
            sockets=[listener.sock for listener in self.sockets],
            threads=self.cfg.threads,
            channel_timeout=self.cfg.keepalive,
            cleanup_interval=_LOOK_SECONDS,
            connection_limit=_MAX_CONNECTIONS,
            max_request_header_size=_MAX_HEADER_BYTES,
            max_request_body_size=_MAX_BODY_BYTES,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=False,  # TRUSTED_PROXIES decides, in the application
            ident=None,
            log_socket_errors=False,
        )
        for channel in channels.values():
            if isinstance(channel, BaseWSGIServer):
                channel.channel_class = LingeringChannel
        next_look = 0.0
        while self.alive and self.ppid == os.getppid():
            wasyncore.loop(timeout=_LOOK_SECONDS, map=channels, use_poll=True, count=1)
            if time.monotonic() >= next_look:  # the loop turns for each event, not each second
                next_look = time.monotonic() + _LOOK_SECONDS
                self.notify()
                _close_slow_requests(channels)
        _finish(server, channels, time.monotonic() + self.cfg.graceful_timeout)


def _close_slow_requests(channels: Channels) -> None:
    """Close the connections whose request has been coming in for too long."""
    now = time.monotonic()
    for channel in list(channels.values()):
        if isinstance(channel, LingeringChannel):
            channel.close_if_slow(now)


def _finish(server: BaseWSGIServer | MultiSocketServer, channels: Channels, deadline: float) -> None:
    """Take no more connections; answer the requests that have begun to come in."""
    for channel in list(channels.values()):
        if isinstance(channel, BaseWSGIServer):
            wasyncore.dispatcher.close(channel)  # the socket; its trigger still wakes the loop
    while time.monotonic() < deadline and any(_is_busy(channel) for channel in channels.values()):
        wasyncore.loop(timeout=0.1, map=channels, use_poll=True, count=1)
    server.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
    wasyncore.close_all(channels)


def _is_busy(channel: Any) -> bool:
    return isinstance(channel, HTTPChannel) and bool(
        channel.request or channel.requests or channel.total_outbufs_len
    )
