"""Sessions of officials. Each is a row, so that it can be listed, and ends when it is deleted.

The browser has a token of 256 random bits; only its hash is stored.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, UtcTime
from survey.store.people import Person
from survey.store.tokens import hash_of

LONGEST = timedelta(hours=12)  # however often it is used
LONGEST_UNUSED = timedelta(minutes=30)
LONGEST_FRESH = timedelta(minutes=15)  # how long a proof of who one is holds for what needs a fresh one
_USE_STORED_EVERY = timedelta(minutes=1)


class SignInMethod(StrEnum):
    """How a session began."""

    PASSWORD = "password"  # noqa: S105
    SECOND_FACTOR = "second factor"
    PASSKEY = "passkey"
    OPENID = "openid"


class OfficeSession(Base):
    """A session that an official began by signing in, last used at about `used_at`.

    `proven_at` is when the person last proved who they are, `browser` the kind of browser, such as "Firefox,
    Windows". With `must_enrol` the session opens the pages to add a second factor only.
    """

    __tablename__ = "office_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime] = mapped_column(UtcTime)
    method: Mapped[str] = mapped_column(String(20), default=SignInMethod.PASSWORD)
    browser: Mapped[str] = mapped_column(String(40), default="")
    proven_at: Mapped[datetime | None] = mapped_column(UtcTime)
    must_enrol: Mapped[bool] = mapped_column(default=False)

    def is_over(self, now: datetime) -> bool:
        """Whether it is too old, or was not used for too long."""
        return now - self.began_at >= LONGEST or now - self.used_at >= LONGEST_UNUSED

    def is_use_due(self, now: datetime) -> bool:
        """Whether a use at this moment is to be stored: not each is."""
        return now - self.used_at >= _USE_STORED_EVERY

    def is_fresh(self, now: datetime) -> bool:
        """Whether the person proved lately who they are."""
        return self.proven_at is not None and now - self.proven_at < LONGEST_FRESH

    def time_left(self, now: datetime) -> timedelta:
        """How long the session lasts at most, however often it is used."""
        return self.began_at + LONGEST - now


@dataclass(frozen=True)
class OwnedSession:
    """A session with its person."""

    session: OfficeSession
    person: Person


@dataclass(frozen=True)
class NewSession:
    """How a session begins."""

    person_id: int
    method: SignInMethod
    browser: str
    must_enrol: bool = False


def begin(session: Session, new: NewSession, *, now: datetime) -> str:
    """Begin a session and return its token. Sessions that are over are deleted."""
    is_over = or_(OfficeSession.began_at <= now - LONGEST, OfficeSession.used_at <= now - LONGEST_UNUSED)
    session.execute(delete(OfficeSession).where(is_over))
    token = secrets.token_urlsafe(32)
    session.add(
        OfficeSession(
            token_hash=hash_of(token),
            person_id=new.person_id,
            began_at=now,
            used_at=now,
            method=new.method,
            browser=new.browser,
            proven_at=now,
            must_enrol=new.must_enrol,
        )
    )
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


def store_proof(session: Session, token: str, *, now: datetime) -> None:
    """Store that the person of a session has just proved who they are."""
    session.execute(
        update(OfficeSession).where(OfficeSession.token_hash == hash_of(token)).values(proven_at=now)
    )


def end_one(session: Session, person_id: int, session_id: int) -> bool:
    """End one session of a person; whether there was one."""
    ended = delete(OfficeSession).where(OfficeSession.id == session_id, OfficeSession.person_id == person_id)
    return bool(session.scalars(ended.returning(OfficeSession.id)).all())


def end(session: Session, token: str) -> None:
    """End the session with this token."""
    session.execute(delete(OfficeSession).where(OfficeSession.token_hash == hash_of(token)))


def end_all(session: Session, person_id: int, *, but_token: str = "") -> int:
    """End every session of a person, but the one with a token; how many."""
    ended = delete(OfficeSession).where(OfficeSession.person_id == person_id)
    others = ended.where(OfficeSession.token_hash != hash_of(but_token)) if but_token else ended
    return len(session.scalars(others.returning(OfficeSession.id)).all())
