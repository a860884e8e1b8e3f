"""Where a page of responses ended, as a text that only this office can make and only its token can use.

It holds the place in the keyed order, which says nothing of who came when. A form that comes in between two
pages may fall before the place and is then not seen; none is seen twice and none that was there is left out.
"""

from collections.abc import Sequence

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from survey.web.problems import Problem

_HOURS = 24
_SALT = "cursor of responses"


def made(campaign_key: str, token_id: int, place: int, *, secret_keys: Sequence[str]) -> str:
    """The text for the page after a place."""
    return str(_serializer(secret_keys).dumps([campaign_key, token_id, place]))


def read(cursor: str, campaign_key: str, token_id: int, *, secret_keys: Sequence[str]) -> int:
    """The place a text says; 422 when it is of another campaign or token, or too old."""
    try:
        of_campaign, of_token, place = _serializer(secret_keys).loads(cursor, max_age=_HOURS * 3600)
    except SignatureExpired as error:
        raise _refused(f"is older than {_HOURS} hours") from error
    except BadSignature as error:
        raise _refused("was not made here") from error
    if (of_campaign, of_token) != (campaign_key, token_id):
        raise _refused("belongs to another campaign or token")
    return int(place)


def _serializer(secret_keys: Sequence[str]) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(list(reversed(secret_keys)), salt=_SALT)  # the newest key is the last


def _refused(why: str) -> Problem:
    detail = f"The parameter cursor {why}; begin again without it and follow `next` of each page"
    return Problem(422, "A parameter cannot be used", detail)
