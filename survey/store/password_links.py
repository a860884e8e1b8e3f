"""Links by which a person sets a password: shown once to an administrator, or sent in a letter.

A letter that is to be sent is a row without a token. The process that sends it makes the token, so that no
token waits in the database. Links are stored as hashes, and end when a password was set.
"""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, UtcTime, rows_changed
from survey.store.tokens import hash_of

LEASE = timedelta(minutes=5)  # of a process that sends a letter


class PasswordLink(Base):
    """A link of a person. `due_at` is when its letter is to be sent, or sent again; None: not any more."""

    __tablename__ = "password_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    address: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    n_attempts: Mapped[int]
    failure: Mapped[str | None] = mapped_column(String(200))


def add(session: Session, link: PasswordLink, *, now: datetime) -> PasswordLink:
    """Add a link. Those that have expired are deleted."""
    is_over = PasswordLink.expires_at <= now
    session.execute(delete(PasswordLink).where(is_over))
    session.add(link)
    session.flush()
    return link


def by_token(session: Session, token: str, *, now: datetime) -> PasswordLink | None:
    """The link with this token, unless it has expired."""
    query = select(PasswordLink).where(
        PasswordLink.token_hash == hash_of(token), PasswordLink.expires_at > now
    )
    return session.scalar(query)


def end_all(session: Session, person_id: int) -> None:
    """End every link of a person."""
    session.execute(delete(PasswordLink).where(PasswordLink.person_id == person_id))


def last_letter(session: Session, person_id: int) -> PasswordLink | None:
    """The last letter to a person, sent or not; None where none is known."""
    query = select(PasswordLink).where(PasswordLink.person_id == person_id, PasswordLink.address.is_not(None))
    return session.scalar(query.order_by(PasswordLink.id.desc()).limit(1))


def count_letters(session: Session, person_id: int, *, since: datetime) -> int:
    """How many letters to a person were asked for or sent since a moment."""
    counted = select(func.count()).where(
        PasswordLink.person_id == person_id,
        PasswordLink.address.is_not(None),
        or_(PasswordLink.due_at >= since, PasswordLink.sent_at >= since),
    )
    return session.scalar(counted) or 0


def with_letter(session: Session, *, now: datetime) -> set[int]:
    """The people who have a letter that is sent, or waits to be, and whose link is still valid."""
    query = select(PasswordLink.person_id).where(
        PasswordLink.expires_at > now,
        or_(PasswordLink.due_at.is_not(None), PasswordLink.sent_at.is_not(None)),
    )
    return set(session.scalars(query))


def has_due(session: Session, *, now: datetime) -> bool:
    """Whether a letter is to be sent."""
    due = select(PasswordLink.id).where(PasswordLink.due_at <= now, PasswordLink.expires_at > now).limit(1)
    return session.scalar(due) is not None


def claim(session: Session, token_hash: str, *, now: datetime) -> PasswordLink | None:
    """Take a letter that is due and give it this token; None where there is none left to take."""
    due = (
        select(PasswordLink)
        .where(PasswordLink.due_at <= now, PasswordLink.expires_at > now)
        .order_by(PasswordLink.due_at, PasswordLink.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    link = session.scalar(due)
    if link is not None:
        link.token_hash, link.due_at, link.n_attempts = token_hash, now + LEASE, link.n_attempts + 1
        session.flush()
    return link


def settle(session: Session, link: PasswordLink, **values: object) -> bool:
    """Store what became of a letter that this process took; False where it has it no longer."""
    is_taken = (PasswordLink.id == link.id, PasswordLink.token_hash == link.token_hash)
    return rows_changed(session.execute(update(PasswordLink).where(*is_taken).values(**values))) == 1
