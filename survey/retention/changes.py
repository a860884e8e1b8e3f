"""Changing how long the single responses of a campaign are stored."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from survey.fieldwork.campaigns import refuse_contradiction
from survey.store import erasure, fieldwork, questionnaires, retention, saved_forms
from survey.store.fieldwork import Campaign, months_after

NOTICE = timedelta(days=7)


class RetentionRefusedError(ValueError):
    """The time of a campaign cannot be changed like this."""


class DeletionBegunError(RetentionRefusedError):
    """The responses are deleted already, or are being deleted."""


class LengthenedError(RetentionRefusedError):
    """Somebody has answered and was promised an earlier deletion."""


class TooSoonError(RetentionRefusedError):
    """Responses would be deleted before the office has had time to notice; `months` is the least possible."""

    def __init__(self, months: int) -> None:
        super().__init__(f"at least {months} months")
        self.months = months


def set_months(session: Session, key: str, months: int, *, today: date) -> Campaign:
    """Store after how many months single responses are deleted, and return the campaign.

    Raises
    ------
    DeletionBegunError
        The responses are deleted, or are being deleted.
    LengthenedError
        The time is longer than before, and a form came.
    TooSoonError
        The time is shorter than before, and responses would be due within `NOTICE`.
    ConsentContradictedError
        Forms can still come, and the consent names another time.
    """
    campaign = fieldwork.campaign_by_key(session, key)
    before = campaign.retention_months
    if retention.has_begun(session, campaign.id):
        raise DeletionBegunError
    if months > before and has_forms(session, campaign):
        raise LengthenedError
    if months < before and months_after(campaign.closes_on, months) < today + NOTICE:
        raise TooSoonError(min(before, _least_months(campaign.closes_on, today + NOTICE)))
    if today <= campaign.closes_on:
        refuse_contradiction(questionnaires.questionnaire(session, campaign.instrument_digest), months)
    campaign.retention_months = months
    return campaign


def has_forms(session: Session, campaign: Campaign) -> bool:
    """Whether somebody has answered, or has saved a form to go on later."""
    codes = [row.collector.code for row in fieldwork.collectors_of(session, campaign.id)]
    return erasure.count_responses(session, campaign.id) + saved_forms.count_unsent(session, codes) > 0


def _least_months(closes_on: date, day: date) -> int:
    """The least months after which single responses are due on a day or later."""
    months = (day.year - closes_on.year) * 12 + day.month - closes_on.month
    return months if months_after(closes_on, months) >= day else months + 1
