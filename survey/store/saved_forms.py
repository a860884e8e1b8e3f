"""Forms saved to be finished on another device, by a short code, for a few days."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, JsonText, UtcTime


class SavedForm(Base):
    """A form that is not sent yet, with its submission id. `answers` are as in a response."""

    __tablename__ = "saved_form"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    submission_id: Mapped[str] = mapped_column(String(36), unique=True)
    collector_code: Mapped[str] = mapped_column(ForeignKey("collector.code"))
    instrument_digest: Mapped[str] = mapped_column(ForeignKey("instrument_version.digest"))
    answers: Mapped[dict[str, int | str | None]] = mapped_column(JsonText)
    comment: Mapped[str | None] = mapped_column(JsonText)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


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
    session.execute(
        delete(SavedForm).where(
            (SavedForm.submission_id == form.submission_id) | (SavedForm.expires_at <= now)
        )
    )
    session.add(SavedForm(**vars(form), code_hash=code_hash, expires_at=expires_at))


def by_code(session: Session, code_hash: str, *, now: datetime) -> SavedForm | None:
    """The saved form with a code, unless it has expired."""
    return session.scalar(
        select(SavedForm).where(SavedForm.code_hash == code_hash, SavedForm.expires_at > now)
    )


def delete_saved(session: Session, submission_id: str) -> None:
    """Delete the saved version of a form."""
    session.execute(delete(SavedForm).where(SavedForm.submission_id == submission_id))
