"""Tokens for programs. An administrator creates one, it is shown once, and it expires or is revoked."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.store import tokens
from survey.store.tokens import ApiToken

PREFIX = "survey_"  # lets a scanner for secrets recognise a token
_RANDOM_BYTES = 32
DAYS_OFFERED = (30, 90, 365)


class TokenRevokedError(ValueError):
    """The token of this name was revoked before."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class NewToken:
    """A token as it is requested. It sees what belongs to its unit and to those below."""

    name: str
    permissions: Sequence[str]
    days: int
    unit_id: int


def new_secret() -> str:
    """A new secret of 256 random bits, as it is shown."""
    return PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def add_token(session: Session, new: NewToken, secret: str, *, person_id: int, now: datetime) -> ApiToken:
    """Store a token that acts for a person. Of the secret only a hash is stored."""
    return tokens.add(
        session,
        ApiToken(
            person_id=person_id,
            name=new.name,
            token_hash=tokens.hash_of(secret),
            permissions=sorted(new.permissions),
            created_at=now,
            expires_at=now + timedelta(days=new.days),
            unit_id=new.unit_id,
        ),
    )


def revoke_token(session: Session, token_id: int, *, now: datetime) -> str:
    """Revoke a token and return its name; TokenRevokedError when it was revoked before."""
    token = tokens.by_id(session, token_id)
    if token.revoked_at is not None:
        raise TokenRevokedError(token.name)
    token.revoked_at = now
    return token.name
