"""Comments, always masked, and the marks of officials on them: a status, tags, a note."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Integer, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, JsonText, UtcTime, batches, require
from survey.store.responses import ResponseRow
from survey.store.text_batches import TextKind, last_shown

Mask = Callable[[str], str]


class Status(StrEnum):
    """The status of a comment in the office."""

    NEW = "new"
    READ = "read"
    TO_ACT = "to_act"
    DONE = "done"
    SET_ASIDE = "set_aside"


class CommentMark(Base):
    """The marks of officials on the comment of a response, deleted when the response is withdrawn.

    `is_for_report` says that an official approved the comment for the printed report.
    """

    __tablename__ = "comment_mark"

    response_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), ForeignKey("response.id"), primary_key=True
    )
    status: Mapped[str] = mapped_column(String(20))
    tags: Mapped[list[str]] = mapped_column(JsonText)
    note: Mapped[str] = mapped_column(JsonText)
    is_for_report: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


@dataclass(frozen=True)
class MaskedComment:
    """One masked comment. `reference` identifies it and does not show when or where it was written."""

    reference: str
    response_id: int
    text: str
    status: Status = Status.NEW
    tags: tuple[str, ...] = ()
    note: str = ""
    is_for_report: bool = False


def comments_of(session: Session, campaign_id: int, mask: Mask) -> list[MaskedComment]:
    """The masked comments of a campaign that are shown, in an order that does not show when they came in."""
    rows = session.execute(
        select(ResponseRow.id, ResponseRow.submission_id, ResponseRow.comment, CommentMark)
        .outerjoin(CommentMark, CommentMark.response_id == ResponseRow.id)
        .where(
            ResponseRow.campaign_id == campaign_id,
            ResponseRow.comment.is_not(None),
            ResponseRow.id <= last_shown(session, campaign_id, TextKind.COMMENT),
        )
    )
    comments = [
        _comment(reference_of(submission_id), response_id, mask(comment or ""), mark)
        for response_id, submission_id, comment, mark in rows
    ]
    return sorted(comments, key=lambda comment: comment.reference)


def comment_of(session: Session, campaign_id: int, reference: str, mask: Mask) -> MaskedComment:
    """The masked comment of a campaign with this reference."""
    comments = comments_of(session, campaign_id, mask)
    return require(next((comment for comment in comments if comment.reference == reference), None))


def reference_of(submission_id: str) -> str:
    """The reference of the comment of a form, for addresses."""
    return hashlib.sha256(f"comment:{submission_id}".encode()).hexdigest()[:16]


def _comment(
    reference: str,
    response_id: int,
    text: str,
    mark: CommentMark | None,
) -> MaskedComment:
    if mark is None:
        return MaskedComment(reference, response_id, text)
    return MaskedComment(
        reference,
        response_id,
        text,
        Status(mark.status),
        tuple(mark.tags),
        mark.note,
        mark.is_for_report,
    )


def save_mark(session: Session, comment: MaskedComment, *, person_id: int | None, now: datetime) -> None:
    """Store the status, tags and note of a comment."""
    session.merge(
        CommentMark(
            response_id=comment.response_id,
            status=comment.status.value,
            tags=list(comment.tags),
            note=comment.note,
            is_for_report=comment.is_for_report,
            changed_at=now,
            changed_by=person_id,
        )
    )


_COMMENTS = select(
    ResponseRow.campaign_id, ResponseRow.submission_id, ResponseRow.language, ResponseRow.comment
)


def for_report(session: Session, campaign_id: int, mask_in: Callable[[str], Mask]) -> tuple[str, ...]:
    """The comments for the report, masked in the language of their form, in the order of all comments."""
    # The marks are read first, because they are few. A join may read every response of the campaign.
    marked = session.scalars(select(CommentMark.response_id).where(CommentMark.is_for_report)).all()
    rows = [
        row for ids in batches(marked) for row in session.execute(_COMMENTS.where(ResponseRow.id.in_(ids)))
    ]
    texts = [
        (reference_of(form), mask_in(language)(comment))
        for owner_id, form, language, comment in rows
        if owner_id == campaign_id and comment is not None
    ]
    return tuple(text for _reference, text in sorted(texts))


def delete_mark(session: Session, response_id: int) -> None:
    """Delete the marks on the comment of a response."""
    session.execute(delete(CommentMark).where(CommentMark.response_id == response_id))
