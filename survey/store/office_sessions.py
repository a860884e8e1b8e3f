"""Sessions of officials. Each is a row, so that it can be listed, and ends when it is deleted.

The browser has a token of 256 random bits; only its hash is stored.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, UtcTime
from survey.store.people import Person
from survey.store.tokens import hash_of

LONGEST = timedelta(hours=12)  # however often it is used
LONGEST_UNUSED = timedelta(hours=8)  # a working day
_USE_STORED_EVERY = timedelta(minutes=5)


class OfficeSession(Base):
    """A session that an official began by signing in, last used at about `used_at`."""

    __tablename__ = "office_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime] = mapped_column(UtcTime)

    def is_over(self, now: datetime) -> bool:
        """Whether it is too old, or was not used for too long."""
        return now - self.began_at >= LONGEST or now - self.used_at >= LONGEST_UNUSED

    def is_use_due(self, now: datetime) -> bool:
        """Whether a use at this moment is to be stored: not each is."""
        return now - self.used_at >= _USE_STORED_EVERY


@dataclass(frozen=True)
class OwnedSession:
    """A session with its person."""

    session: OfficeSession
    person: Person


def begin(session: Session, person_id: int, *, now: datetime) -> str:
    """Begin a session and return its token. Sessions that are over are deleted."""
    is_over = or_(OfficeSession.began_at <= now - LONGEST, OfficeSession.used_at <= now - LONGEST_UNUSED)
    session.execute(delete(OfficeSession).where(is_over))
    token = secrets.token_urlsafe(32)
    session.add(OfficeSession(token_hash=hash_of(token), person_id=person_id, began_at=now, used_at=now))
    session.flush()
    return token


def by_token(session: Session, token: str) -> OwnedSession | None:
    """The session with this token, also one that is over; None once it was ended."""
    query = select(OfficeSession, Person).join(Person, Person.id == OfficeSession.person_id)
    row = session.execute(query.where(OfficeSession.token_hash == hash_of(token))).one_or_none()
    return OwnedSession(*row) if row else None


def sessions_of(session: Session, person_id: int, *, now: datetime) -> Sequence[OfficeSession]:
    """A person's sessions that are not over, the newest first."""
    query = select(OfficeSession).where(OfficeSession.person_id == person_id)
    rows = session.scalars(query.order_by(OfficeSession.id.desc()))
    return [row for row in rows if not row.is_over(now)]


def store_use(session: Session, session_id: int, *, now: datetime) -> None:
    """Store that a session is used now."""
    session.execute(update(OfficeSession).where(OfficeSession.id == session_id).values(used_at=now))


def end(session: Session, token: str) -> None:
    """End the session with this token."""
    session.execute(delete(OfficeSession).where(OfficeSession.token_hash == hash_of(token)))


def end_all(session: Session, person_id: int, *, but_token: str = "") -> int:
    """End every session of a person, but the one with a token; how many."""
    ended = delete(OfficeSession).where(OfficeSession.person_id == person_id)
    others = ended.where(OfficeSession.token_hash != hash_of(but_token)) if but_token else ended
    return len(session.scalars(others.returning(OfficeSession.id)).all())
