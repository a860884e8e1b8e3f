"""Tokens with which programs use the JSON API. Only their hashes are stored."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, JsonText, UtcTime, require
from survey.store.people import Person


class ApiToken(Base):
    """A token. It acts for the person who created it, with at most that person's permissions."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    permissions: Mapped[list[str]] = mapped_column(JsonText)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    last_used_on: Mapped[date | None]


@dataclass(frozen=True)
class OwnedToken:
    """A token with its person."""

    token: ApiToken
    person: Person


def hash_of(secret: str) -> str:
    """The stored hash of a token. Its 256 random bits cannot be guessed, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def by_secret(session: Session, secret: str) -> OwnedToken | None:
    """The token with this secret, also one that has expired or was revoked."""
    query = _tokens().where(ApiToken.token_hash == hash_of(secret))
    row = session.execute(query).one_or_none()
    return OwnedToken(*row) if row else None


def by_id(session: Session, token_id: int) -> ApiToken:
    """The token with this number."""
    return require(session.get(ApiToken, token_id))


def tokens(session: Session) -> list[OwnedToken]:
    """Every token, newest first."""
    return [OwnedToken(*row) for row in session.execute(_tokens().order_by(ApiToken.id.desc()))]


def add(session: Session, token: ApiToken) -> ApiToken:
    """Add a token."""
    session.add(token)
    session.flush()
    return token


def note_use(session: Session, token_id: int, day: date) -> None:
    """Store the day of the last use of a token, by which offices find tokens that nobody needs."""
    session.get_one(ApiToken, token_id).last_used_on = day


def _tokens() -> Select[ApiToken, Person]:
    return select(ApiToken, Person).join(Person, Person.id == ApiToken.person_id)
