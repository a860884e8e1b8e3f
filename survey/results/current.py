"""A campaign's results at this moment, for whoever shows them."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from survey.results import certificate
from survey.results.basis import Basis
from survey.results.campaign import CampaignResults, campaign_results, results_and_basis
from survey.results.refuse_deleted import refuse_deleted
from survey.results.releasing import release_if_due
from survey.results.text_release import TextsOutside, show_texts_if_due, texts_outside
from survey.store import fieldwork, releases
from survey.store.db import Database
from survey.store.fieldwork import Campaign
from survey.store.text_batches import TextKind
from survey.store.unavailable import StoreUnavailableError
from survey.web.context import database, now, settings, start_of_today


def current_results(
    database: Database, key: str, *, now: datetime, computed_at: datetime, office_address: str | None
) -> tuple[CampaignResults, Basis]:
    """The results of a campaign and what they follow from, after the next step was released if it is due.

    `now` is the present moment. Months are those of `computed_at`'s time zone; `office_address` is as in
    `campaign_results`.

    Raises
    ------
    CampaignNotFoundError
        No campaign has the key.
    """
    campaign_id = database.read(lambda session: fieldwork.campaign_by_key(session, key).id)
    release_if_due(database, [campaign_id], now=now, zone=computed_at.tzinfo or UTC)

    def load(session: Session) -> tuple[CampaignResults, Basis]:
        campaign = fieldwork.campaign_by_key(session, key)
        return results_and_basis(session, campaign, computed_at=computed_at, office_address=office_address)

    return database.read(load)


def results_today(key: str) -> tuple[CampaignResults, Basis]:
    """`current_results` of the running application, dated by the day."""
    return current_results(
        database(), key, now=now(), computed_at=start_of_today(), office_address=settings().public_url
    )


def release_today(campaign_ids: Iterable[int]) -> None:
    """`release_if_due` of the running application, before the results of campaigns are read."""
    release_if_due(database(), campaign_ids, now=now(), zone=settings().time_zone)


def show_new_texts(campaign_id: int, kind: TextKind) -> None:
    """`show_texts_if_due` of the running application, before the texts of a campaign are read."""
    show_texts_if_due(database(), campaign_id, kind, now=now(), zone=settings().time_zone)


def outside_now(session: Session, campaign: Campaign, kind: TextKind) -> TextsOutside:
    """`texts_outside` of the running application."""
    return texts_outside(session, campaign, kind, now=now(), zone=settings().time_zone)


def certificate_file(
    database: Database, key: str, *, now: datetime, computed_at: datetime, for_audit: bool = False
) -> bytes:
    """The certificate of a campaign's results, with what each form counted `for_audit`.

    The one for everybody is stored when it is first asked for, so that it stays as it was when a form is
    withdrawn.

    Raises
    ------
    CampaignNotFoundError
        No campaign has the key.
    CertificateWithheldError
        A scored group, or a criterion in it, has too few forms for the certificate that everybody may read.
    CertificateOutdatedError
        A form was withdrawn since the results were released, and no certificate was stored.
    ResponsesDeletedError
        The single responses are deleted, and no certificate was stored or one `for_audit` is asked for.
    """
    campaign_id = database.read(lambda session: fieldwork.campaign_by_key(session, key).id)
    release_if_due(database, [campaign_id], now=now, zone=computed_at.tzinfo or UTC)

    def read(session: Session) -> tuple[int, bytes]:
        """The number of the step whose certificate is to be stored, 0 for none, and the certificate."""
        campaign = fieldwork.campaign_by_key(session, key)
        number = releases.progress_of(session, campaign.id).number
        stored = None if for_audit else releases.certificate_of(session, campaign.id, number)
        if stored is not None:
            return 0, stored
        refuse_deleted(session, campaign.id)
        results = campaign_results(session, campaign, computed_at=computed_at)
        if for_audit:
            document = certificate.certificate(session, campaign, results, with_rows=True)
            return 0, certificate.as_bytes(document)
        return number, certificate.as_bytes(certificate.public_certificate(session, campaign, results))

    number, content = database.read(read)
    if number:
        with suppress(StoreUnavailableError):
            database.write(lambda session: releases.keep_certificate(session, campaign_id, number, content))
    return content


def certificate_today(key: str, *, for_audit: bool = False) -> bytes:
    """`certificate_file` of the running application, dated by the day."""
    return certificate_file(database(), key, now=now(), computed_at=start_of_today(), for_audit=for_audit)
