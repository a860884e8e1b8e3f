"""Texts of citizens, shown to officials in batches: how far they are shown.

A text that appeared alone would be that of the person who was just there. So several appear together, and in
an order that does not tell which was first.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Integer, String, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base
from survey.store.feedback import FormFeedback
from survey.store.responses import ResponseRow


class TextKind(StrEnum):
    """What citizens write: a comment in a form, or what they think of the form itself."""

    COMMENT = "comment"
    OPINION = "opinion"


class TextBatch(Base):
    """The texts of one kind that a campaign shows: those with an id up to `last_id`."""

    __tablename__ = "text_batch"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    last_id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))


@dataclass(frozen=True)
class WaitingTexts:
    """What came after the texts that are shown.

    `n` texts by `n_people`, who include those who wrote nothing; the newest has the id `last_id`, 0 for none.
    """

    n: int
    n_people: int
    last_id: int


def last_shown(session: Session, campaign_id: int, kind: TextKind) -> int:
    """The id up to which texts are shown, 0 before the first batch."""
    row = session.get(TextBatch, (campaign_id, kind.value))
    return row.last_id if row else 0


def table_of(kind: TextKind) -> str:
    """The table that has the texts of a kind."""
    return (ResponseRow if kind is TextKind.COMMENT else FormFeedback).__tablename__


def waiting_texts(
    session: Session, campaign_id: int, kind: TextKind, until: int | None = None
) -> WaitingTexts:
    """The texts of a kind that are not shown yet, up to the id `until` if there is one."""
    row = ResponseRow if kind is TextKind.COMMENT else FormFeedback
    conditions = [row.campaign_id == campaign_id, row.id > last_shown(session, campaign_id, kind)]
    if until is not None:
        conditions.append(row.id <= until)
    if kind is TextKind.COMMENT:
        n_texts = func.count(ResponseRow.comment)
        conditions.append(ResponseRow.withdrawn_at.is_(None))
    else:
        n_texts = func.count()
    counts = select(n_texts, func.count(), func.max(row.id)).where(*conditions)
    n, n_people, last_id = session.execute(counts).one()
    return WaitingTexts(n, n_people, last_id or 0)


def show_until(session: Session, campaign_id: int, kind: TextKind, last_id: int, *, after: int) -> bool:
    """Show the texts up to an id, unless others were shown since `after` was read; whether this call did."""
    key = {"campaign_id": campaign_id, "kind": kind.value}
    if not after:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        first = dialect.insert(TextBatch).values(**key, last_id=last_id).on_conflict_do_nothing()
        return session.execute(first.returning(TextBatch.last_id)).first() is not None
    next_batch = update(TextBatch).filter_by(**key).where(TextBatch.last_id == after).values(last_id=last_id)
    return session.execute(next_batch.returning(TextBatch.last_id)).first() is not None
