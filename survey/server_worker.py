"""A worker of gunicorn that reads whole requests with waitress before a thread works on them.

A client that sends or reads slowly waits in waitress's one loop and holds no thread, so any number of them
leaves the others alone. gunicorn keeps the processes: sockets, signals, restarts.
"""

import logging
import os
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

READ_SECONDS = 30  # from the first byte of a request to its last
_LOOK_SECONDS = 1.0
Channels = dict[int, Any]  # what waitress keeps by descriptor: servers, connections, triggers
_MAX_CONNECTIONS = 2000
_MAX_HEADER_BYTES = 16 * 1024
_MAX_BODY_BYTES = 8 * 1024 * 1024  # the pages refuse more than they take in words; this is for what is absurd


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
        if isinstance(channel, HTTPChannel) and channel.request is not None:
            started = channel.request.__dict__.setdefault("started", now)
            channel.will_close |= now - started > READ_SECONDS


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
