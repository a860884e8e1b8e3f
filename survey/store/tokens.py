"""Tokens with which programs use the JSON API. Only their hashes are stored."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Select, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, JsonText, UtcTime, require
from survey.store.people import Person
from survey.store.units import Unit, is_within


class ApiToken(Base):
    """A token of a unit. It acts for who created it, with at most that person's permissions there."""

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
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)


@dataclass(frozen=True)
class OwnedToken:
    """A token with its person and its unit."""

    token: ApiToken
    person: Person
    unit: Unit


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


def tokens(session: Session, within: Iterable[str] = ("/",)) -> list[OwnedToken]:
    """The tokens of the units at or below these paths, newest first."""
    query = _tokens().where(is_within(within)).order_by(ApiToken.id.desc())
    return [OwnedToken(*row) for row in session.execute(query)]


def add(session: Session, token: ApiToken) -> ApiToken:
    """Add a token."""
    session.add(token)
    session.flush()
    return token


def revoke_all(session: Session, person_id: int, *, now: datetime) -> None:
    """Revoke every token that a person made."""
    is_valid = (ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
    session.execute(update(ApiToken).where(*is_valid).values(revoked_at=now))


def note_use(session: Session, token_id: int, day: date) -> None:
    """Store the day of the last use of a token, by which offices find tokens that nobody needs."""
    session.get_one(ApiToken, token_id).last_used_on = day


def _tokens() -> Select[ApiToken, Person, Unit]:
    return (
        select(ApiToken, Person, Unit)
        .join(Person, Person.id == ApiToken.person_id)
        .join(Unit, Unit.id == ApiToken.unit_id)
    )
