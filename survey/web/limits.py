"""Limits of failed attempts to sign in and to guess codes. Sending answers is never limited.

A whole office shares one address, so only failures are counted. Addresses are stored only in memory.
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec

from flask import Flask, Response, abort, after_this_request, current_app, request
from flask.typing import ResponseReturnValue
from limits import RateLimitItem, parse_many
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

FAILED_SIGN_INS = "20 per minute; 100 per hour"
FAILED_SIGN_INS_OF_ONE_NAME = "5 per minute; 30 per hour"
WRONG_CODES = "30 per minute; 200 per hour"
WRONG_TOKENS = "30 per minute; 200 per hour"
P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def init(app: Flask) -> None:
    """Count where the settings say: in this process, or in Redis for several machines."""
    app.extensions["failures"] = FixedWindowRateLimiter(
        storage_from_string(app.config["RATELIMIT_STORAGE_URI"])
    )


def visitor() -> str:
    """The address a request comes from."""
    return request.remote_addr or "nowhere"


def limit_failures(
    limits: str, *, status: int, of: Callable[[], str] = visitor
) -> Callable[[View[P]], View[P]]:
    """Declare how often a page may answer with `status`, which means a failure, before it answers 429.

    Failures are counted for each value of `of`. Over the limit every request is refused, so the answer does
    not show whether this attempt would have succeeded.
    """

    def declare(view: View[P]) -> View[P]:
        @wraps(view)
        def view_with_limit(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            refuse_after_failures(limits, status=status, key=(view.__module__, view.__qualname__, of()))
            return view(*args, **kwargs)

        return view_with_limit

    return declare


def refuse_after_failures(limits: str, *, status: int, key: tuple[str, ...]) -> None:
    """The same before a page runs: answer 429 after too many failures, else count this one."""
    counter: FixedWindowRateLimiter = current_app.extensions["failures"]
    parsed_limits = _parse_limits(limits)
    if not all(counter.test(limit, *key) for limit in parsed_limits):
        abort(429)

    @after_this_request
    def count(response: Response) -> Response:
        if response.status_code == status:
            for limit in parsed_limits:
                counter.hit(limit, *key)
        return response


@cache
def _parse_limits(limits: str) -> list[RateLimitItem]:
    return parse_many(limits)
