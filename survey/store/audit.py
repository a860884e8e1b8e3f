"""The log of what officials did. It is only ever added to."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, UtcTime


class AuditEvent(Base):
    """One act: who (None for the system or somebody not signed in), what, on which subject."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(300))


def record(session: Session, act: str, subject: str, *, person_id: int | None, now: datetime) -> None:
    """Add an act to the log."""
    session.add(AuditEvent(at=now, person_id=person_id, act=act, subject=subject[:300]))


def latest(session: Session, limit: int) -> list[AuditEvent]:
    """The newest acts."""
    return list(session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)))
