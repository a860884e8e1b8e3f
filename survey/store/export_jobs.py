"""Files being made in the background: who asked for what, how far it is, and which process has it in hand.

A process holds a job by a lease it renews as it gets on. One that is killed renews nothing, and the next
process that looks takes the job over.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, and_, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from survey.store.db import Base, UtcTime, require

LEASE = timedelta(minutes=5)
KEEP_FOR = timedelta(days=1)
MAX_ATTEMPTS = 3


class JobState(StrEnum):
    """What has become of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class ExportJob(Base):
    """One file to make. `done` of `total` rows are written; `id` names its file and cannot be guessed."""

    __tablename__ = "export_job"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    format: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    done: Mapped[int]
    total: Mapped[int]
    attempts: Mapped[int]
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)


def add(
    session: Session,
    campaign_id: int,
    file_format: str,
    language: str,
    *,
    person_id: int | None,
    now: datetime,
) -> str:
    """Ask for a file and return the job's id."""
    job = ExportJob(
        id=secrets.token_hex(16), campaign_id=campaign_id, person_id=person_id, format=file_format,
        language=language, state=JobState.WAITING, done=0, total=0, attempts=0, lease_until=None,
        created_at=now, finished_at=None,
    )  # fmt: skip
    session.add(job)
    session.flush()
    return job.id


def of_campaign(session: Session, campaign_id: int) -> list[ExportJob]:
    """A campaign's jobs, newest first."""
    query = select(ExportJob).where(ExportJob.campaign_id == campaign_id)
    return list(session.scalars(query.order_by(ExportJob.created_at.desc(), ExportJob.id)))


def by_id(session: Session, campaign_id: int, job_id: str) -> ExportJob:
    """The job of a campaign with this id."""
    query = select(ExportJob).where(ExportJob.id == job_id, ExportJob.campaign_id == campaign_id)
    return require(session.scalar(query))


def claim(session: Session, *, now: datetime) -> ExportJob | None:
    """Take the oldest job that waits, or whose process has not been heard of; None when there is none.

    One that has ended a process too often is given up.
    """
    query = select(ExportJob).where(_to_be_made(now))
    for job in session.scalars(query.order_by(ExportJob.created_at).with_for_update(skip_locked=True)):
        if job.attempts >= MAX_ATTEMPTS:
            job.state, job.finished_at = JobState.FAILED, now
            continue
        job.state, job.attempts, job.lease_until = JobState.RUNNING, job.attempts + 1, now + LEASE
        session.flush()
        return job
    return None


def has_work(session: Session, *, now: datetime) -> bool:
    """Whether a file is to be made or removed."""
    due = or_(_to_be_made(now), ExportJob.finished_at < now - KEEP_FOR)
    return session.scalar(select(ExportJob.id).where(due).limit(1)) is not None


def _to_be_made(now: datetime) -> ColumnElement[bool]:
    abandoned = and_(ExportJob.state == JobState.RUNNING, ExportJob.lease_until < now)
    return or_(ExportJob.state == JobState.WAITING, abandoned)


def renew(session: Session, job: ExportJob, done: int, total: int, *, now: datetime) -> bool:
    """Say how far a job is; False when it is no longer this process's to go on with."""
    return _settle(session, job, done=done, total=total, lease_until=now + LEASE)


def finish(session: Session, job: ExportJob, state: JobState, *, now: datetime) -> bool:
    """End a job; False when it was cancelled or taken over in the meantime."""
    return _settle(session, job, state=state, finished_at=now, lease_until=None)


def _settle(session: Session, job: ExportJob, **values: object) -> bool:
    mine = (ExportJob.id == job.id, ExportJob.state == JobState.RUNNING, ExportJob.attempts == job.attempts)
    result = session.execute(update(ExportJob).where(*mine).values(**values))
    return bool(getattr(result, "rowcount", 0) == 1)


def cancel(session: Session, job_id: str, *, now: datetime) -> None:
    """Stop a job that has not ended; its process notices when it next says how far it is."""
    session.execute(
        update(ExportJob)
        .where(ExportJob.id == job_id, ExportJob.state.not_in(ENDED))
        .values(state=JobState.CANCELLED, finished_at=now, lease_until=None)
    )


def forget_old(session: Session, *, now: datetime) -> Sequence[str]:
    """Remove jobs that ended a day ago and return their ids, whose files go too."""
    old = list(session.scalars(select(ExportJob).where(ExportJob.finished_at < now - KEEP_FOR)))
    for job in old:
        session.delete(job)
    return [job.id for job in old]
