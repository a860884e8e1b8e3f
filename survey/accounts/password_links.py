"""Links by which a person sets a password, so that nobody else ever knows it."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.accounts import officials
from survey.store import password_links, people
from survey.store.password_links import PasswordLink
from survey.store.people import ListedPerson, Person
from survey.store.tokens import hash_of

LINK_PATH = "/office/new-password/"  # and the token
VALID_FOR = timedelta(days=7)  # of an invitation, or of a link that an administrator made
RESET_FOR = timedelta(hours=2)  # of a link that a person asked for
_MOST_LETTERS, _LETTERS_IN = 3, timedelta(hours=1)


def create_link(session: Session, person_id: int, language: str, *, now: datetime) -> str:
    """Make a link that an administrator passes on, and return its token, which is not stored."""
    token = secrets.token_urlsafe(32)
    link = _link(person_id, language, expires_at=now + VALID_FOR)
    link.token_hash = hash_of(token)
    password_links.add(session, link, now=now)
    return token


def invite_by_letter(
    session: Session, person: Person | ListedPerson, language: str, *, now: datetime
) -> None:
    """Have a letter with a link sent to a person."""
    _add_letter(session, person, language, expires_at=now + VALID_FOR, now=now)


def ask_for_letter(session: Session, name: str, language: str, *, now: datetime) -> Person | None:
    """Have a letter sent to the person with this sign-in name or address; None where there is none to send.

    Closed accounts, people on leave and people without an address get none, nor does anybody more than
    three in an hour.
    """
    person = people.by_username(session, name) or people.by_address(session, name)
    if person is None or not person.is_active or person.email is None:
        return None
    if password_links.count_letters(session, person.id, since=now - _LETTERS_IN) >= _MOST_LETTERS:
        return None
    _add_letter(session, person, language, expires_at=now + RESET_FOR, now=now)
    return person


def owner_of(session: Session, token: str, *, now: datetime) -> Person | None:
    """The person whose valid link has this token and whose account is active; None for nobody."""
    link = password_links.by_token(session, token, now=now)
    person = people.present(session, link.person_id) if link else None
    return person if person is not None and person.is_active else None


def use_link(session: Session, token: str, password_hash: str, *, now: datetime) -> Person | None:
    """Set the password of a link's person, which ends the link; None where the link is not valid any more."""
    person = owner_of(session, token, now=now)
    return None if person is None else officials.set_password(session, person.id, password_hash)


def _add_letter(
    session: Session, person: Person | ListedPerson, language: str, *, expires_at: datetime, now: datetime
) -> None:
    link = _link(person.id, language, expires_at=expires_at)
    link.address, link.due_at = person.email, now
    password_links.add(session, link, now=now)


def _link(person_id: int, language: str, *, expires_at: datetime) -> PasswordLink:
    return PasswordLink(person_id=person_id, language=language, expires_at=expires_at, n_attempts=0)
