"""Jobs that create files in the background: request, progress, and the lease of the process at work.

A process renews the lease of its job with each progress report (`leases.py`).
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, and_, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from survey.store.db import Base, UtcTime, require
from survey.store.leases import LEASE, LeaseColumns, settle

KEEP_FOR = timedelta(days=1)


class JobState(StrEnum):
    """The state of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class ExportJob(LeaseColumns, Base):
    """One file to create. `done` of `total` rows are written; `id` names its file and cannot be guessed."""

    __tablename__ = "export_job"
    taken_state = JobState.RUNNING
    lease_column = "lease_until"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    format: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10))
    done: Mapped[int]
    total: Mapped[int]
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
    """Add a job and return its id."""
    job = ExportJob(
        id=secrets.token_hex(16),
        campaign_id=campaign_id,
        person_id=person_id,
        format=file_format,
        language=language,
        state=JobState.WAITING,
        done=0,
        total=0,
        attempts=0,
        lease_until=None,
        created_at=now,
        finished_at=None,
    )
    session.add(job)
    session.flush()
    return job.id


def of_campaign(session: Session, campaign_id: int) -> list[ExportJob]:
    """The jobs of a campaign, newest first."""
    query = select(ExportJob).where(ExportJob.campaign_id == campaign_id)
    return list(session.scalars(query.order_by(ExportJob.created_at.desc(), ExportJob.id)))


def by_id(session: Session, campaign_id: int, job_id: str) -> ExportJob:
    """The job of a campaign with this id."""
    query = select(ExportJob).where(ExportJob.id == job_id, ExportJob.campaign_id == campaign_id)
    return require(session.scalar(query))


def claim(session: Session, *, now: datetime) -> ExportJob | None:
    """Take the oldest job that waits or whose lease has ended; None when there is none.

    A job without attempts left has failed.
    """
    query = select(ExportJob).where(_is_open(now))
    for job in session.scalars(query.order_by(ExportJob.created_at).with_for_update(skip_locked=True)):
        if job.is_exhausted:
            job.state, job.finished_at = JobState.FAILED, now
            continue
        job.take(now=now)
        session.flush()
        return job
    return None


def has_work(session: Session, *, now: datetime) -> bool:
    """Whether a file is to be created or removed."""
    due = or_(_is_open(now), ExportJob.finished_at < now - KEEP_FOR)
    return session.scalar(select(ExportJob.id).where(due).limit(1)) is not None


def _is_open(now: datetime) -> ColumnElement[bool]:
    abandoned = and_(ExportJob.state == JobState.RUNNING, ExportJob.lease_until < now)
    return or_(ExportJob.state == JobState.WAITING, abandoned)


def renew(session: Session, job: ExportJob, done: int, total: int, *, now: datetime) -> bool:
    """Report progress and renew the lease; False when this process has the job no longer."""
    values = {"done": done, "total": total, "lease_until": now + LEASE}
    return settle(session, job, ExportJob.id == job.id, **values)


def finish(session: Session, job: ExportJob, state: JobState, *, now: datetime) -> bool:
    """End a job; False when it was cancelled or taken over."""
    values = {"state": state, "finished_at": now, "lease_until": None}
    return settle(session, job, ExportJob.id == job.id, **values)


def cancel(session: Session, job_id: str, *, now: datetime) -> None:
    """Cancel a job that has not ended; its process stops at the next progress report."""
    session.execute(
        update(ExportJob)
        .where(ExportJob.id == job_id, ExportJob.state.not_in(ENDED))
        .values(state=JobState.CANCELLED, finished_at=now, lease_until=None)
    )


def ids(session: Session) -> set[str]:
    """The ids of all jobs."""
    return set(session.scalars(select(ExportJob.id)))


def delete_of(session: Session, campaign_id: int) -> Sequence[str]:
    """Delete the jobs of a campaign, which stops those at work, and return their ids."""
    jobs = list(session.scalars(select(ExportJob.id).where(ExportJob.campaign_id == campaign_id)))
    session.execute(delete(ExportJob).where(ExportJob.id.in_(jobs)))
    return jobs


def forget_old(session: Session, *, now: datetime) -> Sequence[str]:
    """Delete jobs that ended a day ago and return their ids; the caller deletes their files."""
    old = list(session.scalars(select(ExportJob).where(ExportJob.finished_at < now - KEEP_FOR)))
    for job in old:
        session.delete(job)
    return [job.id for job in old]
