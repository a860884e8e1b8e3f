"""Officials: their passwords, their roles, and whether they may sign in.

Passwords are hashed with argon2id. A check takes the same time whether or not the name exists.
"""

import re
import secrets
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from survey.store import office_sessions, people, units
from survey.store.db import require
from survey.store.people import Person, Role

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}")
MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 200
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP: 19 MiB, t=2, p=1


class NameTakenError(ValueError):
    """Another person signs in under this name."""


class LastAdministratorError(ValueError):
    """After the change there would be no active administrator of the province."""


def is_sign_in_name(text: str) -> bool:
    """Whether a text is a name to sign in with, which can be typed on every keyboard."""
    return _USERNAME.fullmatch(text.strip().lower()) is not None


@cache
def _hash_of_nobody() -> str:
    """A hash to check against when the name does not exist, so that the answer takes as long."""
    return _hasher.hash(secrets.token_hex(16))


def password_is_right(person: Person | None, password: str) -> bool:
    """Whether this is the active person's password."""
    try:
        password_hash = person.password_hash if person else _hash_of_nobody()
        _hasher.verify(password_hash, password[: MAX_PASSWORD_CHARS + 1])
    except (VerificationError, InvalidHashError):
        return False
    return person is not None and person.is_active


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
        password_hash=_hasher.hash(password),
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
    person.password_hash = _hasher.hash(password)
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
    return person


def take_role(session: Session, person_id: int, unit_id: int, role: Role) -> Person:
    """Take a role from a person; LastAdministratorError for the last administrator of the province."""
    person = require(people.by_id(session, person_id))
    people.revoke(session, person_id, unit_id, role)
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


def new_password() -> str:
    """A random password that a person can type: four groups, about 80 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))
