"""The officials who can sign in, and the roles that they hold at units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, UtcTime, batches, require
from survey.store.units import Unit, is_within


class Role(StrEnum):
    """What a person does at a unit and in everything below it."""

    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    ANALYST = "analyst"
    LEADER = "leader"
    INSPECTOR = "inspector"
    CLERK = "clerk"
    VIEWER = "viewer"


class Person(Base):
    """An official, who belongs to one unit.

    Before the first password is set, `password_hash` is empty. On leave, from the first day to the last, a
    person cannot sign in; `away_until` is None where the last day is not known. A deleted person stays as a
    name that the log can show.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    full_name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    away_from: Mapped[date | None]
    away_until: Mapped[date | None]
    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)

    def is_away(self, day: date) -> bool:
        """Whether the person is on leave on a day."""
        return _is_away(self.away_from, self.away_until, day)

    def can_sign_in(self, day: date) -> bool:
        """Whether the account is active and the person is not on leave."""
        return self.is_active and not self.is_away(day)


def _is_away(first: date | None, last: date | None, day: date) -> bool:
    return first is not None and first <= day and (last is None or day <= last)


class RoleAssignment(Base):
    """A role that a person holds at a unit and below it."""

    __tablename__ = "role_assignment"
    __table_args__ = (UniqueConstraint("person_id", "unit_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    granted_at: Mapped[datetime] = mapped_column(UtcTime)


@dataclass(frozen=True)
class Grant:
    """A role, the unit where it is held, and the unit's path."""

    role: Role
    unit_id: int
    path: str


class ListedPerson(NamedTuple):
    """A person as lists show them."""

    id: int
    username: str
    full_name: str
    unit_id: int
    email: str | None
    is_active: bool
    has_password: bool
    away_from: date | None
    away_until: date | None

    @property
    def is_uninvited(self) -> bool:
        """Whether the person may sign in and has set no password yet."""
        return self.is_active and not self.has_password

    def is_away(self, day: date) -> bool:
        """Whether the person is on leave on a day."""
        return _is_away(self.away_from, self.away_until, day)


def by_username(session: Session, username: str) -> Person | None:
    """The person with this name for signing in; upper and lower case are equal."""
    return session.scalar(select(Person).where(Person.username == username.strip().lower()))


def by_address(session: Session, email: str) -> Person | None:
    """The person with this address for letters; None where several share it."""
    query = select(Person).where(func.lower(Person.email) == email.strip().lower()).limit(2)
    rows = session.scalars(query).all()
    return rows[0] if len(rows) == 1 else None


def by_id(session: Session, person_id: int) -> Person | None:
    """The person with this number."""
    return session.get(Person, person_id)


def present(session: Session, person_id: int) -> Person | None:
    """The person with this number; None for one who was deleted."""
    person = by_id(session, person_id)
    return None if person is None or person.deleted_at is not None else person


def people(session: Session, within: Iterable[str] = ("/",)) -> list[ListedPerson]:
    """The people who belong to units at or below these paths, by sign-in name."""
    query = (
        select(
            Person.id,
            Person.username,
            Person.full_name,
            Person.unit_id,
            Person.email,
            Person.is_active,
            Person.password_hash != "",
            Person.away_from,
            Person.away_until,
        )
        .join(Unit, Unit.id == Person.unit_id)
        .where(is_within(within), Person.deleted_at.is_(None))
    )
    return [ListedPerson(*row) for row in session.execute(query.order_by(Person.username))]


def usernames(session: Session) -> set[str]:
    """The sign-in names that are in use."""
    return set(session.scalars(select(Person.username)))


def count_by_unit(session: Session) -> dict[int, int]:
    """How many people belong to each unit, those who may not sign in among them."""
    query = select(Person.unit_id, func.count()).where(Person.deleted_at.is_(None)).group_by(Person.unit_id)
    return dict(session.execute(query).all())


def names(session: Session) -> dict[int, str]:
    """What everybody is called, by number."""
    return dict(session.execute(select(Person.id, Person.full_name)).all())


def grants_of(session: Session, person_id: int) -> tuple[Grant, ...]:
    """The roles of a person, the highest unit first."""
    return grants(session, [person_id]).get(person_id, ())


def grants(session: Session, person_ids: Sequence[int]) -> dict[int, tuple[Grant, ...]]:
    """The roles of people, each person's at the highest unit first."""
    query = (
        select(RoleAssignment.person_id, RoleAssignment.role, Unit.id, Unit.path)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .order_by(func.length(Unit.path), RoleAssignment.id)
    )
    held: dict[int, list[Grant]] = {}
    for some in batches(person_ids):
        for person_id, role, unit_id, path in session.execute(
            query.where(RoleAssignment.person_id.in_(some))
        ):
            held.setdefault(person_id, []).append(Grant(Role(role), unit_id, path))
    return {person_id: tuple(roles) for person_id, roles in held.items()}


def add_all(session: Session, rows: Sequence[Person], roles: Sequence[Role], *, now: datetime) -> None:
    """Add many people at once, each with a role at their own unit."""
    session.add_all(rows)
    session.flush()
    session.add_all(
        RoleAssignment(person_id=row.id, unit_id=row.unit_id, role=role, granted_at=now)
        for row, role in zip(rows, roles, strict=True)
    )
    session.flush()


def grant(session: Session, person_id: int, unit_id: int, role: Role, *, now: datetime) -> bool:
    """Give a person a role at a unit; False where the person has it."""
    if session.scalar(_assignment(person_id, unit_id, role)) is not None:
        return False
    session.add(RoleAssignment(person_id=person_id, unit_id=unit_id, role=role, granted_at=now))
    session.flush()
    return True


def revoke(session: Session, person_id: int, unit_id: int, role: Role) -> None:
    """Take a role at a unit from a person; NotFoundError where the person has none of it."""
    session.delete(require(session.scalar(_assignment(person_id, unit_id, role))))
    session.flush()


def revoke_all(session: Session, person_id: int) -> None:
    """Take every role from a person."""
    session.execute(delete(RoleAssignment).where(RoleAssignment.person_id == person_id))


def _assignment(person_id: int, unit_id: int, role: Role) -> Select[RoleAssignment]:
    return select(RoleAssignment).where(
        RoleAssignment.person_id == person_id,
        RoleAssignment.unit_id == unit_id,
        RoleAssignment.role == role,
    )


def with_role(session: Session, role: Role) -> list[Person]:
    """The people who hold a role anywhere, by number."""
    holders = select(RoleAssignment.person_id).where(RoleAssignment.role == role)
    return list(session.scalars(select(Person).where(Person.id.in_(holders)).order_by(Person.id)))


def has_administrator(session: Session, *, but: int | None = None) -> bool:
    """Whether an active person, but for one, is administrator of the province.

    Nobody counts who has no end of leave. Locks their rows until the commit.
    """
    administrators = (
        select(Person.id)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(RoleAssignment.role == Role.ADMINISTRATOR, Person.is_active, Unit.parent_id.is_(None))
        .where(or_(Person.away_from.is_(None), Person.away_until.is_not(None)), Person.id != (but or 0))
    )
    return bool(session.scalars(administrators.order_by(Person.id).with_for_update(of=Person)).all())
