"""Tokens for programs: made by an administrator, shown once, ended by their day or by somebody."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.store import tokens
from survey.store.tokens import ApiToken

PREFIX = "survey_"  # lets a scanner for secrets find one that was put where it should not be
_RANDOM_BYTES = 32
DAYS_OFFERED = (30, 90, 365)


@dataclass(frozen=True)
class NewToken:
    """A token as it is asked for."""

    name: str
    permissions: Sequence[str]
    days: int


def new_secret() -> str:
    """What a new token is shown as: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def make_token(session: Session, new: NewToken, secret: str, *, person_id: int, now: datetime) -> None:
    """Keep a token that acts for a person; the secret itself is not kept."""
    tokens.add(
        session,
        ApiToken(
            person_id=person_id,
            name=new.name,
            token_hash=tokens.hash_of(secret),
            permissions=sorted(new.permissions),
            created_at=now,
            expires_at=now + timedelta(days=new.days),
        ),
    )


def revoke(token: ApiToken, *, now: datetime) -> bool:
    """End a token at once; whether it had not been ended before."""
    if token.revoked_at is not None:
        return False
    token.revoked_at = now
    return True
