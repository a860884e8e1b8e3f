"""Signed links that show a result to a reader without an account until they expire or are ended."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from survey.web.errors import Refusal, RefusalKind

DAYS_OFFERED = (1, 7, 30, 90)
_SALT = "shared-results"


class UnknownLinkError(Refusal):
    """The link was not signed by this office."""

    kind = RefusalKind.MISSING
    title = "This link does not lead to a result"
    advice = "Check that the whole link was copied, or ask the office for another one."


class ExpiredLinkError(Refusal):
    """The link has expired, or the office ended it."""

    kind = RefusalKind.CLOSED
    title = "This link is no longer valid"
    advice = "Ask the office for another one."


@dataclass(frozen=True)
class SharedLink:
    """The content of a link: the campaign, when it expires, the campaign's key when it was created."""

    campaign_key: str
    until: datetime
    share_key: str


def new_share_key() -> str:
    """A key for the links of a campaign. A new key ends the links of the old one."""
    return secrets.token_urlsafe(9)


def token_for(campaign_key: str, share_key: str, *, days: int, now: datetime, secret_key: str) -> str:
    """The signed token of a link that is valid for `days` days."""
    until = int((now + timedelta(days=days)).timestamp())
    return str(URLSafeSerializer(secret_key, salt=_SALT).dumps([campaign_key, until, share_key]))


def read_token(token: str, *, now: datetime, secret_keys: Sequence[str]) -> SharedLink:
    """The content of a token; a Refusal when it was not signed here or has expired."""
    serializer = URLSafeSerializer(list(reversed(secret_keys)), salt=_SALT)  # the newest key is the last
    try:
        campaign_key, until, share_key = serializer.loads(token)
    except BadSignature as error:
        raise UnknownLinkError from error
    link = SharedLink(campaign_key, datetime.fromtimestamp(until, now.tzinfo), share_key)
    if now >= link.until:
        raise ExpiredLinkError
    return link
