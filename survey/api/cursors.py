"""Where a page of responses ended, as a text that only this office can make and only its token can use.

It holds the place in the keyed order, which says nothing of who came when, and the weights of the first page,
so that those of all pages belong together. A form that comes in between two pages may fall before the place
and is then not seen; none is seen twice and none that was there is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from survey.web.problems import Problem

_HELD = timedelta(days=1)
_SALT = "cursor of responses"


@dataclass(frozen=True)
class Cursor:
    """The end of a page: the place of its last form, and what a form of each group stands for."""

    place: int
    weights: Mapping[str, float]


@dataclass(frozen=True)
class Holder:
    """Whose cursor it is: of a campaign, for a token."""

    campaign_key: str
    token_id: int


def made(cursor: Cursor, holder: Holder, *, today: date, secret_keys: Sequence[str]) -> str:
    """The text for the page after. It is the same all day, so a page that did not change is answered 304."""
    said = [holder.campaign_key, holder.token_id, today.isoformat(), cursor.place, dict(cursor.weights)]
    return str(_serializer(secret_keys).dumps(said))


def read(text: str, holder: Holder, *, today: date, secret_keys: Sequence[str]) -> Cursor:
    """What a text says; 422 when it is somebody else's or was made before yesterday."""
    try:
        campaign_key, token_id, day, place, weights = _serializer(secret_keys).loads(text)
    except BadSignature as error:
        raise _refused("was not made here") from error
    if Holder(campaign_key, token_id) != holder:
        raise _refused("belongs to another campaign or token")
    if date.fromisoformat(day) < today - _HELD:
        raise _refused(f"is of {day} and held until the end of the next day")
    return Cursor(place, weights)


def _serializer(secret_keys: Sequence[str]) -> URLSafeSerializer:
    return URLSafeSerializer(list(reversed(secret_keys)), salt=_SALT)  # the newest key is the last


def _refused(why: str) -> Problem:
    detail = f"The parameter cursor {why}; begin again without it and follow `next` of each page"
    return Problem(422, "A parameter cannot be used", detail)
