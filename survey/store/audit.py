"""The log of the actions of officials. Entries are only added."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, UtcTime

_SUBJECT_CHARS = 300


class AuditAction(StrEnum):
    """The actions in the log. The values are stored and translated, so they never change."""

    SIGNED_IN = "signed in"
    FAILED_SIGN_IN = "was refused at sign-in"
    FAILED_SECOND_STEP = "was refused at the second step"
    FAILED_CONFIRMATION = "was refused when asked again"
    USED_RECOVERY_CODE = "used a recovery code"
    ADDED_APP = "added an authenticator app"
    REMOVED_APP = "removed the authenticator app"
    CREATED_RECOVERY_CODES = "made recovery codes"
    ADDED_PASSKEY = "added a passkey"
    RENAMED_PASSKEY = "renamed a passkey"
    REMOVED_PASSKEY = "removed a passkey"
    RESET_FACTORS = "removed the second factors of"
    REQUIRED_FACTORS = "set who needs a second factor"
    LINKED_OPENID = "linked a sign-in service"
    ENDED_SESSIONS = "ended sessions"
    CHANGED_OWN_PASSWORD = "changed own password"  # noqa: S105
    ADDED_PERSON = "added person"
    CHANGED_ROLE = "changed role"
    RENEWED_PASSWORD = "gave a new password"  # noqa: S105
    REACTIVATED_PERSON = "activated account"
    DEACTIVATED_PERSON = "deactivated account"
    CREATED_TOKEN = "made a token"  # noqa: S105
    REVOKED_TOKEN = "revoked a token"  # noqa: S105
    DOWNLOADED = "downloaded"
    REQUESTED_FILE = "asked for a file"
    NOTED_COMMENT = "noted comment"
    CHANGED_APPEARANCE = "changed appearance"
    OPENED_CAMPAIGN = "opened campaign"
    ADDED_DESK = "added desk"
    SET_POPULATIONS = "set populations"
    SET_CONTACT = "set contact details"
    SET_RETENTION = "set retention"
    DELETED_RESPONSES = "deleted single responses"
    SET_UNITS_OF_DESKS = "set units of desks"
    PUBLISHED_QUESTIONNAIRE = "published questionnaire"
    PUBLISHED_RESULTS = "published results"
    WITHDREW_RESULTS = "took back results"
    CREATED_LINK = "made a link"
    ENDED_LINKS = "ended links"
    CREATED_SUMMARY = "made a weekly summary"
    SENT_SUMMARY = "sent a weekly summary"
    SET_SUMMARIES = "set weekly summaries"
    ENDED_SUMMARIES = "ended weekly summaries"
    RETRIED_SUMMARY = "tried a summary again"
    OPENED_SCORECARD = "opened scorecard"
    PUBLISHED_DEFINITION = "published definition"
    CHOSE_SOURCE = "chose source"
    IMPORTED_VALUES = "imported values"
    ENTERED_VALUE = "entered value"
    APPROVED_VALUE = "approved value"
    RETURNED_VALUE = "sent value back"
    ADDED_TASK = "added task"
    MARKED_TASK = "marked task"
    ADDED_UNIT = "added unit"
    SET_UNIT = "set unit"


class AuditEvent(Base):
    """One action on a subject. `person_id` is None for the system and for somebody who is not signed in."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column("at", UtcTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(_SUBJECT_CHARS))


def record(
    session: Session, action: AuditAction, subject: str, *, person_id: int | None, now: datetime
) -> None:
    """Add an action to the log."""
    session.add(
        AuditEvent(recorded_at=now, person_id=person_id, act=action.value, subject=subject[:_SUBJECT_CHARS])
    )


def extent(session: Session) -> tuple[int, datetime | None]:
    """The number of entries, and the time of the first; None without one."""
    n, first = session.execute(select(func.count(), func.min(AuditEvent.recorded_at))).one()
    return n, first


def latest(session: Session, limit: int) -> list[AuditEvent]:
    """The newest actions."""
    return list(session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)))
