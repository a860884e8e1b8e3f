"""What became of the forms of a campaign, and the people who are known by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy.orm import Session

from survey.scoring.fieldwork_rates import (
    Dispositions,
    FieldworkLimits,
    FieldworkRates,
    fieldwork_limits,
    fieldwork_rates,
)
from survey.store import fieldwork, responses, rollups, saved_forms
from survey.store.fieldwork import Campaign, CollectorAtDesk
from survey.store.rolling import RollUp


@dataclass(frozen=True)
class FormCounts:
    """The forms by outcome: `valid` are scored, `incomplete` have too few answers; both are not withdrawn.

    `saved` were put aside to be finished later, and not sent yet. `issued` were distributed or offered, None
    where they were not counted.
    """

    valid: int
    incomplete: int
    withdrawn: int
    declined: int
    issued: int | None = None
    saved: int = 0

    @property
    def people_known(self) -> int:
        """The people who certainly were served: everybody whose form or refusal is known."""
        return self.returned + self.withdrawn + self.declined + self.saved

    @property
    def returned(self) -> int:
        """Forms that came in and were not withdrawn."""
        return self.valid + self.incomplete

    @property
    def is_issued_too_small(self) -> bool:
        """Whether more forms were returned or refused than issued, so that `issued` must be wrong."""
        return self.issued is not None and self.issued < self.returned + self.withdrawn + self.declined

    @property
    def rates(self) -> FieldworkRates:
        """The rates of fieldwork; a withdrawal counts as a refusal. `coop1` needs no `issued`."""
        rates = fieldwork_rates(self._outcomes)
        return rates if self._are_approached_known else FieldworkRates(None, None, None, rates.coop1, None)

    @property
    def rate_limits(self) -> FieldworkLimits:
        """The 95% interval of each of the rates."""
        limits = fieldwork_limits(self._outcomes)
        return limits if self._are_approached_known else FieldworkLimits(None, None, None, limits.coop1, None)

    @property
    def _are_approached_known(self) -> bool:
        return self.issued is not None and not self.is_issued_too_small

    @property
    def _outcomes(self) -> Dispositions:
        refusal = self.withdrawn + self.declined
        unknown = (self.issued or 0) - self.returned - refusal if self._are_approached_known else 0
        return Dispositions(self.valid, self.incomplete, refusal, unknown=unknown)


def count_forms(
    session: Session, campaign: Campaign, rolled: RollUp, collectors: Sequence[CollectorAtDesk]
) -> FormCounts:
    """The forms of a campaign by outcome."""
    return FormCounts(
        rolled.valid,
        rolled.incomplete,
        responses.count_withdrawn(session, campaign.id),
        responses.count_declined(session, [row.collector.id for row in collectors]),
        campaign.forms_issued,
        saved_forms.count_unsent(session, [row.collector.code for row in collectors]),
    )


def count_forms_now(session: Session, campaign: Campaign, zone: tzinfo) -> FormCounts:
    """The forms of a campaign by outcome at this moment, released or not."""
    rolled = rollups.roll_up(session, campaign, zone)
    return count_forms(session, campaign, rolled, fieldwork.collectors_of(session, campaign.id))


def count_people_known(session: Session, campaign: Campaign) -> int:
    """`FormCounts.people_known` of a campaign at this moment."""
    collectors = [row.collector for row in fieldwork.collectors_of(session, campaign.id)]
    returned = sum(responses.counts_by_collector(session, campaign.id).values())
    declined = responses.count_declined(session, [collector.id for collector in collectors])
    saved = saved_forms.count_unsent(session, [collector.code for collector in collectors])
    return returned + responses.count_withdrawn(session, campaign.id) + declined + saved
