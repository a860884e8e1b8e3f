"""Published results, which change only with a new edition that says what is new in it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.results.campaign import CampaignResults, campaign_results
from survey.results.certificate import (
    CertificateOutdatedError,
    CertificateWithheldError,
    as_bytes,
    public_certificate,
)
from survey.results.refuse_deleted import ResponsesDeletedError, refuse_deleted
from survey.store import editions, releases
from survey.store.db import Database
from survey.store.editions import Edition, NewEdition
from survey.store.fieldwork import Campaign
from survey.store.unavailable import StoreUnavailableError


@dataclass(frozen=True)
class PublishedResults:
    """What everybody sees of a campaign, and its editions, the newest first."""

    campaign: Campaign
    results: CampaignResults
    editions: Sequence[Edition]

    @property
    def is_outdated(self) -> bool:
        """Whether the office has other numbers by now than the last edition."""
        return is_outdated(self.campaign, self.editions)


def is_outdated(campaign: Campaign, stored: Sequence[Edition]) -> bool:
    """Whether the office has other numbers by now than the last of a campaign's editions."""
    return bool(stored) and not _has_numbers(stored[0], campaign)


def load_published(session: Session, campaign: Campaign, *, computed_at: datetime) -> PublishedResults:
    """The results with the office's numbers of the last edition; with those of now before the first."""
    stored = editions.editions_of(session, campaign.id)
    shown = editions.as_published(campaign, stored[0]) if stored else campaign
    return PublishedResults(campaign, campaign_results(session, shown, computed_at=computed_at), stored)


def add_edition_if_new(database: Database, published: PublishedResults, *, now: datetime) -> bool:
    """Store an edition of results that are not those of the last one; whether they are not.

    So results that moved because people withdrew their forms say it. While the store cannot be written, they
    will say it later.
    """
    last = published.editions[0] if published.editions else None
    if published.results.released_at is None or (last and last.digest == published.results.digest):
        return False
    campaign = published.campaign
    shown = editions.as_published(campaign, last) if last else campaign
    with suppress(StoreUnavailableError):
        edition = database.read(lambda session: _edition(session, campaign, shown, published.results))
        after = last.number if last else 0
        database.write(
            lambda session: editions.add_edition(session, campaign.id, edition, after=after, now=now)
        )
    return True


def edition_of_office_numbers(
    session: Session, campaign: Campaign, *, computed_at: datetime
) -> tuple[NewEdition | None, int]:
    """The edition to publish with the office's numbers of now, and the number of the last one.

    None where it would be the same as the last one, or nothing is released.
    """
    last = editions.last_edition(session, campaign.id)
    results = campaign_results(session, campaign, computed_at=computed_at)
    is_same = (
        last is not None and last.digest == results.digest and last.forms_issued == campaign.forms_issued
    )
    is_new = results.released_at is not None and not is_same
    edition = _edition(session, campaign, campaign, results) if is_new else None
    return edition, last.number if last else 0


def _has_numbers(edition: Edition, campaign: Campaign) -> bool:
    """Whether an edition has the office's numbers of a campaign."""
    of_office = campaign.populations, campaign.forms_issued
    return (edition.populations, edition.forms_issued) == of_office


def _edition(session: Session, campaign: Campaign, shown: Campaign, results: CampaignResults) -> NewEdition:
    interval = results.score.interval if results.score.score is not None else None
    return NewEdition(
        shown.populations,
        shown.forms_issued,
        results.digest,
        results.forms.valid,
        results.score.score,
        interval.low if interval else None,
        interval.high if interval else None,
        _certificate(session, campaign, shown, results),
    )


def _certificate(
    session: Session, campaign: Campaign, shown: Campaign, results: CampaignResults
) -> bytes | None:
    """The certificate of the results, None where everybody may not read one or there is none any more."""
    if shown.populations == campaign.populations:
        number = releases.progress_of(session, campaign.id).number
        if (stored := releases.certificate_of(session, campaign.id, number)) is not None:
            return stored
    with suppress(CertificateWithheldError, CertificateOutdatedError, ResponsesDeletedError):
        refuse_deleted(session, campaign.id)
        return as_bytes(public_certificate(session, shown, results))
    return None
