"""Verdicts against the band 28 to 30, and the forms that would settle them."""

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


def spread(n: int = 30, population: float | None = None) -> Spread:
    return Spread(n, PERSON_VARIANCE / n, population, {"citizen": 2.0, "business": 1.0})


def forms_for(
    score: float, verdict: Verdict = Verdict.INCONCLUSIVE, of: Spread | None = None
) -> FormsNeeded | None:
    return forms_needed(score, verdict, BAND, of or spread())


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


def test_enough_forms_need_no_more() -> None:
    plan = forms_for(20.0)
    assert plan is not None
    assert (plan.more, plan.total) == (0, 30)


@pytest.mark.parametrize("verdict", [Verdict.EXCEEDS, Verdict.MET, Verdict.MISSED])
def test_a_settled_verdict_needs_no_plan(verdict: Verdict) -> None:
    assert forms_for(26.0, verdict) is None


def test_without_spread_there_is_no_plan() -> None:
    assert forms_for(26.0, of=Spread(30, 0.0, None, {"all": 1.0})) is None
    assert forms_for(26.0, of=Spread(1, 1.0, None, {"all": 1.0})) is None


def test_the_band_of_two_points_asks_for_some_hundred_forms() -> None:
    precision = band_precision(BAND, 38)
    assert precision is not None
    assert (precision.width, precision.forms) == (2, 170)
    assert precision.interval_width_of_thirty == pytest.approx(5.6)
    assert band_precision(Target(28, 28), 38) is None
