"""Publishing the results of a campaign, and sharing them by links."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from survey.publication import links
from survey.store import fieldwork
from survey.store.editions import NewEdition, add_edition


class StillOpenError(ValueError):
    """The campaign still takes forms. Two results a form apart would show the answers of that form."""

    def __init__(self, closes_on: date) -> None:
        super().__init__(f"the campaign takes forms until the end of {closes_on.isoformat()}")
        self.closes_on = closes_on


def publish(
    session: Session, key: str, edition: NewEdition | None, *, after: int, today: date, now: datetime
) -> None:
    """Publish the results of a campaign, with an edition after the one with the number `after` if it is new.

    Raises
    ------
    StillOpenError
        The campaign takes forms.
    """
    campaign = fieldwork.campaign_by_key(session, key)
    if campaign.closes_on >= today:
        raise StillOpenError(campaign.closes_on)
    campaign.published_at = campaign.published_at or now
    if edition is not None:
        add_edition(session, campaign.id, edition, after=after, now=now)


def withdraw(session: Session, key: str) -> None:
    """End the publication of a campaign's results."""
    fieldwork.campaign_by_key(session, key).published_at = None


def share(session: Session, key: str) -> str:
    """The key that signs the links to a campaign's results, created where the campaign has none."""
    campaign = fieldwork.campaign_by_key(session, key)
    campaign.share_key = campaign.share_key or links.new_share_key()
    return campaign.share_key


def end_links(session: Session, key: str) -> None:
    """End every link to a campaign's results."""
    fieldwork.campaign_by_key(session, key).share_key = None
