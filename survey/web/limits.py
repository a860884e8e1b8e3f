"""Limits of failed attempts to sign in and to guess codes, and a brake on floods of forms.

A whole office, or the customers of a mobile carrier, share one address, so only failures are counted, and a
code too long to be guessed is served when it is right, whatever others at the address did. What is sent
through a link is counted too, but nothing is refused for good: beyond a number that no office reaches it has
to wait. Addresses are stored only in memory.
"""

import ipaddress
import logging
import math
import time
from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar, cast

from flask import Flask, Response, after_this_request, current_app, make_response, request
from flask.typing import ResponseReturnValue
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from survey.web.context import settings

WRONG_CODES = "30 per minute; 200 per hour"
WRONG_TOKENS = "30 per minute; 200 per hour"
MEMORY = "memory://"
_ALL_ADDRESSES = 10  # how many times as many forms may come from all addresses as from one
_IPV6_OF_A_CUSTOMER = 64  # bits; a customer has all the addresses under them
_IPV4_OF_A_NETWORK, _IPV6_OF_A_NETWORK = 24, 48
_REDIS_SECONDS, _REDIS_RETRY_SECONDS = 1, 15
log = logging.getLogger("survey.limits")
P = ParamSpec("P")
T = TypeVar("T")
View = Callable[P, ResponseReturnValue]


def init(app: Flask) -> None:
    """Count where the settings say: in this process, or in Redis for several machines."""
    app.extensions["failures"] = FailureCounter(app.config["RATELIMIT_STORAGE_URI"])


class FailureCounter:
    """Counts failures in Redis or in memory; in memory too while Redis does not answer."""

    def __init__(self, storage_uri: str) -> None:
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._shared: FixedWindowRateLimiter | None = None
        self._retry_at = 0.0
        if storage_uri != MEMORY:
            options = {"socket_timeout": _REDIS_SECONDS, "socket_connect_timeout": _REDIS_SECONDS}
            storage = storage_from_string(storage_uri, wrap_exceptions=True, **options)
            self._shared = FixedWindowRateLimiter(storage)

    def test(self, limit: RateLimitItem, *key: str) -> bool:
        """Whether another failure would be within the limit."""
        return self._ask(lambda limiter: limiter.test(limit, *key))

    def hit(self, limit: RateLimitItem, *key: str) -> bool:
        """Count a failure; whether it is within the limit."""
        return self._ask(lambda limiter: limiter.hit(limit, *key))

    def seconds_until_reset(self, limit: RateLimitItem, *key: str) -> int:
        """How long until failures are counted from zero again, at least 1."""
        reset_at = self._ask(lambda limiter: limiter.get_window_stats(limit, *key).reset_time)
        return max(1, math.ceil(reset_at - time.time()))

    def _ask(self, question: Callable[[FixedWindowRateLimiter], T]) -> T:
        if self._shared is not None and time.monotonic() >= self._retry_at:
            try:
                return question(self._shared)
            except StorageError as error:
                self._retry_at = time.monotonic() + _REDIS_RETRY_SECONDS
                log.warning(
                    "Redis does not answer (%s): for %s s failures are counted in this process only",
                    type(error.storage_error).__name__,
                    _REDIS_RETRY_SECONDS,
                )
        return question(self._own)


def _failures() -> FailureCounter:
    return cast(FailureCounter, current_app.extensions["failures"])


def visitor() -> str:
    """The address a request comes from."""
    return request.remote_addr or "nowhere"


def customer() -> str:
    """The address a request comes from; of an IPv6 address the part that one customer has."""
    return _prefix(32, _IPV6_OF_A_CUSTOMER)


def network() -> str:
    """The network that a request comes from, in which one provider can have many addresses."""
    return _prefix(_IPV4_OF_A_NETWORK, _IPV6_OF_A_NETWORK)


def _prefix(bits_of_ipv4: int, bits_of_ipv6: int) -> str:
    try:
        address = ipaddress.ip_address(visitor())
    except ValueError:
        return visitor()
    bits = bits_of_ipv4 if address.version == 4 else bits_of_ipv6
    return str(ipaddress.ip_network((address, bits), strict=False))


def seconds_to_wait(link_id: int) -> int | None:
    """The seconds to wait where too much was stored through a link; None where there is room.

    What this request stores is then counted, and what is refused is not: phones that try again and again
    while the store cannot be used do not use up what they may send.
    """
    per_minute = settings().forms_per_minute
    if not per_minute:
        return None
    counted = (
        (f"{per_minute} per minute", ("forms", str(link_id), customer())),
        (f"{_ALL_ADDRESSES * per_minute} per minute", ("forms", str(link_id))),
    )
    counter = _failures()
    for limits, key in counted:
        if not all(counter.test(limit, *key) for limit in _parse_limits(limits)):
            log.warning("more than %s forms through link %s: they have to wait", limits, link_id)
            return _seconds_until_over(limits, key)

    @after_this_request
    def count(response: Response) -> Response:
        if response.status_code < 400:
            for limits, key in counted:
                count_failure(limits, key)
        return response

    return None


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


def limit_guesses(*, status: int) -> Callable[[View[P]], View[P]]:
    """Declare that a page may answer `status`, a wrong code, as often as `WRONG_CODES` says; then 429.

    A right code is always served: for codes of so many bits that guessing finds none.
    """

    def declare(view: View[P]) -> View[P]:
        @wraps(view)
        def view_with_limit(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            @after_this_request
            def refuse_another(response: Response) -> Response:
                key = (view.__module__, view.__qualname__, visitor())
                if response.status_code != status or count_failure(WRONG_CODES, key):
                    return response
                return make_response(current_app.handle_user_exception(_too_many(WRONG_CODES, key)))

            return view(*args, **kwargs)

        return view_with_limit

    return declare


def count_failure(limits: str, key: tuple[str, ...]) -> bool:
    """Count a failure; whether it is still within all the limits."""
    counter, is_within = _failures(), True
    for limit in _parse_limits(limits):
        is_within &= counter.hit(limit, *key)
    return is_within


def refuse_over(limits: str, key: tuple[str, ...]) -> None:
    """Raise TooManyRequests where one of the limits was reached."""
    counter = _failures()
    if not all(counter.test(limit, *key) for limit in _parse_limits(limits)):
        raise _too_many(limits, key)


def refuse_after_failures(limits: str, *, status: int, key: tuple[str, ...]) -> None:
    """The same as `limit_failures` before a page runs: 429 after too many failures, else count this one."""
    refuse_over(limits, key)

    @after_this_request
    def count(response: Response) -> Response:
        if response.status_code == status:
            count_failure(limits, key)
        return response


def _too_many(limits: str, key: tuple[str, ...]) -> TooManyRequests:
    return TooManyRequests(retry_after=_seconds_until_over(limits, key))


def _seconds_until_over(limits: str, key: tuple[str, ...]) -> int:
    """The seconds until all the limits that were reached are over."""
    counter = _failures()
    reached = [limit for limit in _parse_limits(limits) if not counter.test(limit, *key)]
    return max((counter.seconds_until_reset(limit, *key) for limit in reached), default=1)


@cache
def _parse_limits(limits: str) -> list[RateLimitItem]:
    return parse_many(limits)
