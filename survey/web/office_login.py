"""Beginning the session of an official, however they proved who they are."""

from flask import session
from flask_login import login_user
from sqlalchemy.orm import Session

from survey.store import audit, factors, office_sessions
from survey.store.audit import AuditAction
from survey.store.office_sessions import NewSession, SignInMethod
from survey.store.people import Person
from survey.web.browsers import browser_kind
from survey.web.context import database, now
from survey.web.devices import remember_device
from survey.web.guards import SignedIn
from survey.web.permissions import Authority


def sign_in_person(person: Person, method: SignInMethod) -> None:
    """Sign a person in: a new session in place of the one before, and an entry in the log."""
    forget_browser_session()
    begin_session(person, method)
    remember_device(person.username)
    signed_in_at, subject = now(), "" if method == SignInMethod.PASSWORD else method
    database().write(
        lambda s: audit.record(s, AuditAction.SIGNED_IN, subject, person_id=person.id, now=signed_in_at)
    )


def begin_session(person: Person, method: SignInMethod) -> None:
    """Begin a session of a person in this browser."""
    moment = now()
    browser = browser_kind()

    def begin(store: Session) -> str:
        must_enrol = factors.must_enrol(store, person)
        return office_sessions.begin(
            store, NewSession(person.id, method, browser, must_enrol=must_enrol), now=moment
        )

    token = database().write(begin)
    session.permanent = True
    login_user(SignedIn(person, Authority(()), token))


def forget_browser_session() -> None:
    """Empty the browser's session, but for the language that was chosen."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
