"""What is stored of a campaign's results before its single responses are deleted."""

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from survey.results.certificate import CertificateOutdatedError, CertificateWithheldError
from survey.results.current import certificate_file
from survey.results.releasing import release_if_due
from survey.results.text_release import show_texts_if_due
from survey.store import questionnaires, releases, rollups
from survey.store.db import Database
from survey.store.fieldwork import Campaign
from survey.store.text_batches import TextKind
from survey.web.context import start_of_day


class NotReleasedError(Exception):
    """The last results of a campaign could not be released, so its responses are still needed."""


def release_for_good(database: Database, campaign: Campaign, *, now: datetime, zone: ZoneInfo) -> None:
    """Release the last results and opinions of a campaign and store the certificate, while all is there.

    Raises
    ------
    NotReleasedError
        Forms came that no release holds, although they are enough for one.
    """
    rollups.fold_all(database, campaign.id, zone)
    release_if_due(database, [campaign.id], now=now, zone=zone)
    show_texts_if_due(database, campaign.id, TextKind.OPINION, now=now, zone=zone)
    if not database.read(lambda session: _is_released(session, campaign.id, zone)):
        raise NotReleasedError(f"the results of {campaign.key} are not released; the log says why")
    with suppress(CertificateWithheldError, CertificateOutdatedError):
        certificate_file(database, campaign.key, now=now, computed_at=start_of_day(now, zone))


def _is_released(session: Session, campaign_id: int, zone: ZoneInfo) -> bool:
    """Whether the last step is released, or the forms are too few for one."""
    progress = releases.progress_of(session, campaign_id)
    if progress.number:
        return progress.is_final
    campaign = session.get_one(Campaign, campaign_id)
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    n_forms = rollups.count_valid(session, campaign, zone)
    return n_forms < questionnaire.scoring.small_cell_suppression
