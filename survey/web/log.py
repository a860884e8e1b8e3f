"""Structured logs: one JSON line an event. They never hold an address, an answer, a name or a code."""

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime

from flask import Flask, Response, g, request

_to_json = json.JSONEncoder(ensure_ascii=False).encode
_FIELDS = ("method", "route", "status", "ms", "error")
requests = logging.getLogger("survey.requests")


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, and the fields the record carries."""
        time_text = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "at": time_text,
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: vars(record)[name] for name in _FIELDS if name in vars(record)}
        if record.exc_info:
            line["trace"] = "\n".join(_traces(record.exc_info[1]))
        return _to_json(line)


def _traces(error: BaseException | None) -> list[str]:
    """The traceback and class of an exception, after those of its cause.

    The message is left out: that of a database or a parser may quote what somebody sent.
    """
    if error is None:
        return []
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return [*_traces(cause), "".join(traceback.format_tb(error.__traceback__)) + kind]


def init(app: Flask) -> None:
    """Log every request by its route: the pattern, not the path, which may hold a code."""
    parent = logging.getLogger("survey")
    if not parent.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonFormatter())
        parent.addHandler(handler)
        parent.setLevel(logging.INFO)
        parent.propagate = False
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    if request.endpoint not in ("static", "metrics.healthz", "metrics.readyz"):
        requests.info(
            "request",
            extra={
                "method": request.method,
                "route": request.url_rule.rule if request.url_rule else "unknown",
                "status": response.status_code,
                "ms": round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else None,
            },
        )
    return response
