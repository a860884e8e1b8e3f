"""Creates and sends the weekly summaries that are due, in a thread of each serving process or by cron."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from survey.mail_server import MailServer
from survey.publication import weekly_letters
from survey.publication.weekly_schedule import newest_due
from survey.reports import cautions, wording
from survey.reports.export import render_file
from survey.results.campaign import campaign_results
from survey.results.releasing import release_if_due
from survey.store import audit, weekly
from survey.store.audit import AuditAction, AuditObject, EntryContext, ObjectKind
from survey.store.db import Database
from survey.store.fieldwork import Campaign
from survey.store.weekly import Letter, LetterProblem, WeeklySummary
from survey.web.context import start_of_day
from survey.web.locale import LANGUAGES
from survey.web.mail import NotSentError, deliver

log = logging.getLogger("survey.weekly")
LOOK_EVERY_SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    """What became of one summary or letter; the message is one line for the command line."""

    message: str
    succeeded: bool


@dataclass(frozen=True)
class WeeklyWorker:
    """Creates and sends weekly summaries. `mail` is None where no mail server is set."""

    database: Database
    time_zone: ZoneInfo
    mail: MailServer | None
    office_address: str | None
    clock: Callable[[], datetime]

    def run_due(self) -> list[Outcome]:
        """Make every summary that is due, then send every letter that is.

        1. Letters that could not be sent for seven days are given up.
        2. The newest summary of each campaign that is due is claimed: of all processes one gets the lease.
        3. The claimed summary is made outside of a transaction and stored with its letters, if the lease
           still holds.
        4. Each due letter is claimed and given to the mail server, then marked as sent. After a process was
           killed between the two, the letter is sent again under the same Message-ID once the lease ended.
        """
        now = self.clock()
        self.database.write(lambda session: weekly.give_up_old(session, now=now))
        created = [self._create(campaign, due_on) for campaign, due_on in self.database.read(self._due)]
        outcomes = [outcome for outcome in created if outcome is not None]
        while self.mail is not None and (letter := self._claim_letter()) is not None:
            outcomes.append(self._send(letter, self.mail))
        return outcomes

    def has_work(self) -> bool:
        """Whether a summary or a letter is due."""
        now, can_send = self.clock(), self.mail is not None
        if self.database.read(self._due):
            return True
        return self.database.read(lambda session: weekly.has_letter_due(session, can_send=can_send, now=now))

    def _due(self, session: Session) -> list[tuple[Campaign, date]]:
        """The campaigns whose newest summary is to be created."""
        now, due = self.clock(), []
        for plan, campaign in weekly.plans(session):
            due_on = newest_due(
                campaign.opens_on, campaign.closes_on, since=plan.since, now=now, zone=self.time_zone
            )
            if due_on is not None and weekly.is_due(session, campaign.id, due_on, now=now):
                due.append((campaign, due_on))
        return due

    def _create(self, campaign: Campaign, due_on: date) -> Outcome | None:
        """Create a summary; None when another process has taken it."""
        now, name = self.clock(), f"{campaign.key} {due_on.isoformat()}"
        summary = self.database.write(lambda session: weekly.claim(session, campaign.id, due_on, now=now))
        if summary is None:
            return None
        try:
            content, headline = self._render(summary)
        except Exception:  # the other summaries are independent of this one
            log.exception("a weekly summary failed")
            message = f"{name}: could not be made; the log says why, and its page what becomes of it"
            return Outcome(message, succeeded=False)

        def finish(session: Session) -> bool:
            is_stored = weekly.finish(session, summary, content, headline, now=self.clock())
            if is_stored:
                self._record(session, AuditAction.CREATED_SUMMARY, name, campaign)
            return is_stored

        return Outcome(f"{name}: made", succeeded=True) if self.database.write(finish) else None

    def _record(self, session: Session, action: AuditAction, subject: str, campaign: Campaign) -> None:
        """Record in the log what was done by itself."""
        context = EntryContext(AuditObject(ObjectKind.CAMPAIGN, campaign.key))
        audit.record(session, action, subject, person_id=None, now=self.clock(), context=context)

    def _render(self, summary: WeeklySummary) -> tuple[bytes, dict[str, str]]:
        """The file as the downloads offer it this day, and its first sentence and cautions in every language.

        It has no comments: it is stored and sent, and a person who withdraws a form withdraws the comment.
        """
        release_if_due(self.database, [summary.campaign_id], now=self.clock(), zone=self.time_zone)
        computed_at = start_of_day(self.clock(), self.time_zone)
        results = self.database.read(
            lambda session: campaign_results(
                session,
                session.get_one(Campaign, summary.campaign_id),
                computed_at=computed_at,
                office_address=self.office_address,
            )
        )
        headline = {
            language: " ".join(
                (
                    wording.verdict_sentence(results, language),
                    *cautions.sentences_without_demo(results, language),
                )
            )
            for language in LANGUAGES
        }
        return render_file(replace(results, comments=()), "pdf", summary.language), headline

    def _claim_letter(self) -> Letter | None:
        now = self.clock()
        return self.database.write(lambda session: weekly.claim_letter(session, now=now))

    def _send(self, letter: Letter, mail: MailServer) -> Outcome:
        now, address = self.clock(), letter.letter.address
        name = f"{letter.campaign.key} {letter.summary.due_on.isoformat()}"
        message = weekly_letters.build_letter(letter, mail.sender, self.office_address, now=now)
        try:
            deliver(mail, message, address)
        except NotSentError as error:
            self._note_failure(letter, error)
            return Outcome(f"{name}: not sent to {address}: {error.reason}", succeeded=False)

        def note_sent(session: Session) -> None:
            weekly.note_sent(session, letter.letter, now=now)
            self._record(session, AuditAction.SENT_SUMMARY, f"{name}: {address}", letter.campaign)

        self.database.write(note_sent)
        return Outcome(f"{name}: sent to {address}", succeeded=True)

    def _note_failure(self, letter: Letter, error: NotSentError) -> None:
        now, kind = self.clock(), LetterProblem.REFUSED if error.is_refused else LetterProblem.UNREACHABLE
        self.database.write(
            lambda session: weekly.note_failure(
                session, letter.letter, kind, error.reason, is_final=error.is_final, now=now
            )
        )
