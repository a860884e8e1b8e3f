"""Which browsers somebody signed in with before, so that guesses of others do not shut them out there.

A browser gets a signed cookie when somebody signs in. It has no name of a person: for each sign-in name a
hash that nobody without the secret can make, with a random number that its wrong passwords are counted under.
It gives no access. (OWASP: "Slow Down Online Guessing Attacks with Device Cookies")
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta

from flask import Response, after_this_request, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from survey.web.context import settings

KNOWN_FOR = timedelta(days=180)
_NAMES_LIMIT = 8  # officials who share a computer
_PATH = "/office"  # citizens' pages never get it


def known_device(username: str) -> str | None:
    """The number of this browser for a sign-in name; None where nobody signed in with that name here."""
    return _numbers_in_cookie().get(name_digest(username))


def remember_device(username: str) -> None:
    """Let the response store that somebody signed in with this name here."""
    digest, numbers = name_digest(username), dict(_numbers_in_cookie())
    number = numbers.pop(digest, None) or secrets.token_urlsafe(12)
    newest = dict([*numbers.items(), (digest, number)][-_NAMES_LIMIT:])

    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(
            _cookie_name(),
            _serializer().dumps(newest),
            max_age=KNOWN_FOR,
            path=_PATH,
            secure=settings().https_only,
            httponly=True,
            samesite="Lax",
        )
        return response


def name_digest(username: str) -> str:
    """What stands for a sign-in name where failures are counted: what was typed may be a password."""
    key = settings().secret_keys[0].encode()
    return hmac.new(key, b"sign-in name:" + username.strip().lower().encode(), hashlib.sha256).hexdigest()[
        :32
    ]


def _numbers_in_cookie() -> Mapping[str, str]:
    cookie = request.cookies.get(_cookie_name(), "")
    try:
        numbers = _serializer().loads(cookie, max_age=int(KNOWN_FOR.total_seconds()))
    except BadSignature:  # none, expired, forged, or of a secret that was replaced
        return {}
    return numbers if isinstance(numbers, dict) else {}


def _cookie_name() -> str:
    return "__Secure-office-device" if settings().https_only else "office-device"


def _serializer() -> URLSafeTimedSerializer:
    oldest_first = list(reversed(settings().secret_keys))
    return URLSafeTimedSerializer(oldest_first, salt="office device")
