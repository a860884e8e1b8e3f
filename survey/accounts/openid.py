"""Whom an account at an OpenID provider belongs to. Roles are given here, and nobody is added silently."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from survey.store import audit, openid_accounts, people
from survey.store.audit import AuditAction
from survey.store.people import Person

_MAX_SUBJECT_CHARS = 255


def find_person(
    session: Session, issuer: str, claims: Mapping[str, object], *, trusts_usernames: bool, now: datetime
) -> Person | None:
    """The active person whose account this is, by what the provider vouches for; None for nobody.

    The first time an account is found by name it is linked by its subject, which counts alone from then on:
    a name that the provider gives to somebody else later opens nothing.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT_CHARS:
        return None
    person = openid_accounts.person_of(session, issuer, subject)
    if person is None:
        person = _person_by_name(session, claims, trusts_usernames=trusts_usernames)
        if person is None or openid_accounts.has_account(session, person.id, issuer):
            return None
        if person.is_active:
            openid_accounts.link(session, person.id, issuer, subject, now=now)
            audit.record(session, AuditAction.LINKED_OPENID, issuer, person_id=person.id, now=now)
    return person if person.is_active else None


def _person_by_name(
    session: Session, claims: Mapping[str, object], *, trusts_usernames: bool
) -> Person | None:
    email, username = claims.get("email"), claims.get("preferred_username")
    if isinstance(email, str) and email and claims.get("email_verified") is True:
        person = people.by_username(session, email)
        if person is not None:
            return person
    if trusts_usernames and isinstance(username, str) and username:
        return people.by_username(session, username)
    return None


def has_second_factor(claims: Mapping[str, object]) -> bool:
    """Whether the provider says that it asked for more than one factor (RFC 8176)."""
    methods = claims.get("amr")
    return isinstance(methods, list) and "mfa" in methods
