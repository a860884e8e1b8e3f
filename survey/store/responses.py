"""Responses, stored exactly once and never edited. A withdrawal removes the answers and leaves a count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    false,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store import retention
from survey.store.db import Base, JsonText, UtcTime


class ResponseRow(Base):
    """One form with its version of the questionnaire. No column shows who sent it or from where.

    `received_at` is the hour, so that a response cannot be matched with the log of a server. `answers` is the
    JSON of `instrument.answers.to_stored`, None once withdrawn. `is_folded` says that the stored counts of
    the campaign (`rollups.py`) contain it.
    """

    __tablename__ = "response"
    __table_args__ = (
        Index("ix_response_campaign", "campaign_id", "withdrawn_at"),
        Index(
            "ix_response_unfolded",
            "campaign_id",
            sqlite_where=text("NOT is_folded"),
            postgresql_where=text("NOT is_folded"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(String(36), unique=True)
    receipt_hash: Mapped[str] = mapped_column(String(64), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"), index=True)
    instrument_digest: Mapped[str] = mapped_column(ForeignKey("instrument_version.digest"))
    language: Mapped[str] = mapped_column(String(10))
    mode: Mapped[str] = mapped_column(String(10))
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    is_complete: Mapped[bool]
    answers: Mapped[dict[str, int | str | None] | None] = mapped_column(JsonText)
    comment: Mapped[str | None] = mapped_column(JsonText)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcTime)
    is_folded: Mapped[bool] = mapped_column(server_default=false())


class DeclineCount(Base):
    """The number of people who declined, by collector and day. Nothing else about them is stored."""

    __tablename__ = "decline_count"

    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    n: Mapped[int]


@dataclass(frozen=True)
class NewResponse:
    """A response to store."""

    submission_id: str
    receipt_hash: str
    campaign_id: int
    collector_id: int
    instrument_digest: str
    language: str
    mode: str
    received_at: datetime
    is_complete: bool
    answers: dict[str, int | str | None]
    comment: str | None


@dataclass(frozen=True)
class ScoredResponse:
    """The columns of a valid form for scores and tables."""

    collector_id: int
    language: str
    answers: dict[str, int | str | None]
    receipt_hash: str = ""


# The statements are built once: building them, and objects, took half the time of storing.
# A conflict of any unique key refuses a response. Two of one submission share the hash of the receipt as well
# as the id; naming the id alone, PostgreSQL raises an error when it sees the hash first.
_TABLE = Base.metadata.tables["response"]
# The row comes back where one was stored: on PostgreSQL the count of rows is not known here.
_INSERT_ONCE = {
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id),
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id),
}


def add_once(session: Session, response: NewResponse) -> bool:
    """Store a response unless its submission id is stored already; return whether this call stored it.

    Of two requests with one submission at the same time, the unique keys accept one.
    """
    connection = session.connection()
    return connection.execute(_INSERT_ONCE[connection.dialect.name], _row(response)).first() is not None


def add_many(session: Session, responses: Sequence[NewResponse]) -> None:
    """Store new responses."""
    session.execute(insert(ResponseRow), [_row(response) for response in responses])


def _row(response: NewResponse) -> dict[str, object]:
    return {**vars(response), "received_at": full_hour(response.received_at), "withdrawn_at": None}


def full_hour(moment: datetime) -> datetime:
    """The hour of a moment, in UTC: what is stored of people has no finer time (docs/decisions/0006)."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def by_submission(session: Session, submission_id: str) -> ResponseRow | None:
    """The response stored under a submission id."""
    return session.scalar(select(ResponseRow).where(ResponseRow.submission_id == submission_id))


def by_receipt(session: Session, receipt_hash: str) -> ResponseRow | None:
    """The response of a receipt code."""
    return session.scalar(select(ResponseRow).where(ResponseRow.receipt_hash == receipt_hash))


def withdraw(session: Session, response_id: int, *, now: datetime) -> None:
    """Remove a response's answers and comment; the row stays as a count."""
    session.execute(
        update(ResponseRow)
        .where(ResponseRow.id == response_id, ResponseRow.withdrawn_at.is_(None))
        .values(answers=None, comment=None, withdrawn_at=full_hour(now))
    )


def valid(session: Session, campaign_id: int, *, last_id: int | None = None) -> Iterator[ScoredResponse]:
    """The complete responses of a campaign that are not withdrawn, in their order, up to a last id."""
    query = select(
        ResponseRow.collector_id, ResponseRow.language, ResponseRow.answers, ResponseRow.receipt_hash
    ).where(
        ResponseRow.campaign_id == campaign_id, ResponseRow.is_complete, ResponseRow.withdrawn_at.is_(None)
    )
    rows = session.execute(
        (query if last_id is None else query.where(ResponseRow.id <= last_id)).order_by(ResponseRow.id)
    )
    for collector_id, language, answers, receipt_hash in rows:
        yield ScoredResponse(collector_id, language, answers or {}, receipt_hash)


def count_withdrawn(session: Session, campaign_id: int) -> int:
    """The number of withdrawn responses of a campaign, also once they are deleted."""
    if (before := retention.counts_before(session, campaign_id)) is not None:
        return before.withdrawn
    withdrawn = select(func.count()).where(
        ResponseRow.campaign_id == campaign_id, ResponseRow.withdrawn_at.is_not(None)
    )
    return session.scalar(withdrawn) or 0


def count_until(session: Session, campaign_id: int, last_id: int) -> int:
    """The number of responses with an id up to `last_id`, withdrawn ones too."""
    up_to = select(func.count()).where(ResponseRow.campaign_id == campaign_id, ResponseRow.id <= last_id)
    return session.scalar(up_to) or 0


def count_declined(session: Session, collector_ids: Sequence[int]) -> int:
    """The number of people who declined at these collectors."""
    declined = select(func.coalesce(func.sum(DeclineCount.n), 0)).where(
        DeclineCount.collector_id.in_(collector_ids)
    )
    return int(session.scalar(declined) or 0)


def counts_by_collector(session: Session, campaign_id: int) -> dict[int, int]:
    """The number of responses that are not withdrawn, by collector of a campaign, also once deleted."""
    if (before := retention.counts_before(session, campaign_id)) is not None:
        return dict(before.forms)
    rows = session.execute(
        select(ResponseRow.collector_id, func.count())
        .where(ResponseRow.campaign_id == campaign_id, ResponseRow.withdrawn_at.is_(None))
        .group_by(ResponseRow.collector_id)
    )
    return dict(rows.all())


def count_at(session: Session, collector_id: int) -> int:
    """The number of responses of a collector, withdrawn ones included, for its quota."""
    return session.scalar(select(func.count()).where(ResponseRow.collector_id == collector_id)) or 0


def count_decline(session: Session, collector_id: int, day: date) -> None:
    """Count one more person who declined."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(DeclineCount).values(collector_id=collector_id, day=day, n=1)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["collector_id", "day"], set_={"n": DeclineCount.n + 1}
        )
    )
