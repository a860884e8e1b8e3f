"""Makes and sends the weekly summaries that are due, in a thread of each serving process or by cron."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from survey.mail_server import MailServer
from survey.publication import weekly_letters
from survey.publication.weekly_schedule import newest_due
from survey.reports import wording
from survey.reports.export import render_file
from survey.results.campaign import campaign_results
from survey.store import audit, rollups
from survey.store import weekly as store
from survey.store.audit import AuditAction
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
    """What became of one summary or letter, on one line for whoever started it by hand."""

    words: str
    succeeded: bool


@dataclass(frozen=True)
class WeeklyWorker:
    """Makes and sends weekly summaries. `mail` is None where no mail server is set."""

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
        at = self.clock()
        self.database.write(lambda session: store.give_up_old(session, now=at))
        made = [self._made(campaign, due_on) for campaign, due_on in self.database.read(self._due)]
        outcomes = [outcome for outcome in made if outcome is not None]
        while self.mail is not None and (letter := self._claimed_letter()) is not None:
            outcomes.append(self._sent(letter, self.mail))
        return outcomes

    def has_work(self) -> bool:
        """Whether a summary or a letter is due."""
        at, can_send = self.clock(), self.mail is not None
        if self.database.read(self._due):
            return True
        return self.database.read(lambda session: store.has_letter_due(session, can_send=can_send, now=at))

    def _due(self, session: Session) -> list[tuple[Campaign, date]]:
        """The campaigns whose newest summary is to be made."""
        now, found = self.clock(), []
        for plan, campaign in store.plans(session):
            due_on = newest_due(
                campaign.opens_on, campaign.closes_on, since=plan.since, now=now, zone=self.time_zone
            )
            if due_on is not None and store.is_due(session, campaign.id, due_on, now=now):
                found.append((campaign, due_on))
        return found

    def _made(self, campaign: Campaign, due_on: date) -> Outcome | None:
        at, name = self.clock(), f"{campaign.key} {due_on.isoformat()}"
        summary = self.database.write(lambda session: store.claim(session, campaign.id, due_on, now=at))
        if summary is None:
            return None
        try:
            content, said = self._written(summary)
        except Exception:  # whatever broke this one must not keep back the others
            log.exception("a weekly summary failed")
            return Outcome(
                f"{name}: could not be made; the log says why, and its page what becomes of it",
                succeeded=False,
            )

        def kept(session: Session) -> bool:
            done = store.finish(session, summary, content, said, now=self.clock())
            if done:
                audit.record(session, AuditAction.CREATED_SUMMARY, name, person_id=None, now=self.clock())
            return done

        return Outcome(f"{name}: made", succeeded=True) if self.database.write(kept) else None

    def _written(self, summary: WeeklySummary) -> tuple[bytes, dict[str, str]]:
        """The file, as the downloads give it this day, and its first sentence in every language.

        It holds no comments: it is kept and sent, and whoever withdraws a form takes the comment back.
        """
        rollups.fold_pending(self.database, summary.campaign_id, self.time_zone)
        morning = start_of_day(self.clock(), self.time_zone)
        results = self.database.read(
            lambda session: campaign_results(
                session,
                session.get_one(Campaign, summary.campaign_id),
                computed_at=morning,
                office_address=self.office_address,
            )
        )
        said = {language: wording.verdict_sentence(results, language) for language in LANGUAGES}
        return render_file(replace(results, comments=()), "pdf", summary.language), said

    def _claimed_letter(self) -> Letter | None:
        at = self.clock()
        return self.database.write(lambda session: store.claim_letter(session, now=at))

    def _sent(self, letter: Letter, mail: MailServer) -> Outcome:
        at, address = self.clock(), letter.letter.address
        name = f"{letter.campaign.key} {letter.summary.due_on.isoformat()}"
        written = weekly_letters.written(letter, mail.sender, self.office_address, now=at)
        try:
            deliver(mail, written, address)
        except NotSentError as error:
            self._note_problem(letter, error)
            return Outcome(f"{name}: not sent to {address}: {error.reason}", succeeded=False)

        def noted(session: Session) -> None:
            store.note_sent(session, letter.letter, now=at)
            audit.record(session, AuditAction.SENT_SUMMARY, f"{name}: {address}", person_id=None, now=at)

        self.database.write(noted)
        return Outcome(f"{name}: sent to {address}", succeeded=True)

    def _note_problem(self, letter: Letter, error: NotSentError) -> None:
        at, kind = self.clock(), LetterProblem.REFUSED if error.is_refused else LetterProblem.UNREACHABLE
        self.database.write(
            lambda session: store.note_failure(
                session, letter.letter, kind, error.reason, is_final=error.is_final, now=at
            )
        )
