"""A campaign's results at this moment, for whoever shows them."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from survey.results import certificate
from survey.results.basis import Basis
from survey.results.campaign import CampaignResults, campaign_results, results_and_basis
from survey.store import fieldwork, rollups
from survey.store.db import Database
from survey.web.context import database, settings, start_of_today


def current_results(
    database: Database, key: str, *, computed_at: datetime, office_address: str | None
) -> tuple[CampaignResults, Basis]:
    """The results of a campaign and what they follow from, after new forms were folded into its counts.

    Months are those of `computed_at`'s time zone; `office_address` is as in `campaign_results`.

    Raises
    ------
    CampaignNotFoundError
        No campaign has the key.
    """
    campaign_id = database.read(lambda session: fieldwork.campaign_by_key(session, key).id)
    rollups.fold_pending(database, campaign_id, computed_at.tzinfo or UTC)

    def load(session: Session) -> tuple[CampaignResults, Basis]:
        campaign = fieldwork.campaign_by_key(session, key)
        return results_and_basis(session, campaign, computed_at=computed_at, office_address=office_address)

    return database.read(load)


def results_today(key: str) -> tuple[CampaignResults, Basis]:
    """`current_results` of the running application, dated by the day."""
    return current_results(
        database(), key, computed_at=start_of_today(), office_address=settings().public_url
    )


def certificate_file(
    session: Session, campaign: fieldwork.Campaign, *, computed_at: datetime, for_audit: bool = False
) -> bytes:
    """The certificate of a campaign's results, with what each form counted `for_audit`.

    Raises
    ------
    CertificateWithheldError
        A scored group has too few forms for the certificate that everybody may read.
    """
    results = campaign_results(session, campaign, computed_at=computed_at)
    document = (
        certificate.certificate(session, campaign, results, with_rows=True)
        if for_audit
        else certificate.public_certificate(session, campaign, results)
    )
    return certificate.as_bytes(document)
