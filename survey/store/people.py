"""The officials who can sign in, and the roles that they hold at units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, func, select
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
    """An official, who belongs to one unit."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    full_name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)


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


def by_username(session: Session, username: str) -> Person | None:
    """The person with this name for signing in; upper and lower case are equal."""
    return session.scalar(select(Person).where(Person.username == username.strip().lower()))


def by_id(session: Session, person_id: int) -> Person | None:
    """The person with this number."""
    return session.get(Person, person_id)


def people(session: Session, within: Iterable[str] = ("/",)) -> list[Person]:
    """The people who belong to units at or below these paths, by name."""
    query = select(Person).join(Unit, Unit.id == Person.unit_id).where(is_within(within))
    return list(session.scalars(query.order_by(Person.username)))


def count_by_unit(session: Session) -> dict[int, int]:
    """How many people belong to each unit, those who may not sign in among them."""
    query = select(Person.unit_id, func.count()).group_by(Person.unit_id)
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


def has_administrator(session: Session) -> bool:
    """Whether an active person is administrator of the province. Locks their rows until the commit."""
    administrators = (
        select(Person.id)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .where(RoleAssignment.role == Role.ADMINISTRATOR, Person.is_active, Unit.parent_id.is_(None))
    )
    return bool(session.scalars(administrators.order_by(Person.id).with_for_update(of=Person)).all())
