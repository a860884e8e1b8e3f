"""Links that let a reader without an account see a result until a day; signed, and ended all at once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from survey.web.errors import Refusal, RefusalKind

DAYS_OFFERED = (1, 7, 30, 90)
_SALT = "shared-results"


class UnknownLinkError(Refusal):
    """A link this office did not make, or that was changed on its way."""

    kind = RefusalKind.MISSING
    title = "This link does not lead to a result"
    advice = "Check that the whole link was copied, or ask the office for another one."


class ExpiredLinkError(Refusal):
    """A link whose time is over or that the office ended."""

    kind = RefusalKind.CLOSED
    title = "This link is no longer valid"
    advice = "Ask the office for another one."


@dataclass(frozen=True)
class SharedLink:
    """What a link says: which campaign, until when, under which key of the campaign it was made."""

    campaign_key: str
    until: datetime
    share_key: str


def new_share_key() -> str:
    """A key for a campaign's links; another key ends the links made before."""
    return secrets.token_urlsafe(9)


def token_for(campaign_key: str, share_key: str, *, days: int, now: datetime, secret_key: str) -> str:
    """The signed end of a link that is valid for so many days."""
    until = int((now + timedelta(days=days)).timestamp())
    return str(URLSafeSerializer(secret_key, salt=_SALT).dumps([campaign_key, until, share_key]))


def read_token(token: str, *, now: datetime, secret_keys: Sequence[str]) -> SharedLink:
    """What a link says; a Refusal when it was not signed here or its time is over."""
    serializer = URLSafeSerializer(list(reversed(secret_keys)), salt=_SALT)  # the newest key is the last
    try:
        campaign_key, until, share_key = serializer.loads(token)
    except BadSignature as error:
        raise UnknownLinkError from error
    link = SharedLink(campaign_key, datetime.fromtimestamp(until, now.tzinfo), share_key)
    if now >= link.until:
        raise ExpiredLinkError
    return link
