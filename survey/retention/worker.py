"""Deletes the single responses of campaigns whose time is over, in a thread of a server or by cron."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from survey.reports.export_worker import ExportWorker
from survey.results.closing import release_for_good
from survey.store import audit, erasure, fieldwork, retention
from survey.store.audit import AuditAction, AuditObject, EntryContext, ObjectKind
from survey.store.db import Database
from survey.store.fieldwork import Campaign
from survey.store.retention import DeletionState, DeletionTrigger, ResponseDeletion
from survey.store.unavailable import StoreUnavailableError

log = logging.getLogger("survey.retention")
LOOK_EVERY_SECONDS = 600.0
_ROWS_AT_ONCE = 200  # in one transaction: on SQLite a submission waits for it


@dataclass(frozen=True)
class DeletionOutcome:
    """What became of one campaign's deletion; the message is one line for the command line."""

    message: str
    succeeded: bool


class LeaseLostError(Exception):
    """Another process has the deletion."""


@dataclass(frozen=True)
class RetentionWorker:
    """Deletes single responses that are due. The day is that of the office's time zone."""

    database: Database
    time_zone: ZoneInfo
    exports: ExportWorker
    clock: Callable[[], datetime]
    trigger: DeletionTrigger = DeletionTrigger.CLOCK

    def with_trigger(self, trigger: DeletionTrigger) -> "RetentionWorker":
        """The same worker, started by something else."""
        return replace(self, trigger=trigger)

    def has_work(self) -> bool:
        """Whether a campaign's time is over and its responses are not deleted to the end."""
        return bool(self.due())

    def due(self) -> Sequence[Campaign]:
        """The campaigns whose single responses are to be deleted now."""
        today = self.clock().astimezone(self.time_zone).date()
        return self.database.read(lambda session: due_campaigns(session, today))

    def run_due(self) -> list[DeletionOutcome]:
        """Delete the single responses of every campaign that is due.

        1. A campaign is claimed: of all processes one gets the lease.
        2. Its last results are released, and their certificate is stored.
        3. Its counts are stored. From here on pages say that the responses were deleted.
        4. Files of responses are removed, and rows are deleted in small batches, each with a new lease.
        5. The database file is written anew and its log cleared, so that no byte of what was deleted is left.
           While somebody reads an older state this waits for the next look.

        A process that is killed leaves a lease that ends, and the next look goes on where it was.
        """
        outcomes = [self._delete(campaign) for campaign in self.due()]
        return [outcome for outcome in outcomes if outcome is not None]

    def _delete(self, campaign: Campaign) -> DeletionOutcome | None:
        """Delete one campaign's responses; None when another process does."""
        now = self.clock()
        deletion = self.database.write(
            lambda session: retention.claim(session, campaign.id, self.trigger, now=now)
        )
        if deletion is None:
            return None
        try:
            return self._delete_claimed(campaign, deletion)
        except LeaseLostError:
            return None
        except Exception:  # the other campaigns are independent of this one
            log.exception("the responses of a campaign could not be deleted")
            with suppress(StoreUnavailableError):
                self.database.write(lambda session: retention.give_back(session, deletion))
            message = f"{campaign.key}: not deleted; the log says why, and it is tried again"
            return DeletionOutcome(message, succeeded=False)

    def _delete_claimed(self, campaign: Campaign, deletion: ResponseDeletion) -> DeletionOutcome:
        """Delete the responses of a campaign that this process has, from where another one stopped."""
        if deletion.deleted_on is None:
            release_for_good(self.database, campaign, now=self.clock(), zone=self.time_zone)
            self._count_for_good(deletion, campaign.id)
        self.exports.remove_of(campaign.id)
        self._delete_rows(deletion)
        if not self._clear_files():
            self.database.write(lambda session: retention.give_back(session, deletion))
            message = f"{campaign.key}: deleted, but the files are in use and not cleared yet; run it again"
            return DeletionOutcome(message, succeeded=False)
        n = self._finish(deletion, campaign.key)
        return DeletionOutcome(f"{campaign.key}: {n} single responses deleted", succeeded=True)

    def _clear_files(self) -> bool:
        """Whether nothing of what was deleted is left in the files of the database."""
        with suppress(StoreUnavailableError):
            return self.database.rebuild()
        return False

    def _count_for_good(self, deletion: ResponseDeletion, campaign_id: int) -> None:
        def count(session: Session) -> bool:
            campaign = session.get_one(Campaign, campaign_id)
            return erasure.count_for_good(session, deletion, campaign, self.time_zone, now=self.clock())

        if not self.database.write(count):
            raise LeaseLostError

    def _delete_rows(self, deletion: ResponseDeletion) -> None:
        def delete_some(session: Session) -> int:
            n = erasure.delete_responses(session, deletion.campaign_id, limit=_ROWS_AT_ONCE)
            if not retention.renew(session, deletion, n, now=self.clock()):
                raise LeaseLostError
            return n + erasure.delete_opinions(session, deletion.campaign_id, limit=_ROWS_AT_ONCE)

        self.database.write(lambda session: erasure.delete_visits(session, deletion.campaign_id))
        while self.database.write(delete_some):
            pass

    def _finish(self, deletion: ResponseDeletion, key: str) -> int:
        """Note the end in the table and the log; how many responses were deleted in all."""
        now = self.clock()

        def finish(session: Session) -> int:
            if not retention.finish(session, deletion, now=now):
                raise LeaseLostError
            n = retention.count_deleted(session, deletion.campaign_id)
            subject = f"{key}: {n} ({self.trigger})"
            context = EntryContext(AuditObject(ObjectKind.CAMPAIGN, key))
            action = AuditAction.DELETED_RESPONSES
            audit.record(session, action, subject, person_id=None, now=now, context=context)
            return n

        return self.database.write(finish)


def due_campaigns(session: Session, today: date) -> list[Campaign]:
    """The campaigns whose time is over and whose responses are not deleted to the end, the oldest first."""
    done = {row.campaign_id for row in retention.deletions(session) if row.state == DeletionState.DONE}
    due = [c for c in fieldwork.campaigns(session) if c.responses_due_on <= today and c.id not in done]
    return due[::-1]
