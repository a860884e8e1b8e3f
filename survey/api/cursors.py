"""Cursors: the end of a page of responses as a signed text, which only its token can use.

A cursor holds the position in the keyed order, which does not show who came when, and the weights of the
first page, so that all pages have the same weights. A form that comes in between two pages may get an earlier
position and is then missed. No form is repeated, and none that was there before is missed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from survey.web.problems import Problem

_VALID_FOR = timedelta(days=1)
_SALT = "cursor of responses"


@dataclass(frozen=True)
class Cursor:
    """The position of the last form of a page, and the weight of a form of each group."""

    position: int
    weights: Mapping[str, float]


@dataclass(frozen=True)
class CursorScope:
    """The campaign and the token that a cursor is valid for."""

    campaign_key: str
    token_id: int


def encode(cursor: Cursor, scope: CursorScope, *, today: date, secret_keys: Sequence[str]) -> str:
    """The cursor as a text. It is the same all day, so an unchanged page is answered with 304."""
    content = [scope.campaign_key, scope.token_id, today.isoformat(), cursor.position, dict(cursor.weights)]
    return str(_serializer(secret_keys).dumps(content))


def decode(text: str, scope: CursorScope, *, today: date, secret_keys: Sequence[str]) -> Cursor:
    """The cursor of a text; a Problem when it has another scope or is from before yesterday."""
    try:
        campaign_key, token_id, day, position, weights = _serializer(secret_keys).loads(text)
    except BadSignature as error:
        raise _problem("was not made here") from error
    if CursorScope(campaign_key, token_id) != scope:
        raise _problem("belongs to another campaign or token")
    if date.fromisoformat(day) < today - _VALID_FOR:
        raise _problem(f"is of {day} and held until the end of the next day")
    return Cursor(position, weights)


def _serializer(secret_keys: Sequence[str]) -> URLSafeSerializer:
    return URLSafeSerializer(list(reversed(secret_keys)), salt=_SALT)  # the newest key is the last


def _problem(why: str) -> Problem:
    detail = f"The parameter cursor {why}; begin again without it and follow `next` of each page"
    return Problem(422, "A parameter cannot be used", detail)
