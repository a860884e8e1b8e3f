"""Officials: adding them, their names, passwords and roles, whether they may sign in, and deleting them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from survey.accounts.passwords import hash_of_password
from survey.accounts.second_factors import reset_factors
from survey.store import factors, office_sessions, openid_accounts, password_links, people, tokens, units
from survey.store.db import require
from survey.store.people import Person, Role

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}")
_DELETED_CHARS = 48


class NameTakenError(ValueError):
    """Another person signs in under this name."""


@dataclass(frozen=True)
class PersonNames:
    """What a person is called, and the address for letters."""

    username: str
    full_name: str
    email: str | None = None


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
    """Add an official with a password; as `invite`."""
    person = invite(session, PersonNames(username, full_name), role, now=now, unit_id=unit_id)
    person.password_hash = hash_of_password(password)
    return person


def invite(
    session: Session, names: PersonNames, role: Role, *, now: datetime, unit_id: int | None = None
) -> Person:
    """Add an official without a password, with a role at a unit, or at the province.

    Raises
    ------
    NameTakenError
        Another person has this sign-in name.
    """
    own = unit_id or units.province(session).id
    if people.by_username(session, names.username):
        raise NameTakenError(names.username)
    person = _without_password(names, own, now)
    session.add(person)
    session.flush()
    people.grant(session, person.id, own, role, now=now)
    return person


def invite_all(session: Session, invited: Sequence[tuple[PersonNames, Role, int]], *, now: datetime) -> None:
    """Add many officials whose sign-in names are free, each with a role at a unit."""
    rows = [_without_password(names, unit_id, now) for names, _role, unit_id in invited]
    people.add_all(session, rows, [role for _names, role, _unit in invited], now=now)


def _without_password(names: PersonNames, unit_id: int, now: datetime) -> Person:
    return Person(
        username=names.username.strip().lower(),
        full_name=names.full_name.strip(),
        email=names.email,
        password_hash="",
        is_active=True,
        created_at=now,
        unit_id=unit_id,
    )


def rename(session: Session, person_id: int, names: PersonNames) -> Person:
    """Change what a person is called and where letters go; NameTakenError when the name is in use."""
    person = require(people.present(session, person_id))
    same = people.by_username(session, names.username)
    if same is not None and same.id != person_id:
        raise NameTakenError(names.username)
    if names.email != person.email:
        password_links.end_all(session, person_id)
    person.username, person.full_name = names.username.strip().lower(), names.full_name.strip()
    person.email = names.email
    return person


def set_leave(session: Session, person_id: int, first: date | None, last: date | None) -> Person:
    """Set when a person is on leave, or that they are not (None); LastAdministratorError for the last one."""
    person = require(people.present(session, person_id))
    person.away_from, person.away_until = first, last
    if first is not None:
        _refuse_without_administrator(session, but=person_id)
    return person


def forget_password(session: Session, person_id: int) -> Person:
    """End a person's password, sessions and links, before the person sets another password."""
    person = require(people.present(session, person_id))
    person.password_hash = ""
    office_sessions.end_all(session, person_id)
    password_links.end_all(session, person_id)
    return person


def delete(session: Session, person_id: int, *, now: datetime) -> str:
    """Delete a person and return their sign-in name, which is free again.

    Roles, proofs, sessions, tokens and the address end. The name stays for the log, where the person's
    entries go on to say who did what. LastAdministratorError for the last administrator.
    """
    person = forget_password(session, person_id)
    username = person.username
    people.revoke_all(session, person_id)
    reset_factors(session, person_id)
    openid_accounts.remove_all(session, person_id)
    tokens.revoke_all(session, person_id, now=now)
    person.username = f"{username[:_DELETED_CHARS]}#{person_id}"  # nobody signs in with a # in the name
    person.email, person.is_active, person.deleted_at = None, False, now
    person.away_from = person.away_until = None
    _refuse_without_administrator(session)
    return username


def set_password(session: Session, person_id: int, password_hash: str) -> Person:
    """Change a person's password, which ends every session and link of the person.

    Hashing takes long: it is done before, so that no other write waits for it.
    """
    person = forget_password(session, person_id)
    person.password_hash = password_hash
    return person


def set_active(session: Session, person_id: int, *, active: bool) -> Person:
    """Reactivate or deactivate a person; LastAdministratorError for the last administrator."""
    person = require(people.present(session, person_id))
    person.is_active = active
    if not active:
        office_sessions.end_all(session, person_id)
        _refuse_without_administrator(session)
    return person


def give_role(session: Session, person_id: int, unit_id: int, role: Role, *, now: datetime) -> Person:
    """Give a person a role at a unit and below it."""
    person = require(people.present(session, person_id))
    people.grant(session, person_id, unit_id, role, now=now)
    factors.update_sessions(session, person_id)
    return person


def take_role(session: Session, person_id: int, unit_id: int, role: Role) -> Person:
    """Take a role from a person; LastAdministratorError for the last administrator of the province."""
    person = require(people.present(session, person_id))
    people.revoke(session, person_id, unit_id, role)
    factors.update_sessions(session, person_id)
    _refuse_without_administrator(session)
    return person


def move(session: Session, person_id: int, unit_id: int) -> Person:
    """Let a person belong to another unit. Roles stay where they are held."""
    person = require(people.present(session, person_id))
    person.unit_id = unit_id
    return person


def _refuse_without_administrator(session: Session, *, but: int | None = None) -> None:
    session.flush()
    if not people.has_administrator(session, but=but):
        raise LastAdministratorError
