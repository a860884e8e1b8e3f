"""Verdicts against the band 28 to 30, and the forms that would settle them."""

import math
from typing import Any

import pytest

from survey.scoring.interval import Interval
from survey.scoring.rules import Target
from survey.scoring.verdict import (
    BandPosition,
    FormsNeeded,
    Spread,
    Verdict,
    band_position,
    band_precision,
    forms_needed,
    verdict_of,
)

BAND = Target(28, 30)
PERSON_VARIANCE = 6.6**2


def spread(n: int = 30, population: float | None = None, **missing: Any) -> Spread:
    variance, fraction = PERSON_VARIANCE / n, n / population if population else 0.0
    people = {"citizen": 2.0, "business": 1.0}
    return Spread(n, variance * (1 - fraction), variance, population, people, **missing)


def normal_interval(score: float, of: Spread, z: float = 1.96) -> Interval:
    return Interval(score - z * math.sqrt(of.variance), score + z * math.sqrt(of.variance))


def forms_for(
    score: float,
    verdict: Verdict = Verdict.INCONCLUSIVE,
    of: Spread | None = None,
    interval: Interval | None = None,
) -> FormsNeeded | None:
    of = of or spread()
    return forms_needed(score, interval or normal_interval(score, of), verdict, BAND, of)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (30, 33, Verdict.EXCEEDS),
        (29.999, 33, Verdict.MET),
        (28, 29, Verdict.MET),
        (27.999, 33, Verdict.INCONCLUSIVE),
        (20, 28, Verdict.INCONCLUSIVE),
        (20, 27.999, Verdict.MISSED),
    ],
)
def test_the_limits_decide(low: float, high: float, verdict: Verdict) -> None:
    assert verdict_of(Interval(low, high), BAND) is verdict


def test_no_interval_decides_nothing() -> None:
    assert verdict_of(None, BAND) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("score", "reading"),
    [
        (27.99, BandPosition.BELOW),
        (28, BandPosition.WITHIN),
        (30, BandPosition.WITHIN),
        (30.01, BandPosition.ABOVE),
    ],
)
def test_both_edges_belong_to_the_band(score: float, reading: BandPosition) -> None:
    assert band_position(score, BAND) is reading


def test_a_score_two_points_under_the_band_needs_86_forms() -> None:
    plan = forms_for(26.0)  # 43.56 * 2.8^2 / 2^2 = 85.4
    assert plan is not None
    assert (plan.total, plan.more, plan.can_decide) == (86, 56, True)


def test_the_forms_are_divided_in_proportion() -> None:
    plan = forms_for(26.0)
    assert plan is not None
    assert plan.by_stratum == {"citizen": 37, "business": 19}


def test_a_small_population_needs_fewer() -> None:
    plan = forms_for(26.0, of=spread(population=100))  # 85.4 / (1 + 0.854) = 46.1
    assert plan is not None
    assert plan.total == 47


def test_a_score_at_the_edge_cannot_reasonably_be_decided() -> None:
    plan = forms_for(28.3)  # 43.56 * 1.96^2 = 167.3 for a half-width of one
    assert plan is not None
    assert (plan.can_decide, plan.half_width, plan.total) == (False, 1.0, 168)


@pytest.mark.parametrize("score", [20.0, 24.0, 27.4, 27.6, 28.0, 28.4, 28.6, 32.0, 37.0])
@pytest.mark.parametrize("n", [5, 30, 400, 5000])
@pytest.mark.parametrize("width", [0.9, 1.96, 3.0, 6.0])
def test_an_open_verdict_needs_at_least_one_more_form(score: float, n: int, width: float) -> None:
    for of in (spread(n), spread(n, population=n + 3)):
        interval = normal_interval(score, of, width)
        if verdict_of(interval, BAND).is_open:
            plan = forms_for(score, of=of, interval=interval)
            assert plan is not None
            assert plan.more >= 1
            assert plan.total <= (of.population or math.inf)
            assert plan.half_width is None or plan.half_width < (interval.high - interval.low) / 2


def test_the_plan_narrows_the_interval_of_the_verdict() -> None:
    wide, narrow = (forms_for(24.0, interval=Interval(24 - r, 24 + r)) for r in (8.0, 5.0))
    assert wide is not None
    assert narrow is not None
    assert (wide.more, narrow.more) == (123, 38)  # 30 (8 + 0.84 × 1.205)² / 4² - 30, and with 5


def test_plus_minus_one_point_is_not_offered_where_the_interval_is_as_narrow() -> None:
    plan = forms_for(28.3, interval=Interval(27.5, 29.1))
    assert plan is not None
    assert (plan.half_width, plan.more) == (0.5, 47)  # 30 × (0.8 / 0.5)² = 76.8


def test_the_plan_of_a_withheld_verdict_has_what_short_groups_lack() -> None:
    short = spread(n=400, missing_by_group={"business": 3})
    plan = forms_for(20.0, Verdict.WITHHELD, of=short)
    assert plan is not None
    assert (plan.more, plan.by_stratum) == (3, {"citizen": 0, "business": 3})
    few = forms_for(20.0, Verdict.WITHHELD, of=spread(n=4, missing_in_all=1), interval=Interval(18, 22))
    assert few is not None
    assert few.more == 1


@pytest.mark.parametrize("verdict", [Verdict.EXCEEDS, Verdict.MET, Verdict.MISSED])
def test_a_settled_verdict_needs_no_plan(verdict: Verdict) -> None:
    assert forms_for(26.0, verdict) is None


def test_without_spread_there_is_no_plan() -> None:
    assert forms_for(26.0, of=Spread(30, 0.0, 0.0, None, {"all": 1.0})) is None
    assert forms_for(26.0, of=Spread(1, 1.0, 1.0, None, {"all": 1.0})) is None


def test_the_band_of_two_points_asks_for_some_hundred_forms() -> None:
    precision = band_precision(BAND, 38)
    assert precision is not None
    assert (precision.width, precision.forms) == (2, 170)
    assert precision.interval_width_of_thirty == pytest.approx(5.6)
    assert band_precision(Target(28, 28), 38) is None
