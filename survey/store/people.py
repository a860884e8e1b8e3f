"""The officials who can sign in, and their roles."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, UtcTime


class Role(StrEnum):
    """The role of a person in the office."""

    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    LEADER = "leader"
    VIEWER = "viewer"


class Person(Base):
    """An official."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    full_name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcTime)


def by_username(session: Session, username: str) -> Person | None:
    """The person with this name for signing in; upper and lower case are equal."""
    return session.scalar(select(Person).where(Person.username == username.strip().lower()))


def by_id(session: Session, person_id: int) -> Person | None:
    """The person with this number."""
    return session.get(Person, person_id)


def people(session: Session) -> list[Person]:
    """Every person by name."""
    return list(session.scalars(select(Person).order_by(Person.username)))


def has_administrator(session: Session, *, excluding: int | None = None) -> bool:
    """Whether there is an active administrator besides `excluding`. Locks their rows until the commit."""
    administrators = select(Person.id).where(Person.role == Role.ADMINISTRATOR, Person.is_active)
    ids = session.scalars(administrators.order_by(Person.id).with_for_update()).all()
    return any(person_id != excluding for person_id in ids)
