"""The deletion of the single responses of a campaign: who does it, how far it is, and the counts that stay.

1. A process claims the deletion of a campaign by a lease (`leases.py`); another takes it over from a process
   that was killed.
2. Once `deleted_on` is set, the counts of the row stand for the responses: they are deleted from then on, in
   batches, and nothing counts them again.
3. The row stays. It says when the responses were deleted and how many they were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.store.db import Base, JsonText, UtcTime
from survey.store.fieldwork import Campaign
from survey.store.leases import LEASE, LeaseColumns, settle


class DeletionState(StrEnum):
    """The state of a deletion."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class DeletionTrigger(StrEnum):
    """What started a deletion: the clock of a serving process, or the command."""

    CLOCK = "clock"
    COMMAND = "command"


class ResponseDeletion(LeaseColumns, Base):
    """The deletion of a campaign's single responses. It has no limit of attempts: what is due stays due.

    `deleted_on` is the office's day on which the first response was deleted, None before. `forms` holds the
    responses that were not withdrawn, by the id of their collector, `opinions` those about the form by ease.
    `n_deleted` counts the responses deleted so far, withdrawn ones included.
    """

    __tablename__ = "response_deletion"
    taken_state = DeletionState.RUNNING
    lease_column = "lease_until"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    started_by: Mapped[str] = mapped_column(String(10))
    deleted_on: Mapped[date | None]
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    n_deleted: Mapped[int]
    forms: Mapped[dict[str, int]] = mapped_column(JsonText)
    opinions: Mapped[dict[str, int]] = mapped_column(JsonText)
    withdrawn: Mapped[int]


@dataclass(frozen=True)
class CountsBefore:
    """The counts of a campaign's single rows when their deletion began.

    `forms` are the responses that were not withdrawn, by the id of their collector; `opinions` those about
    the form, by ease.
    """

    forms: Mapping[int, int]
    withdrawn: int
    opinions: Mapping[int, int]


def deletions(session: Session) -> Sequence[ResponseDeletion]:
    """Every deletion that a process has taken, by campaign."""
    return session.scalars(select(ResponseDeletion).order_by(ResponseDeletion.campaign_id)).all()


def day_of(session: Session, campaign_id: int) -> date | None:
    """The day on which a campaign's responses were deleted or began to be; None while all are there."""
    return session.scalar(
        select(ResponseDeletion.deleted_on).where(ResponseDeletion.campaign_id == campaign_id)
    )


def has_begun(session: Session, campaign_id: int) -> bool:
    """Whether a campaign's responses are deleted or being deleted, so that stored counts stand for them."""
    return day_of(session, campaign_id) is not None


def counts_before(session: Session, campaign_id: int) -> CountsBefore | None:
    """The counts that stand for deleted responses; None while the responses are there."""
    row = session.execute(
        select(ResponseDeletion.forms, ResponseDeletion.withdrawn, ResponseDeletion.opinions).where(
            ResponseDeletion.campaign_id == campaign_id, ResponseDeletion.deleted_on.is_not(None)
        )
    ).one_or_none()
    if row is None:
        return None
    return CountsBefore(
        {int(collector_id): n for collector_id, n in row.forms.items()},
        row.withdrawn,
        {int(ease): n for ease, n in row.opinions.items()},
    )


@dataclass(frozen=True)
class DeletedCampaign:
    """A campaign whose single responses were deleted, and the day."""

    name: str
    deleted_on: date


def deleted_campaigns(session: Session, limit: int = 10) -> list[DeletedCampaign]:
    """The campaigns whose single responses were deleted last, the latest first."""
    rows = session.execute(
        select(Campaign.name, ResponseDeletion.deleted_on)
        .join(Campaign, Campaign.id == ResponseDeletion.campaign_id)
        .where(ResponseDeletion.deleted_on.is_not(None))
        .order_by(ResponseDeletion.deleted_on.desc(), Campaign.id.desc())
        .limit(limit)
    )
    return [DeletedCampaign(name, day) for name, day in rows if day is not None]


def count_deleted(session: Session, campaign_id: int) -> int:
    """The responses of a campaign that were deleted so far, withdrawn ones included."""
    n = select(ResponseDeletion.n_deleted).where(ResponseDeletion.campaign_id == campaign_id)
    return session.scalar(n) or 0


def claim(
    session: Session, campaign_id: int, trigger: DeletionTrigger, *, now: datetime
) -> ResponseDeletion | None:
    """Take the deletion of a campaign; None where it is done, or another process has it."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new = {
        "campaign_id": campaign_id,
        "state": DeletionState.WAITING,
        "attempts": 0,
        "started_by": trigger,
        "n_deleted": 0,
        "forms": {},
        "opinions": {},
        "withdrawn": 0,
    }
    session.execute(dialect.insert(ResponseDeletion).values(**new).on_conflict_do_nothing())
    query = select(ResponseDeletion).where(ResponseDeletion.campaign_id == campaign_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    is_taken = row.state == DeletionState.RUNNING and row.lease_until is not None and row.lease_until > now
    if row.state == DeletionState.DONE or is_taken:
        return None
    row.take(now=now)
    session.flush()
    return row


def note_counts(session: Session, deletion: ResponseDeletion, counts: CountsBefore, *, today: date) -> bool:
    """Store the counts that stand for the responses from now on; False when another process has the row."""
    return _settle(
        session,
        deletion,
        forms={str(collector_id): n for collector_id, n in counts.forms.items()},
        withdrawn=counts.withdrawn,
        opinions={str(ease): n for ease, n in counts.opinions.items()},
        deleted_on=today,
    )


def renew(session: Session, deletion: ResponseDeletion, n: int, *, now: datetime) -> bool:
    """Count `n` more deleted rows and renew the lease; False when this process has the row no longer."""
    return _settle(session, deletion, n_deleted=ResponseDeletion.n_deleted + n, lease_until=now + LEASE)


def give_back(session: Session, deletion: ResponseDeletion) -> bool:
    """Let the next look go on; False when this process has the row no longer."""
    return _settle(session, deletion, state=DeletionState.WAITING, lease_until=None)


def finish(session: Session, deletion: ResponseDeletion, *, now: datetime) -> bool:
    """End a deletion; False when this process has the row no longer."""
    return _settle(session, deletion, state=DeletionState.DONE, finished_at=now, lease_until=None)


def _settle(session: Session, deletion: ResponseDeletion, **values: object) -> bool:
    is_row = ResponseDeletion.campaign_id == deletion.campaign_id
    return settle(session, deletion, is_row, **values)
