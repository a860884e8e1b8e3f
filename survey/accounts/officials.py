"""Officials: adding them, their passwords and roles, and whether they may sign in."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from survey.accounts.passwords import hash_of_password
from survey.store import factors, office_sessions, people
from survey.store.db import require
from survey.store.people import Person, Role

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}")


class NameTakenError(ValueError):
    """Another person signs in under this name."""


class LastAdministratorError(ValueError):
    """Without this person there is no active administrator."""


def is_sign_in_name(text: str) -> bool:
    """Whether a text is a name to sign in with, which can be typed on every keyboard."""
    return _USERNAME.fullmatch(text.strip().lower()) is not None


def add_person(
    session: Session, username: str, full_name: str, role: Role, *, password: str, now: datetime
) -> Person:
    """Add an official; NameTakenError when the name is in use."""
    if people.by_username(session, username):
        raise NameTakenError(username)
    person = Person(
        username=username.strip().lower(),
        full_name=full_name.strip(),
        role=role,
        password_hash=hash_of_password(password),
        is_active=True,
        created_at=now,
    )
    session.add(person)
    session.flush()
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
    if not active:
        _refuse_last_administrator(session, person_id)
        office_sessions.end_all(session, person_id)
    person.is_active = active
    return person


def set_role(session: Session, person_id: int, role: Role) -> Person:
    """Change a person's role; LastAdministratorError for the last administrator."""
    person = require(people.by_id(session, person_id))
    if role != Role.ADMINISTRATOR:
        _refuse_last_administrator(session, person_id)
    person.role = role
    factors.update_sessions(session, person_id)
    return person


def _refuse_last_administrator(session: Session, person_id: int) -> None:
    if not people.has_administrator(session, excluding=person_id):
        raise LastAdministratorError(str(person_id))
