"""Changes that officials make: each in one transaction with its entry in the log."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import g, has_request_context, request
from sqlalchemy.orm import Session

from survey.store import audit
from survey.store.audit import AuditAction, AuditObject, EntryContext, ObjectKind
from survey.web.context import database, now
from survey.web.guards import signed_in_id

T = TypeVar("T")
# What the variables of an address name. Of several in one address the first of this list is the object.
OBJECT_OF_VARIABLE = {
    "key": ObjectKind.CAMPAIGN,
    "campaign": ObjectKind.CAMPAIGN,
    "card_id": ObjectKind.SCORECARD,
    "task_id": ObjectKind.TASK,
    "person_id": ObjectKind.PERSON,
    "unit_id": ObjectKind.UNIT,
    "token_id": ObjectKind.TOKEN,
    "digest": ObjectKind.QUESTIONNAIRE,
    "card_digest": ObjectKind.DEFINITION,
    "code": ObjectKind.DESK,
}


@dataclass(frozen=True)
class About(Generic[T]):
    """What an entry of the log says beside who, when and what.

    `target` is for an object that the address does not name: it, or what makes it of the change's result.
    """

    target: AuditObject | Callable[[T], AuditObject] | None = None
    reason: str | None = None


def audited_change(
    action: AuditAction,
    subject: str | Callable[[T], str],
    change: Callable[[Session], T],
    about: About[T] | None = None,
) -> T:
    """Run `change`, record in the log that who is signed in did it, and return its result.

    `subject` is what the log names, or makes it of the result. An exception of `change` records nothing.
    """
    moment, person_id, context = now(), signed_in_id(), entry_context()
    about = about or About()

    def run(session: Session) -> T:
        result = change(session)
        named = subject if isinstance(subject, str) else subject(result)
        target = about.target(result) if callable(about.target) else about.target
        entry = EntryContext(target or context.target, context.unit_id, about.reason)
        audit.record(session, action, named, person_id=person_id, now=moment, context=entry)
        return result

    return database().write(run)


def record_action(action: AuditAction, subject: str = "") -> None:
    """Record in the log what who is signed in did."""
    audited_change(action, subject, lambda _session: None)


def record_command(action: AuditAction, subject: str, target: AuditObject) -> None:
    """Record in the log what somebody did at the command line of the server."""
    moment, context = now(), EntryContext(target)
    named = f"{subject}; command line"
    database().write(
        lambda session: audit.record(session, action, named, person_id=None, now=moment, context=context)
    )


def entry_context(reason: str | None = None) -> EntryContext:
    """The object that the address of this request names, and the unit that the guard found it in."""
    unit_id = g.get("object_unit") if has_request_context() else None
    return EntryContext(_object_of_request(), unit_id if isinstance(unit_id, int) else None, reason)


def _object_of_request() -> AuditObject | None:
    variables = (request.view_args or {}) if has_request_context() else {}
    for name, kind in OBJECT_OF_VARIABLE.items():
        if name in variables:
            return AuditObject(kind, str(variables[name]))
    return None
