"""Forms saved to be finished on another device, by a short code, for a few days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Integer,
    String,
    and_,
    delete,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, JsonText, UtcTime, rows_changed
from survey.store.responses import ResponseRow


class SavedForm(Base):
    """A form that is not sent yet, with its submission id. `answers` are as in a response.

    Once it is sent, the row stays without answers until it expires, so that its code can say so. `expires_at`
    is a full hour: a moment would tell which form came when.
    """

    __tablename__ = "saved_form"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    submission_id: Mapped[str] = mapped_column(String(36), unique=True)
    collector_code: Mapped[str] = mapped_column(ForeignKey("collector.code"))
    instrument_digest: Mapped[str] = mapped_column(ForeignKey("instrument_version.digest"))
    answers: Mapped[dict[str, int | str | None]] = mapped_column(JsonText)
    comment: Mapped[str | None] = mapped_column(JsonText)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


_IS_RESPONSE = exists().where(ResponseRow.submission_id == SavedForm.submission_id)
_WAS_SENT = and_(SavedForm.answers != {}, _IS_RESPONSE)


@dataclass(frozen=True)
class FormToSave:
    """A form to save."""

    submission_id: str
    collector_code: str
    instrument_digest: str
    answers: dict[str, int | str | None]
    comment: str | None


def save(session: Session, form: FormToSave, *, code_hash: str, expires_at: datetime, now: datetime) -> None:
    """Save a form instead of its earlier version, and delete expired forms."""
    delete_saved(session, form.submission_id)
    delete_due(session, now=now)
    session.add(SavedForm(**vars(form), code_hash=code_hash, expires_at=expires_at))


def by_code(session: Session, code_hash: str, *, now: datetime) -> SavedForm | None:
    """The saved form with a code, unless it has expired."""
    return session.scalar(
        select(SavedForm).where(SavedForm.code_hash == code_hash, SavedForm.expires_at > now)
    )


def has_due(session: Session, *, now: datetime) -> bool:
    """Whether a form has expired, or has answers although it was sent."""
    due = select(SavedForm.id).where(or_(SavedForm.expires_at <= now, _WAS_SENT)).limit(1)
    return session.scalar(due) is not None


def count(session: Session) -> int:
    """The number of saved forms, those that were sent and wait for their end included."""
    return session.scalar(select(func.count(SavedForm.id))) or 0


def count_due(session: Session, *, now: datetime) -> int:
    """How many forms `delete_due` would delete or empty."""
    due = select(func.count()).where(or_(SavedForm.expires_at <= now, _WAS_SENT))
    return session.scalar(due) or 0


def count_unsent(session: Session, collector_codes: Sequence[str]) -> int:
    """The number of forms that were saved at these collectors and not sent."""
    unsent = select(func.count()).where(SavedForm.collector_code.in_(collector_codes), not_(_IS_RESPONSE))
    return session.scalar(unsent) or 0


def delete_due(session: Session, *, now: datetime) -> int:
    """Delete expired forms, and the answers of those that were sent; how many forms it were."""
    deleted = session.execute(delete(SavedForm).where(SavedForm.expires_at <= now))
    emptied = session.execute(update(SavedForm).where(_WAS_SENT).values(answers={}, comment=None))
    return rows_changed(deleted) + rows_changed(emptied)


def delete_saved(session: Session, submission_id: str) -> None:
    """Delete the saved version of a form."""
    session.execute(delete(SavedForm).where(SavedForm.submission_id == submission_id))
