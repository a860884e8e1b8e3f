"""What an installation stores and until when, for the page of officials."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from survey.store import audit, declines, erasure, export_jobs, fieldwork, retention, saved_forms, weekly
from survey.store.fieldwork import Campaign
from survey.store.retention import DeletionState, ResponseDeletion

SOON = timedelta(days=60)


@dataclass(frozen=True)
class CampaignRetention:
    """A campaign, the single responses that are stored of it, and their deletion where it has begun."""

    campaign: Campaign
    n_stored: int
    deletion: ResponseDeletion | None
    is_soon: bool

    @property
    def deleted_on(self) -> date:
        """The day on which responses were deleted or began to be, before it the day on which they are due."""
        begun_on = self.deletion.deleted_on if self.deletion is not None else None
        return begun_on or self.campaign.responses_due_on

    @property
    def is_deleted(self) -> bool:
        """Whether everything is deleted to the end."""
        return self.deletion is not None and self.deletion.state == DeletionState.DONE

    @property
    def is_being_deleted(self) -> bool:
        """Whether the deletion has begun and is not at its end."""
        return self.deletion is not None and self.deletion.deleted_on is not None and not self.is_deleted


@dataclass(frozen=True)
class StoredCounts:
    """How many rows there are besides responses. `log_since` is when the log begins, if it has entries."""

    saved_forms: int
    declined_visits: int
    export_files: int
    log_entries: int
    log_since: datetime | None
    letters: int


def campaigns_of(session: Session, within: Iterable[str], *, today: date) -> Sequence[CampaignRetention]:
    """The campaigns of units at or below these paths: first the one whose responses are deleted next."""
    by_campaign = {row.campaign_id: row for row in retention.deletions(session)}
    rows = [
        _retention_of(session, c, by_campaign.get(c.id), today) for c in fieldwork.campaigns(session, within)
    ]
    return sorted(rows, key=lambda row: (row.is_deleted, row.campaign.responses_due_on))


def _retention_of(
    session: Session, campaign: Campaign, deletion: ResponseDeletion | None, today: date
) -> CampaignRetention:
    is_deleted = deletion is not None and deletion.state == DeletionState.DONE
    return CampaignRetention(
        campaign,
        erasure.count_responses(session, campaign.id),
        deletion,
        is_soon=not is_deleted and campaign.responses_due_on <= today + SOON,
    )


def count_stored(session: Session) -> StoredCounts:
    """What is stored besides responses."""
    entries, since = audit.extent(session)
    return StoredCounts(
        saved_forms=saved_forms.count(session),
        declined_visits=declines.count_visits(session),
        export_files=len(export_jobs.ids(session)),
        log_entries=entries,
        log_since=since,
        letters=weekly.count_letters(session),
    )
