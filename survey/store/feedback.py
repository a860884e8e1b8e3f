"""Opinions about the form itself, stored by day. Nothing relates an opinion to a response."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Integer, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store import retention
from survey.store.db import Base, JsonText

EASE = ("1", "2", "3")
MAX_CHARS = 500


class FormFeedback(Base):
    """One opinion. `ease` is 1 (hard), 2 (neither) or 3 (easy)."""

    __tablename__ = "form_feedback"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    language: Mapped[str] = mapped_column(String(10))
    ease: Mapped[int]
    comment: Mapped[str | None] = mapped_column("words", JsonText)
    day: Mapped[date]


@dataclass(frozen=True)
class Opinion:
    """An opinion to store."""

    ease: int
    comment: str | None


def add(session: Session, campaign_id: int, opinion: Opinion, *, language: str, day: date) -> None:
    """Store one opinion."""
    session.add(
        FormFeedback(
            campaign_id=campaign_id, language=language, ease=opinion.ease, comment=opinion.comment, day=day
        )
    )


def count_by_ease(session: Session, campaign_id: int, last_id: int) -> dict[int, int]:
    """The number of opinions by ease, of those with an id up to `last_id`, also once they are deleted."""
    if (before := retention.counts_before(session, campaign_id)) is not None:
        return dict(before.opinions)
    rows = session.execute(
        select(FormFeedback.ease, func.count())
        .where(FormFeedback.campaign_id == campaign_id, FormFeedback.id <= last_id)
        .group_by(FormFeedback.ease)
    )
    return dict(rows.all())


def latest_comments(
    session: Session, campaign_id: int, last_id: int, mask: Callable[[str], str], limit: int = 200
) -> list[str]:
    """The masked texts of the latest opinions with an id up to `last_id`, in the order of the alphabet."""
    texts = session.scalars(
        select(FormFeedback.comment)
        .where(
            FormFeedback.campaign_id == campaign_id,
            FormFeedback.id <= last_id,
            FormFeedback.comment.is_not(None),
        )
        .order_by(FormFeedback.id.desc())
        .limit(limit)
    )
    return sorted((mask(text or "") for text in texts), key=str.casefold)
