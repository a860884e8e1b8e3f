"""What people think of the form itself: kept apart from answers, by day, with nothing that joins the two."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Integer, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

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
    words: Mapped[str | None] = mapped_column(JsonText)
    day: Mapped[date]


@dataclass(frozen=True)
class Said:
    """An opinion as it is given."""

    ease: int
    words: str | None


def add(session: Session, campaign_id: int, said: Said, *, language: str, day: date) -> None:
    """Keep one opinion."""
    session.add(
        FormFeedback(campaign_id=campaign_id, language=language, ease=said.ease, words=said.words, day=day)
    )


def counts(session: Session, campaign_id: int) -> dict[int, int]:
    """How many people gave each ease."""
    rows = session.execute(
        select(FormFeedback.ease, func.count())
        .where(FormFeedback.campaign_id == campaign_id)
        .group_by(FormFeedback.ease)
    )
    return dict(rows.all())


def in_words(session: Session, campaign_id: int, most: int = 200) -> list[FormFeedback]:
    """The latest opinions that say something in words."""
    return list(
        session.scalars(
            select(FormFeedback)
            .where(FormFeedback.campaign_id == campaign_id, FormFeedback.words.is_not(None))
            .order_by(FormFeedback.id.desc())
            .limit(most)
        )
    )
