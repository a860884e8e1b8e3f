"""The verdict of an interval on the target band, and the forms needed to settle an open verdict."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from survey.scoring.borders import is_above, is_at_least, is_at_most, is_below, round_up
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

    @property
    def is_open(self) -> bool:
        """Whether more forms could bring a conclusion."""
        return self in (Verdict.INCONCLUSIVE, Verdict.WITHHELD)


class BandPosition(StrEnum):
    """The position of the score without its interval, as in the tables of a province."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(frozen=True)
class FormsNeeded:
    """The number of forms that would settle the verdict, planned from the spread so far.

    `more` forms, at least 1, on top of those that came in make `total`; `by_stratum` divides `more` in
    proportion to people, with what short groups lack. `of_absent` of them, by group, are those that scored
    groups without any answer need to be part of the score. `distance` is from the score to the edge that
    decides. Where `can_decide` is False it is under half a point, more forms cannot reasonably decide, and
    the numbers are for an interval of `half_width` points each way instead; else `half_width` is None.
    """

    more: int
    total: int
    by_stratum: Mapping[str, int]
    can_decide: bool
    distance: float
    half_width: float | None
    of_absent: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_for_absent_only(self) -> bool:
        """Whether the verdict is settled, and only groups without an answer are missing."""
        return self.more == sum(self.of_absent.values())


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
    """The basis of the plan: n forms and the variance of their score (points squared), with and without FPC.

    `population` is None where its number of people is not known; `people` is the share or number of
    people in each stratum. `missing_by_group` are the forms that short groups lack for a verdict, by group,
    `missing_in_all` those that the whole lacks; `absent` those of scored groups without any answer.
    """

    n: int
    variance: float
    variance_without_fpc: float
    population: float | None
    people: Mapping[str, float]
    missing_by_group: Mapping[str, int] = field(default_factory=dict)
    missing_in_all: int = 0
    absent: Mapping[str, int] = field(default_factory=dict)


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


def forms_needed(
    score: float, interval: Interval, verdict: Verdict, target: Target, spread: Spread
) -> FormsNeeded | None:
    """Forms that would settle an open verdict and bring in the scored groups without any answer.

    None when nothing is open, or the sample shows no spread yet.

    Parameters
    ----------
    interval : the interval of the verdict; the plan is that it narrows

    Source
    ------
    docs/statistics.md#forms-still-needed; power 80%, with FPC (Cochran 1977, ch. 4).
    """
    if not verdict.is_open and not spread.absent:
        return None
    least = max(spread.missing_in_all, sum(spread.missing_by_group.values()))
    distance, can_decide, half_width = abs(score - target.low), True, None
    is_open = verdict is Verdict.INCONCLUSIVE or (verdict.is_open and verdict_of(interval, target).is_open)
    if is_open and spread.n >= 2 and spread.variance_without_fpc > 0:
        can_decide = is_at_least(distance, _NEAREST)
        half_width = None if can_decide else _half_width_under(interval)
        reach = (interval.high - interval.low) / 2
        narrower = _narrowing(score, interval, target, spread) if half_width is None else half_width / reach
        least = max(least, 1, round_up(_forms_for(narrower, spread) - spread.n))
    more = least + sum(spread.absent.values())
    if not more:
        return None
    by_stratum = {**_with_missing(least, spread), **spread.absent}
    return FormsNeeded(
        more, spread.n + more, by_stratum, can_decide, distance, half_width, dict(spread.absent)
    )


def _narrowing(score: float, interval: Interval, target: Target, spread: Spread) -> float:
    """The share of its width at which the interval clears the lower edge with a power of 80%."""
    reach = score - interval.low if is_at_least(score, target.low) else interval.high - score
    return abs(score - target.low) / (reach + _Z_POWER * math.sqrt(spread.variance))


def _half_width_under(interval: Interval) -> float:
    """One point, or the half, quarter … of it that is less than the half-width of the interval."""
    half_width = _HALF_WIDTH
    while is_at_most((interval.high - interval.low) / 2, half_width):
        half_width /= 2
    return half_width


def _forms_for(narrower: float, spread: Spread) -> float:
    """The number of forms that makes an interval narrower: its width goes with the root of 1/n - 1/N."""
    rest = 1 / spread.population if spread.population else 0.0
    return 1 / ((1 / spread.n - rest) * narrower**2 + rest)


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


def _with_missing(more: int, spread: Spread) -> dict[str, int]:
    """`more` forms in proportion to people, and no group with fewer than it lacks for a verdict."""
    missing = spread.missing_by_group
    shared = _allocate(more, spread.people)
    if all(shared.get(group, 0) >= lacking for group, lacking in missing.items()):
        return shared
    rest = _allocate(more - sum(missing.values()), spread.people)
    return {key: rest.get(key, 0) + missing.get(key, 0) for key in {**rest, **missing}}


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
