"""Changes that officials make: each in one transaction with its entry in the log."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from survey.store import audit
from survey.store.audit import AuditAction
from survey.web.context import database, now
from survey.web.guards import signed_in_id

T = TypeVar("T")


def audited_change(
    action: AuditAction, subject: str | Callable[[T], str], change: Callable[[Session], T]
) -> T:
    """Run `change`, record in the log that who is signed in did it, and return its result.

    `subject` is what the log names, or makes it of the result. An exception of `change` records nothing.
    """
    moment, person_id = now(), signed_in_id()

    def run(session: Session) -> T:
        result = change(session)
        named = subject if isinstance(subject, str) else subject(result)
        audit.record(session, action, named, person_id=person_id, now=moment)
        return result

    return database().write(run)


def record_action(action: AuditAction, subject: str = "") -> None:
    """Record in the log what who is signed in did."""
    audited_change(action, subject, lambda _session: None)
