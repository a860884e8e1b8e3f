"""A campaign among those before and after it that can be compared with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from sqlalchemy.orm import Session

from survey.results.analysis import HOLM, Comparison, compare
from survey.results.campaign import results_without_parts
from survey.results.cautions import Caution, cautions_of
from survey.scoring.difference import difference_of
from survey.scoring.results import Score
from survey.store import fieldwork
from survey.store.fieldwork import Campaign, CollectorAtDesk


class NotCompared(StrEnum):
    """Why a campaign is not compared with the one of the page."""

    OTHER_VERSION = "other_version"
    OTHER_UNITS = "other_units"
    DEMONSTRATION = "demonstration"
    NO_SCORE = "no_score"


@dataclass(frozen=True)
class TrendCampaign:
    """A campaign of a trend with its score."""

    key: str
    name: str
    score: Score
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True)
class Step:
    """One campaign of a trend, and how it differs from the one before, `before`; None for the first."""

    campaign: TrendCampaign
    before: TrendCampaign | None = None
    change: Comparison | None = None


@dataclass(frozen=True)
class Trend:
    """Comparable campaigns by their first days. `skipped` are the names of the others, by reason."""

    steps: tuple[Step, ...]
    current_key: str
    skipped: tuple[tuple[NotCompared, tuple[str, ...]], ...] = ()

    @property
    def current(self) -> Step:
        """The step of the campaign that the trend is of."""
        return next(step for step in self.steps if step.campaign.key == self.current_key)


def trend_of(session: Session, campaign: Campaign, *, computed_at: datetime) -> Trend:
    """The trend of a campaign: all that have its questionnaire, its units and a score; demos apart."""
    units = _desks_and_units(fieldwork.collectors_of(session, campaign.id))
    compared, skipped = [], []
    for other in sorted(
        fieldwork.campaigns_of(session, campaign.unit_id), key=lambda one: (one.opens_on, one.id)
    ):
        reason = _reason_before_scoring(session, other, campaign, units)
        if reason is not None:
            skipped.append((reason, other.name))
            continue
        results = results_without_parts(session, other, computed_at=computed_at)
        if results.score.score is None and other.id != campaign.id:
            skipped.append((NotCompared.NO_SCORE, other.name))
        else:
            compared.append(TrendCampaign(other.key, other.name, results.score, cautions_of(results)))
    by_reason = tuple(
        (reason, names) for reason in NotCompared if (names := tuple(n for r, n in skipped if r is reason))
    )
    return Trend(steps_of(compared), campaign.key, by_reason)


def steps_of(campaigns: Sequence[TrendCampaign]) -> tuple[Step, ...]:
    """Campaigns in their order, each against the one before, with Holm's adjustment.

    Campaigns are separate samples: nobody is asked twice on purpose, and no clusters are drawn.
    """
    pairs = list(pairwise(campaigns))
    differences = [difference_of(before.score, after.score) for before, after in pairs]
    changes = compare(differences, [(before.score, after.score) for before, after in pairs], HOLM)
    later = (Step(after, before, change) for (before, after), change in zip(pairs, changes, strict=True))
    return (*map(Step, campaigns[:1]), *later)


def _reason_before_scoring(
    session: Session, other: Campaign, campaign: Campaign, units: tuple[set[int], set[int]]
) -> NotCompared | None:
    if other.id == campaign.id:
        return None
    if other.instrument_digest != campaign.instrument_digest:
        return NotCompared.OTHER_VERSION
    if other.is_demo != campaign.is_demo:
        return NotCompared.DEMONSTRATION
    collectors = fieldwork.collectors_of(session, other.id)
    return None if _have_common_part(units, _desks_and_units(collectors)) else NotCompared.OTHER_UNITS


def _desks_and_units(collectors: Sequence[CollectorAtDesk]) -> tuple[set[int], set[int]]:
    return {row.desk.id for row in collectors}, {row.unit.id for row in collectors if row.unit}


def _have_common_part(one: tuple[set[int], set[int]], other: tuple[set[int], set[int]]) -> bool:
    """Whether two campaigns are of the same office: a common unit; where units are not set, a common desk.

    Without units on both sides, every desk is the office's own.
    """
    (desks_one, units_one), (desks_other, units_other) = one, other
    if units_one and units_other:
        return bool(units_one & units_other)
    return bool(desks_one & desks_other) or not (units_one or units_other)
