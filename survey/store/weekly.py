"""Weekly summaries: the plans of campaigns, the created files, and the letters that carry them.

`try_at` is the moment from which a process may take an open summary or letter (`leases.py`).
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from survey.store.db import Base, JsonText, UtcTime, require
from survey.store.fieldwork import Campaign
from survey.store.leases import LeaseColumns, settle

TRIED_FOR = timedelta(days=7)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=12)
_MAX_MESSAGE_CHARS = 200


class SummaryState(StrEnum):
    """The state of a summary or a letter."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


class LetterProblem(StrEnum):
    """Why a letter was not sent."""

    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TOO_LATE = "too_late"


class WeeklyPlan(Base):
    """The plan of a campaign for weekly summaries: language, recipients, and since when."""

    __tablename__ = "weekly_plan"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(10))
    recipients: Mapped[list[str]] = mapped_column(JsonText)
    since: Mapped[datetime] = mapped_column(UtcTime)


class WeeklySummary(LeaseColumns, Base):
    """The one summary of a campaign that is due on a day. `headline` is its first sentence by language.

    The columns of the created file are None before it is created, and never change after.
    """

    __tablename__ = "weekly_summary"
    taken_state = SummaryState.OPEN
    lease_column = "try_at"
    __table_args__ = (UniqueConstraint("campaign_id", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    due_on: Mapped[date]
    language: Mapped[str] = mapped_column(String(10))
    try_at: Mapped[datetime] = mapped_column(UtcTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcTime)
    headline: Mapped[dict[str, str] | None] = mapped_column("said", JsonText)
    sha256: Mapped[str | None] = mapped_column(String(64))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


class SummaryLetter(LeaseColumns, Base):
    """A summary for one address. `token` is its message id, the same at every attempt.

    `problem` and `server_message` say why the last attempt failed; "" without one.
    """

    __tablename__ = "summary_letter"
    taken_state = SummaryState.OPEN
    lease_column = "try_at"

    id: Mapped[int] = mapped_column(primary_key=True)
    summary_id: Mapped[int] = mapped_column(ForeignKey("weekly_summary.id"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    token: Mapped[str] = mapped_column(String(32))
    queued_at: Mapped[datetime] = mapped_column(UtcTime)
    try_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    problem: Mapped[str] = mapped_column(String(20))
    server_message: Mapped[str] = mapped_column("words", String(_MAX_MESSAGE_CHARS))


_WITHOUT_CONTENT = defer(WeeklySummary.content, raiseload=True)


@dataclass(frozen=True)
class Letter:
    """A letter with its summary, content included, and its campaign."""

    letter: SummaryLetter
    summary: WeeklySummary
    campaign: Campaign


def plan_of(session: Session, campaign_id: int) -> WeeklyPlan | None:
    """The plan of a campaign, None without weekly summaries."""
    return session.get(WeeklyPlan, campaign_id)


def plans(session: Session) -> list[tuple[WeeklyPlan, Campaign]]:
    """Every plan with its campaign."""
    query = select(WeeklyPlan, Campaign).join(Campaign, Campaign.id == WeeklyPlan.campaign_id)
    return [(plan, campaign) for plan, campaign in session.execute(query.order_by(Campaign.id))]


def switch_on(
    session: Session, campaign_id: int, language: str, recipients: Sequence[str], *, now: datetime
) -> None:
    """Add or change the plan of a campaign. Open letters to former recipients are deleted."""
    plan = session.get(WeeklyPlan, campaign_id)
    if plan is None:
        session.add(
            WeeklyPlan(campaign_id=campaign_id, language=language, recipients=list(recipients), since=now)
        )
    else:
        plan.language, plan.recipients = language, list(recipients)
    _drop_open_letters(session, campaign_id, keep=recipients)


def switch_off(session: Session, campaign_id: int) -> None:
    """Delete the plan with open summaries and letters; created summaries stay."""
    session.execute(delete(WeeklyPlan).where(WeeklyPlan.campaign_id == campaign_id))
    _drop_open_letters(session, campaign_id, keep=())
    session.execute(
        delete(WeeklySummary).where(
            WeeklySummary.campaign_id == campaign_id, WeeklySummary.state != SummaryState.DONE
        )
    )


def _drop_open_letters(session: Session, campaign_id: int, *, keep: Sequence[str]) -> None:
    theirs = select(WeeklySummary.id).where(WeeklySummary.campaign_id == campaign_id)
    session.execute(
        delete(SummaryLetter).where(
            SummaryLetter.summary_id.in_(theirs),
            SummaryLetter.state != SummaryState.DONE,
            SummaryLetter.address.not_in(keep),
        )
    )


def count_letters(session: Session) -> int:
    """The number of letters, sent or not."""
    return session.scalar(select(func.count(SummaryLetter.id))) or 0


def is_due(session: Session, campaign_id: int, due_on: date, *, now: datetime) -> bool:
    """Whether the summary of this day is neither created nor given up nor taken."""
    summary = _of_day(session, campaign_id, due_on)
    return summary is None or (summary.state == SummaryState.OPEN and summary.try_at <= now)


def claim(session: Session, campaign_id: int, due_on: date, *, now: datetime) -> WeeklySummary | None:
    """Take the summary of this day; None when it is not due.

    A summary without attempts left has failed. An earlier one that was never created is deleted.
    """
    plan = session.scalar(select(WeeklyPlan).where(WeeklyPlan.campaign_id == campaign_id).with_for_update())
    if plan is None or not is_due(session, campaign_id, due_on, now=now):
        return None
    summary = _of_day(session, campaign_id, due_on)
    if summary is None:
        _delete_unfinished(session, campaign_id, due_on)
        summary = WeeklySummary(
            campaign_id=campaign_id,
            due_on=due_on,
            language=plan.language,
            state=SummaryState.OPEN,
            attempts=0,
            try_at=now,
            made_at=None,
            headline=None,
            sha256=None,
            content=None,
        )
        session.add(summary)
    if summary.is_exhausted:
        summary.state = SummaryState.FAILED
        return None
    summary.language = plan.language
    summary.take(now=now)
    session.flush()
    return summary


def _of_day(session: Session, campaign_id: int, due_on: date) -> WeeklySummary | None:
    of_day = (WeeklySummary.campaign_id == campaign_id, WeeklySummary.due_on == due_on)
    return session.scalar(select(WeeklySummary).where(*of_day).options(_WITHOUT_CONTENT))


def _delete_unfinished(session: Session, campaign_id: int, before: date) -> None:
    session.execute(
        delete(WeeklySummary).where(
            WeeklySummary.campaign_id == campaign_id,
            WeeklySummary.due_on < before,
            WeeklySummary.state == SummaryState.OPEN,
        )
    )


def finish(
    session: Session, summary: WeeklySummary, content: bytes, headline: Mapping[str, str], *, now: datetime
) -> bool:
    """Store a created summary with a letter to each recipient; False when another process has taken it."""
    values = {
        "state": SummaryState.DONE,
        "made_at": now,
        "headline": dict(headline),
        "content": content,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    if not settle(session, summary, WeeklySummary.id == summary.id, **values):
        return False
    plan = session.get(WeeklyPlan, summary.campaign_id)
    for address in plan.recipients if plan else ():
        session.add(
            SummaryLetter(
                summary_id=summary.id,
                address=address,
                token=secrets.token_hex(16),
                state=SummaryState.OPEN,
                attempts=0,
                queued_at=now,
                try_at=now,
                sent_at=None,
                problem="",
                server_message="",
            )
        )
    return True


def summaries_of(session: Session, campaign_id: int) -> list[WeeklySummary]:
    """The summaries of a campaign without their content, newest first."""
    query = select(WeeklySummary).where(WeeklySummary.campaign_id == campaign_id)
    return list(session.scalars(query.order_by(WeeklySummary.due_on.desc()).options(_WITHOUT_CONTENT)))


def letters_of(session: Session, campaign_id: int) -> list[SummaryLetter]:
    """The letters of the summaries of a campaign, by address."""
    query = select(SummaryLetter).join(WeeklySummary, WeeklySummary.id == SummaryLetter.summary_id)
    query = query.where(WeeklySummary.campaign_id == campaign_id)
    return list(session.scalars(query.order_by(SummaryLetter.address)))


def by_id(session: Session, campaign_id: int, summary_id: int) -> WeeklySummary:
    """The summary of a campaign with this number, with its content."""
    query = select(WeeklySummary).where(WeeklySummary.id == summary_id)
    return require(session.scalar(query.where(WeeklySummary.campaign_id == campaign_id)))


def claim_letter(session: Session, *, now: datetime) -> Letter | None:
    """Take the letter that waits longest; None when none is due."""
    query = select(SummaryLetter).where(SummaryLetter.state == SummaryState.OPEN, SummaryLetter.try_at <= now)
    query = query.order_by(SummaryLetter.try_at, SummaryLetter.id).limit(1)
    letter = session.scalar(query.with_for_update(skip_locked=True))
    if letter is None:
        return None
    letter.take(now=now)
    session.flush()
    summary = session.get_one(WeeklySummary, letter.summary_id)
    return Letter(letter, summary, session.get_one(Campaign, summary.campaign_id))


def has_letter_due(session: Session, *, can_send: bool, now: datetime) -> bool:
    """Whether a letter is to be sent or, without a mail server, to be given up."""
    due = [SummaryLetter.state == SummaryState.OPEN, SummaryLetter.try_at <= now]
    if not can_send:
        due.append(SummaryLetter.queued_at < now - TRIED_FOR)
    return session.scalar(select(SummaryLetter.id).where(*due).limit(1)) is not None


def note_sent(session: Session, letter: SummaryLetter, *, now: datetime) -> bool:
    """Note that the mail server accepted a letter; False when the letter was deleted."""
    values = {"state": SummaryState.DONE, "sent_at": now, "problem": "", "server_message": ""}
    return settle(session, letter, SummaryLetter.id == letter.id, **values)


def note_failure(
    session: Session,
    letter: SummaryLetter,
    problem: LetterProblem,
    message: str,
    *,
    is_final: bool,
    now: datetime,
) -> bool:
    """Note why an attempt failed. The next follows after a pause that doubles, for seven days."""
    pause = min(_FIRST_PAUSE * 2 ** min(letter.attempts - 1, 10), _LONGEST_PAUSE)
    is_over = is_final or now + pause > letter.queued_at + TRIED_FOR
    state = SummaryState.FAILED if is_over else SummaryState.OPEN
    values = {"state": state, "try_at": now + pause, "problem": problem}
    values["server_message"] = message[:_MAX_MESSAGE_CHARS]
    return settle(session, letter, SummaryLetter.id == letter.id, **values)


def give_up_old(session: Session, *, now: datetime) -> None:
    """Give up letters that have waited seven days, for example without a mail server."""
    session.execute(
        update(SummaryLetter)
        .where(
            SummaryLetter.state == SummaryState.OPEN,
            SummaryLetter.queued_at < now - TRIED_FOR,
            SummaryLetter.try_at <= now,
        )
        .values(state=SummaryState.FAILED, problem=LetterProblem.TOO_LATE)
    )


def start_again(session: Session, summary: WeeklySummary, *, now: datetime) -> None:
    """Reopen a summary that was given up, and its letters that were."""
    session.execute(
        update(WeeklySummary)
        .where(WeeklySummary.id == summary.id, WeeklySummary.state == SummaryState.FAILED)
        .values(state=SummaryState.OPEN, attempts=0, try_at=now)
    )
    session.execute(
        update(SummaryLetter)
        .where(SummaryLetter.summary_id == summary.id, SummaryLetter.state == SummaryState.FAILED)
        .values(state=SummaryState.OPEN, attempts=0, queued_at=now, try_at=now)
    )
