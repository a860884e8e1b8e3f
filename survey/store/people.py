"""The officials who may sign in, and what their role lets them do."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, UtcTime


class Role(StrEnum):
    """What a person is to the office."""

    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    LEADER = "leader"
    VIEWER = "viewer"


class Person(Base):
    """An official. `session_key` changes with the password, which ends every session signed in before."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    full_name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    session_key: Mapped[str] = mapped_column(String(32))
    is_active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcTime)


def by_username(session: Session, username: str) -> Person | None:
    """The person who signs in under this name; upper and lower case are the same."""
    return session.scalar(select(Person).where(Person.username == username.strip().lower()))


def by_id(session: Session, person_id: int) -> Person | None:
    """The person with this number."""
    return session.get(Person, person_id)


def people(session: Session) -> list[Person]:
    """Everybody, by name."""
    return list(session.scalars(select(Person).order_by(Person.username)))


def there_is_an_administrator(session: Session, *, besides: int | None = None) -> bool:
    """Whether somebody (else than `besides`) can administer, and stays so until the transaction ends."""
    administrators = select(Person.id).where(Person.role == Role.ADMINISTRATOR, Person.is_active)
    found = session.scalars(administrators.order_by(Person.id).with_for_update()).all()
    return any(person_id != besides for person_id in found)
