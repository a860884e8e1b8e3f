"""Officials: adding them, their passwords and roles, and whether they may sign in."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from survey.accounts.passwords import hash_of_password
from survey.store import factors, office_sessions, people, units
from survey.store.db import require
from survey.store.people import Person, Role

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}")


class NameTakenError(ValueError):
    """Another person signs in under this name."""


class LastAdministratorError(ValueError):
    """After the change there would be no active administrator of the province."""


def is_sign_in_name(text: str) -> bool:
    """Whether a text is a name to sign in with, which can be typed on every keyboard."""
    return _USERNAME.fullmatch(text.strip().lower()) is not None


def add_person(  # noqa: PLR0913 — what an account consists of
    session: Session,
    username: str,
    full_name: str,
    role: Role,
    *,
    password: str,
    now: datetime,
    unit_id: int | None = None,
) -> Person:
    """Add an official with a role at a unit, or at the province; NameTakenError when the name is in use."""
    own = unit_id or units.province(session).id
    if people.by_username(session, username):
        raise NameTakenError(username)
    person = Person(
        username=username.strip().lower(),
        full_name=full_name.strip(),
        password_hash=hash_of_password(password),
        is_active=True,
        created_at=now,
        unit_id=own,
    )
    session.add(person)
    session.flush()
    people.grant(session, person.id, own, role, now=now)
    return person


def set_password(session: Session, person_id: int, password: str) -> Person:
    """Change a person's password, which ends every session of the person."""
    person = require(people.by_id(session, person_id))
    person.password_hash = hash_of_password(password)
    office_sessions.end_all(session, person_id)
    return person


def set_active(session: Session, person_id: int, *, active: bool) -> Person:
    """Reactivate or deactivate a person; LastAdministratorError for the last administrator."""
    person = require(people.by_id(session, person_id))
    person.is_active = active
    if not active:
        office_sessions.end_all(session, person_id)
        _refuse_without_administrator(session)
    return person


def give_role(session: Session, person_id: int, unit_id: int, role: Role, *, now: datetime) -> Person:
    """Give a person a role at a unit and below it."""
    person = require(people.by_id(session, person_id))
    people.grant(session, person_id, unit_id, role, now=now)
    factors.update_sessions(session, person_id)
    return person


def take_role(session: Session, person_id: int, unit_id: int, role: Role) -> Person:
    """Take a role from a person; LastAdministratorError for the last administrator of the province."""
    person = require(people.by_id(session, person_id))
    people.revoke(session, person_id, unit_id, role)
    factors.update_sessions(session, person_id)
    _refuse_without_administrator(session)
    return person


def move(session: Session, person_id: int, unit_id: int) -> Person:
    """Let a person belong to another unit. Roles stay where they are held."""
    person = require(people.by_id(session, person_id))
    person.unit_id = unit_id
    return person


def _refuse_without_administrator(session: Session) -> None:
    session.flush()
    if not people.has_administrator(session):
        raise LastAdministratorError
