"""Requests that the server did not read: too large, or not in order. The application says so in its words."""

from flask import Flask, abort, request

UNREAD_STATUS = "survey.unread_status"  # in the environment of a request: the status to answer, or None


def init(app: Flask) -> None:
    """Answer such a request before anything looks at it: 400, 413, 431 or 501."""
    app.before_request(_refuse_unread)


def _refuse_unread() -> None:
    status = request.environ.get(UNREAD_STATUS)
    if status is not None:
        abort(int(status))
