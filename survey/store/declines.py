"""Visits that declined: each is counted once, and taken back when the person answers after all.

A visit is known by a hash of the random number of its page, until the end of the next day. Nothing of a
person is stored.
"""

import hashlib
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, String, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store import responses
from survey.store.db import Base, rows_changed
from survey.store.responses import DeclineCount

_REMEMBERED = timedelta(days=1)


class DeclinedVisit(Base):
    """A visit whose person declined, and where and when it was counted."""

    __tablename__ = "declined_visit"

    visit_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"))
    day: Mapped[date]


_TABLE = Base.metadata.tables["declined_visit"]
_INSERT_ONCE = {
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.visit_hash),
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.visit_hash),
}


def count_once(session: Session, submission_id: str, collector_id: int, day: date) -> None:
    """Count a person who declined, unless this visit is counted already or has sent its form."""
    if responses.by_submission(session, submission_id) is not None:
        return
    connection = session.connection()
    visit = {"visit_hash": _hash(submission_id), "collector_id": collector_id, "day": day}
    if connection.execute(_INSERT_ONCE[connection.dialect.name], visit).first() is not None:
        responses.count_decline(session, collector_id, day)


def take_back(session: Session, submission_id: str) -> None:
    """Count the decline of a visit no longer, because its person answered."""
    taken = delete(DeclinedVisit).where(DeclinedVisit.visit_hash == _hash(submission_id))
    visit = session.execute(taken.returning(DeclinedVisit.collector_id, DeclinedVisit.day)).first()
    if visit is not None:
        session.execute(
            update(DeclineCount)
            .where(DeclineCount.collector_id == visit.collector_id, DeclineCount.day == visit.day)
            .values(n=DeclineCount.n - 1)
        )


def has_due(session: Session, *, now: datetime) -> bool:
    """Whether a visit is remembered longer than it should be."""
    return session.scalar(select(DeclinedVisit.day).where(_is_due(now)).limit(1)) is not None


def count_visits(session: Session) -> int:
    """The number of visits that are remembered."""
    return session.scalar(select(func.count(DeclinedVisit.visit_hash))) or 0


def count_due(session: Session, *, now: datetime) -> int:
    """How many visits `delete_due` would forget."""
    return session.scalar(select(func.count()).where(_is_due(now))) or 0


def delete_due(session: Session, *, now: datetime) -> int:
    """Forget the visits of two days ago and earlier; the number of them. Their counts stay."""
    return rows_changed(session.execute(delete(DeclinedVisit).where(_is_due(now))))


def _is_due(now: datetime) -> ColumnElement[bool]:
    return DeclinedVisit.day < now.date() - _REMEMBERED


def _hash(submission_id: str) -> str:
    return hashlib.sha256(f"declined:{submission_id}".encode()).hexdigest()
