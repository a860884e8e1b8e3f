"""The cautions of a result: what limits its numbers, and goes wherever the numbers go.

A new caution is a member of `Caution`, its condition here and its texts in `survey/reports/cautions.py`.
Every output prints all of them: `tests/reports/test_cautions.py` tries each with each.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from survey.results.campaign import CampaignResults
from survey.scoring.verdict import Verdict


class Caution(StrEnum):
    """What limits a result. The order is that of printing."""

    DEMO = "demo"
    OPEN = "open"
    ABSENT_GROUP = "absent_group"
    WITHHELD = "withheld"
    PROVISIONAL = "provisional"
    POPULATION_IGNORED = "population_ignored"
    CENSUS = "census"
    SELF_CHOSEN = "self_chosen"
    WAITING = "waiting"
    FEW_RATINGS = "few_ratings"
    OLDER_CRITERIA = "older_criteria"


def _is_withheld(results: CampaignResults) -> bool:
    return results.score.verdict is Verdict.WITHHELD and bool(results.score.withheld_because)


def _is_provisional(results: CampaignResults) -> bool:
    return results.score.provisional and results.score.score is not None


def _is_corrected_for_volunteers(results: CampaignResults) -> bool:
    """Whether a population correction stands beside people who chose themselves."""
    return bool(results.populations) and not results.is_census and results.score.score is not None


_CONDITIONS: Mapping[Caution, Callable[[CampaignResults], bool]] = {
    Caution.DEMO: lambda results: results.campaign.is_demo,
    Caution.OPEN: lambda results: results.is_open,
    Caution.ABSENT_GROUP: lambda results: bool(results.score.absent_groups),
    Caution.WITHHELD: _is_withheld,
    Caution.PROVISIONAL: _is_provisional,
    Caution.POPULATION_IGNORED: lambda results: results.populations_ignored,
    Caution.CENSUS: lambda results: results.is_census,
    Caution.SELF_CHOSEN: _is_corrected_for_volunteers,
    Caution.WAITING: lambda results: results.n_waiting != 0,
    Caution.FEW_RATINGS: lambda results: bool(results.left_out),
    Caution.OLDER_CRITERIA: lambda results: bool(results.criteria_as_of),
}


def cautions_of(results: CampaignResults) -> tuple[Caution, ...]:
    """The cautions that hold for a result, in the order of printing."""
    return tuple(caution for caution in Caution if _CONDITIONS[caution](results))
