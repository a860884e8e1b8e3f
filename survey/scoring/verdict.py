"""The verdict of an interval on the target band, and the forms needed to settle an open verdict."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from survey.scoring.borders import is_above, is_at_least, is_below, round_up
from survey.scoring.interval import Interval
from survey.scoring.rules import Target

_Z_LEVEL = 1.96
_Z_POWER = 0.84
_NEAREST = 0.5
_HALF_WIDTH = 1.0
# Usual values as shares of the total: the standard deviation between persons (6.6 of 38 points), and the
# width of the interval of thirty forms (5.6 of 38 points).
_USUAL_DEVIATION = 6.6 / 38
_USUAL_WIDTH_OF_THIRTY = 5.6 / 38


class Verdict(StrEnum):
    """The position of the interval in relation to the target band."""

    EXCEEDS = "exceeds"
    MET = "met"
    MISSED = "missed"
    INCONCLUSIVE = "inconclusive"
    WITHHELD = "withheld"


class BandPosition(StrEnum):
    """The position of the score without its interval, as in the tables of a province."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(frozen=True)
class FormsNeeded:
    """The number of forms that would settle the verdict, planned from the spread so far.

    `more` forms on top of those that came in make `total`; `by_stratum` divides `more` in proportion to
    people. `distance` is from the score to the edge that decides. Where `can_decide` is False it is
    under half a point, more forms cannot reasonably decide, and the numbers are for an interval of
    `half_width` points each way instead; else `half_width` is None.
    """

    more: int
    total: int
    by_stratum: Mapping[str, int]
    can_decide: bool
    distance: float
    half_width: float | None


@dataclass(frozen=True)
class BandPrecision:
    """The width of a target band in points, and how it compares with usual intervals.

    `forms` is the number of forms, to the nearest ten, whose interval usually is as wide as the band.
    """

    width: float
    interval_width_of_thirty: float
    forms: int


@dataclass(frozen=True)
class Spread:
    """The basis of the plan: n forms and the variance of their score (points squared, no FPC).

    `population` is None where its number of people is not known; `people` is the share or number of
    people in each stratum.
    """

    n: int
    variance_without_fpc: float
    population: float | None
    people: Mapping[str, float]


def verdict_of(interval: Interval | None, target: Target) -> Verdict:
    """The verdict of an interval; inconclusive without one. `findings` decides whether it is withheld."""
    if interval is None:
        return Verdict.INCONCLUSIVE
    if is_at_least(interval.low, target.high):
        return Verdict.EXCEEDS
    if is_at_least(interval.low, target.low):
        return Verdict.MET
    if is_below(interval.high, target.low):
        return Verdict.MISSED
    return Verdict.INCONCLUSIVE


def band_position(score: float, target: Target) -> BandPosition:
    """The position of the score; both edges belong to the band."""
    if is_below(score, target.low):
        return BandPosition.BELOW
    return BandPosition.ABOVE if is_above(score, target.high) else BandPosition.WITHIN


def forms_needed(score: float, verdict: Verdict, target: Target, spread: Spread) -> FormsNeeded | None:
    """Forms that would settle an open verdict; None when it is settled or the sample shows no spread yet.

    Every verdict depends first on the lower edge of the band, so the distance is to that edge.

    Source
    ------
    docs/statistics.md#forms-still-needed; two-sided 5%, power 80%, with FPC (Cochran 1977, ch. 4).
    """
    settled = verdict in (Verdict.EXCEEDS, Verdict.MET, Verdict.MISSED)
    if settled or spread.n < 2 or spread.variance_without_fpc <= 0:
        return None
    distance = abs(score - target.low)
    can_decide = is_at_least(distance, _NEAREST)
    person_variance = spread.n * spread.variance_without_fpc
    without_fpc = (
        person_variance * ((_Z_LEVEL + _Z_POWER) / distance) ** 2
        if can_decide
        else (person_variance * (_Z_LEVEL / _HALF_WIDTH) ** 2)
    )
    needed = without_fpc / (1 + without_fpc / spread.population) if spread.population else without_fpc
    more = max(0, round_up(needed - spread.n))
    half_width = None if can_decide else _HALF_WIDTH
    return FormsNeeded(
        more, spread.n + more, _allocate(more, spread.people), can_decide, distance, half_width
    )


def band_precision(target: Target, total: float) -> BandPrecision | None:
    """The precision that a target band asks for; None for a band without width.

    Source
    ------
    docs/statistics.md#verdict.
    """
    width = target.high - target.low
    if width <= 0:
        return None
    forms = (2 * _Z_LEVEL * _USUAL_DEVIATION * total / width) ** 2
    return BandPrecision(width, _USUAL_WIDTH_OF_THIRTY * total, 10 * round(forms / 10))


def _allocate(more: int, people: Mapping[str, float]) -> dict[str, int]:
    """`more` forms in proportion to people, with the rest of rounding to the largest remainders."""
    whole = sum(people.values())
    if whole <= 0:
        return {}
    exact = {stratum: more * share / whole for stratum, share in people.items()}
    shared = {stratum: math.floor(forms) for stratum, forms in exact.items()}
    by_remainder = sorted(exact, key=lambda stratum: shared[stratum] - exact[stratum])
    for stratum in by_remainder[: more - sum(shared.values())]:
        shared[stratum] += 1
    return shared
