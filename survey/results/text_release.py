"""Shows officials the texts of citizens in batches, by the rule that results move by."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from survey.scoring.releases import is_text_batch_due
from survey.store import questionnaires, text_batches
from survey.store.db import Database
from survey.store.fieldwork import Campaign
from survey.store.text_batches import TextKind
from survey.store.unavailable import StoreUnavailableError
from survey.store.writers import wait_for_writers


@dataclass(frozen=True)
class TextsOutside:
    """How many texts are not shown, and why: `minimum` is that of the survey, which may be over."""

    n: int
    minimum: int
    is_over: bool


def texts_outside(
    session: Session, campaign: Campaign, kind: TextKind, *, now: datetime, zone: tzinfo
) -> TextsOutside:
    """The texts of a campaign that wait to be shown."""
    return TextsOutside(
        text_batches.waiting_texts(session, campaign.id, kind).n,
        _minimum(session, campaign),
        _is_over(campaign, now, zone),
    )


def show_texts_if_due(
    database: Database, campaign_id: int, kind: TextKind, *, now: datetime, zone: tzinfo
) -> None:
    """Show the texts that wait where enough of them came. While the store cannot be written, none are.

    Parameters
    ----------
    now : the present moment; a campaign is over when its last day has ended in the zone
    """

    def due_until(session: Session, until: int | None = None) -> int:
        """The id up to which texts are to be shown, 0 where none are."""
        campaign = session.get_one(Campaign, campaign_id)
        new = text_batches.waiting_texts(session, campaign_id, kind, until)
        minimum, is_over = _minimum(session, campaign), _is_over(campaign, now, zone)
        return new.last_id if is_text_batch_due(new.n, new.n_people, minimum, is_over=is_over) else 0

    def show(session: Session) -> None:
        after = text_batches.last_shown(session, campaign_id, kind)
        if last_id := due_until(session, until):
            text_batches.show_until(session, campaign_id, kind, last_id, after=after)

    with suppress(StoreUnavailableError):
        if until := database.read(due_until):
            # A text with a lower id that came to light later would appear alone.
            wait_for_writers(database, text_batches.table_of(kind))
            database.write(show)


def _minimum(session: Session, campaign: Campaign) -> int:
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    return questionnaire.scoring.small_cell_suppression


def _is_over(campaign: Campaign, now: datetime, zone: tzinfo) -> bool:
    return campaign.closes_on < now.astimezone(zone).date()
