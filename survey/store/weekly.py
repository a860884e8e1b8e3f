"""Weekly summaries: which campaigns have them, the files as they were made, the letters that bring them.

What is to be done has a moment from which anybody may do it. Who claims it puts that moment off by a lease,
so that nobody else does it meanwhile, and what a killed process had in hand comes up again by itself.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from survey.store.db import Base, JsonText, UtcTime, require
from survey.store.fieldwork import Campaign

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 3
TRIED_FOR = timedelta(days=7)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=12)
_MAX_MESSAGE_CHARS = 200


class SummaryState(StrEnum):
    """What has become of a summary or a letter."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


class LetterProblem(StrEnum):
    """Why a letter is not sent."""

    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TOO_LATE = "too_late"


class WeeklyPlan(Base):
    """That a campaign has weekly summaries: in which language, for whom, and since when."""

    __tablename__ = "weekly_plan"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(10))
    recipients: Mapped[list[str]] = mapped_column(JsonText)
    since: Mapped[datetime] = mapped_column(UtcTime)


class WeeklySummary(Base):
    """The one summary of a campaign that is due on a day. `headline` is its first sentence by language.

    `try_at` is from when an open one may be made. What is made later is None before, and never changed after.
    """

    __tablename__ = "weekly_summary"
    __table_args__ = (UniqueConstraint("campaign_id", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    due_on: Mapped[date]
    language: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    try_at: Mapped[datetime] = mapped_column(UtcTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcTime)
    headline: Mapped[dict[str, str] | None] = mapped_column("said", JsonText)
    sha256: Mapped[str | None] = mapped_column(String(64))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


class SummaryLetter(Base):
    """A summary on its way to one address. `token` names it to mail servers, the same at every try.

    `problem` and `server_message` say why the last try failed; "" before there was one.
    """

    __tablename__ = "summary_letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    summary_id: Mapped[int] = mapped_column(ForeignKey("weekly_summary.id"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    token: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    queued_at: Mapped[datetime] = mapped_column(UtcTime)
    try_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    problem: Mapped[str] = mapped_column(String(20))
    server_message: Mapped[str] = mapped_column("words", String(_MAX_MESSAGE_CHARS))


_WITHOUT_CONTENT = defer(WeeklySummary.content, raiseload=True)


@dataclass(frozen=True)
class Letter:
    """A letter with the summary it brings, content and all, and the campaign."""

    letter: SummaryLetter
    summary: WeeklySummary
    campaign: Campaign


def plan_of(session: Session, campaign_id: int) -> WeeklyPlan | None:
    """The plan of a campaign, None where no weekly summaries are made."""
    return session.get(WeeklyPlan, campaign_id)


def plans(session: Session) -> list[tuple[WeeklyPlan, Campaign]]:
    """Every plan with its campaign."""
    query = select(WeeklyPlan, Campaign).join(Campaign, Campaign.id == WeeklyPlan.campaign_id)
    return [(plan, campaign) for plan, campaign in session.execute(query.order_by(Campaign.id))]


def switch_on(
    session: Session, campaign_id: int, language: str, recipients: Sequence[str], *, now: datetime
) -> None:
    """Have summaries made from now on, or change how; who is no longer named gets no letter any more."""
    plan = session.get(WeeklyPlan, campaign_id)
    if plan is None:
        session.add(
            WeeklyPlan(campaign_id=campaign_id, language=language, recipients=list(recipients), since=now)
        )
    else:
        plan.language, plan.recipients = language, list(recipients)
    _drop_open_letters(session, campaign_id, keep=recipients)


def switch_off(session: Session, campaign_id: int) -> None:
    """Make no more summaries and send no more letters; the ones that are made stay."""
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


def is_due(session: Session, campaign_id: int, due_on: date, *, now: datetime) -> bool:
    """Whether the summary of this day is neither made nor given up nor in somebody's hands."""
    summary = _of_day(session, campaign_id, due_on)
    return summary is None or (summary.state == SummaryState.OPEN and summary.try_at <= now)


def claim(session: Session, campaign_id: int, due_on: date, *, now: datetime) -> WeeklySummary | None:
    """Take the summary of this day in hand; None when it is not to be made, or no longer.

    One that has failed too often is given up, an earlier one that was never finished is forgotten.
    """
    plan = session.scalar(select(WeeklyPlan).where(WeeklyPlan.campaign_id == campaign_id).with_for_update())
    if plan is None or not is_due(session, campaign_id, due_on, now=now):
        return None
    summary = _of_day(session, campaign_id, due_on)
    if summary is None:
        _forget_unfinished(session, campaign_id, due_on)
        summary = WeeklySummary(
            campaign_id=campaign_id, due_on=due_on, language=plan.language, state=SummaryState.OPEN,
            attempts=0, try_at=now, made_at=None, headline=None, sha256=None, content=None,
        )  # fmt: skip
        session.add(summary)
    if summary.attempts >= MAX_ATTEMPTS:
        summary.state = SummaryState.FAILED
        return None
    summary.language, summary.attempts, summary.try_at = plan.language, summary.attempts + 1, now + LEASE
    session.flush()
    return summary


def _of_day(session: Session, campaign_id: int, due_on: date) -> WeeklySummary | None:
    of_day = (WeeklySummary.campaign_id == campaign_id, WeeklySummary.due_on == due_on)
    return session.scalar(select(WeeklySummary).where(*of_day).options(_WITHOUT_CONTENT))


def _forget_unfinished(session: Session, campaign_id: int, before: date) -> None:
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
    """Keep a summary for good, with a letter to everybody named; False when another has it in hand by now."""
    mine = (
        WeeklySummary.id == summary.id,
        WeeklySummary.state == SummaryState.OPEN,
        WeeklySummary.attempts == summary.attempts,
    )
    result = session.execute(
        update(WeeklySummary)
        .where(*mine)
        .values(
            state=SummaryState.DONE,
            made_at=now,
            headline=dict(headline),
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
        )
    )
    if getattr(result, "rowcount", 0) != 1:
        return False
    plan = session.get(WeeklyPlan, summary.campaign_id)
    for address in plan.recipients if plan else ():
        session.add(
            SummaryLetter(
                summary_id=summary.id, address=address, token=secrets.token_hex(16), state=SummaryState.OPEN,
                attempts=0, queued_at=now, try_at=now, sent_at=None, problem="", server_message="",
            )
        )  # fmt: skip
    return True


def summaries_of(session: Session, campaign_id: int) -> list[WeeklySummary]:
    """A campaign's summaries without their content, newest first."""
    query = select(WeeklySummary).where(WeeklySummary.campaign_id == campaign_id)
    return list(session.scalars(query.order_by(WeeklySummary.due_on.desc()).options(_WITHOUT_CONTENT)))


def letters_of(session: Session, campaign_id: int) -> list[SummaryLetter]:
    """The letters of a campaign's summaries, by address."""
    query = select(SummaryLetter).join(WeeklySummary, WeeklySummary.id == SummaryLetter.summary_id)
    query = query.where(WeeklySummary.campaign_id == campaign_id)
    return list(session.scalars(query.order_by(SummaryLetter.address)))


def by_id(session: Session, campaign_id: int, summary_id: int) -> WeeklySummary:
    """The summary of a campaign with this number, with its content."""
    query = select(WeeklySummary).where(WeeklySummary.id == summary_id)
    return require(session.scalar(query.where(WeeklySummary.campaign_id == campaign_id)))


def claim_letter(session: Session, *, now: datetime) -> Letter | None:
    """Take the letter in hand that waits longest; None when none is due."""
    query = select(SummaryLetter).where(SummaryLetter.state == SummaryState.OPEN, SummaryLetter.try_at <= now)
    query = query.order_by(SummaryLetter.try_at, SummaryLetter.id).limit(1)
    letter = session.scalar(query.with_for_update(skip_locked=True))
    if letter is None:
        return None
    letter.attempts, letter.try_at = letter.attempts + 1, now + LEASE
    session.flush()
    summary = session.get_one(WeeklySummary, letter.summary_id)
    return Letter(letter, summary, session.get_one(Campaign, summary.campaign_id))


def a_letter_is_due(session: Session, *, can_send: bool, now: datetime) -> bool:
    """Whether a letter waits to be sent or, where there is no mail server, to be given up."""
    due = [SummaryLetter.state == SummaryState.OPEN, SummaryLetter.try_at <= now]
    if not can_send:
        due.append(SummaryLetter.queued_at < now - TRIED_FOR)
    return session.scalar(select(SummaryLetter.id).where(*due).limit(1)) is not None


def note_sent(session: Session, letter: SummaryLetter, *, now: datetime) -> bool:
    """Note that the mail server took a letter; False when it was dropped meanwhile."""
    return _settle(session, letter, state=SummaryState.DONE, sent_at=now, problem="", server_message="")


def note_failure(
    session: Session,
    letter: SummaryLetter,
    problem: LetterProblem,
    message: str,
    *,
    is_final: bool,
    now: datetime,
) -> bool:
    """Note why a try failed, and try again after a pause that doubles, for seven days."""
    pause = min(_FIRST_PAUSE * 2 ** min(letter.attempts - 1, 10), _LONGEST_PAUSE)
    is_over = is_final or now + pause > letter.queued_at + TRIED_FOR
    state = SummaryState.FAILED if is_over else SummaryState.OPEN
    return _settle(
        session,
        letter,
        state=state,
        try_at=now + pause,
        problem=problem,
        server_message=message[:_MAX_MESSAGE_CHARS],
    )


def _settle(session: Session, letter: SummaryLetter, **values: object) -> bool:
    mine = (
        SummaryLetter.id == letter.id,
        SummaryLetter.state == SummaryState.OPEN,
        SummaryLetter.attempts == letter.attempts,
    )
    result = session.execute(update(SummaryLetter).where(*mine).values(**values))
    return bool(getattr(result, "rowcount", 0) == 1)


def give_up_old(session: Session, *, now: datetime) -> None:
    """Send no letter that has waited seven days, as where no mail server was set all the time."""
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
    """Make a summary that was given up, or send those of its letters that were; nothing else changes."""
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
