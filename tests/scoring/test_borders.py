"""Numbers at borders: one tolerance, whatever is compared."""

import numpy as np
import pytest

from survey.scoring import borders
from survey.scoring.design import SampleDesign
from survey.scoring.interval import Evidence, Interval, chance_at_least, chance_at_least_t
from survey.scoring.par_index import (
    ComponentRules,
    IndicatorRule,
    Light,
    Observed,
    score_card,
    score_indicator,
)
from survey.scoring.ranking import Contender, rank_units
from survey.scoring.rules import Rules, ScoredCriterion, Target
from survey.scoring.score import Score, score_responses
from survey.scoring.verdict import BandPosition, Verdict, band_position, verdict_of

JUST_UNDER = 27.999999999999996
BAND = Target(28, 30)
EXAMPLE_MAXIMA = (2.0, 1.5, 1.7, 1.9, 2.2, 1.3, 2.4, 2.6, 1.8, 2.0, 3.0, 1.6, 2.0, 3.0, 2.0, 3.0, 1.0, 3.0)


@pytest.mark.parametrize("value", [28, JUST_UNDER, 28.000000000000004, 28 + 2e-8, 28 - 2e-8])
def test_a_number_within_the_tolerance_is_the_border(value: float) -> None:
    assert borders.is_equal(value, 28)
    assert borders.is_at_least(value, 28)
    assert borders.is_at_most(value, 28)
    assert not borders.is_above(value, 28)
    assert not borders.is_below(value, 28)


@pytest.mark.parametrize("away", [1e-6, 0.0035, 1])
def test_a_number_beyond_the_tolerance_is_on_its_side(away: float) -> None:
    assert borders.is_above(28 + away, 28)
    assert borders.is_below(28 - away, 28)
    assert not borders.is_at_least(28 - away, 28)
    assert not borders.is_at_most(28 + away, 28)


def test_numbers_are_rounded_up_and_down_with_the_tolerance() -> None:
    assert (borders.round_up(3.0000000000000004), borders.round_up(3.001), borders.round_up(-0.2)) == (
        3,
        4,
        0,
    )
    assert (borders.round_down(2.9999999999999996), borders.round_down(2.999)) == (3, 2)


def census_of_19() -> Score:
    """14 times the best and 5 times the worst answer to every criterion: 38 × 14/19 = 28."""
    maxima = np.array(EXAMPLE_MAXIMA) * 38 / sum(EXAMPLE_MAXIMA)
    rules = Rules(
        total_points=float(maxima.sum()),
        criteria=tuple(ScoredCriterion(f"c{q}", float(m), "all") for q, m in enumerate(maxima)),
        shares={answer: (answer - 1) / 4 for answer in range(1, 6)},
        target=BAND,
    )
    answers = np.repeat([5.0, 1.0], [14, 5])[:, None] * np.ones((1, maxima.size))
    return score_responses(answers, rules, SampleDesign(fpc=np.full(19, 19.0))).whole


def test_a_census_of_19_with_14_fives_and_5_ones_meets_the_target_of_28() -> None:
    score = census_of_19()
    assert score.score == pytest.approx(28, abs=1e-12)
    assert (score.verdict, score.reading) == (Verdict.MET, BandPosition.WITHIN)
    assert score.p_ge_low == 1


def test_verdict_reading_and_chance_of_a_census_take_rounding_errors_for_the_border() -> None:
    exact = Evidence(JUST_UNDER, 38.0, 0.0, 1.0, 19.0, 18.0)
    assert exact.is_census
    limits = Interval(JUST_UNDER, JUST_UNDER)
    assert verdict_of(limits, BAND) is Verdict.MET
    assert verdict_of(Interval(30 - 4e-15, 31), BAND) is Verdict.EXCEEDS
    assert verdict_of(Interval(27, 28 - 4e-15), BAND) is Verdict.INCONCLUSIVE
    assert band_position(JUST_UNDER, BAND) is BandPosition.WITHIN
    assert band_position(30.000000000000004, BAND) is BandPosition.WITHIN
    assert chance_at_least(exact, 28, limits, 0.95) == 1
    assert chance_at_least_t(exact, 28) == 1


RATIO_80 = IndicatorRule("r", 4, "ratio", 100, floor=80)
RATIO_95 = IndicatorRule("t", 6, "ratio", 95, floor=95)
SURVEY = IndicatorRule("s", 38, "from_survey", 28)
LINEAR = IndicatorRule("l", 3, "linear", 30)


@pytest.mark.parametrize(("rule", "floor"), [(RATIO_80, 80), (RATIO_95, 95)])
def test_a_rate_that_is_its_floor_but_for_rounding_errors_earns_points(
    rule: IndicatorRule, floor: float
) -> None:
    exact, rounded = (score_indicator(rule, Observed(value)) for value in (floor, floor * (1 - 2e-16)))
    assert rounded.value != exact.value
    assert rounded.points == pytest.approx(exact.points, abs=1e-12)
    assert (rounded.light, rounded.margin) == (exact.light, 0)
    assert score_indicator(rule, Observed(floor - 1e-4)).points == 0


def test_lights_take_rounding_errors_for_the_border() -> None:
    survey = score_indicator(SURVEY, Observed(29, interval=Interval(JUST_UNDER, 30)))
    assert survey.light is Light.FULL
    assert score_indicator(SURVEY, Observed(27, interval=Interval(26, JUST_UNDER))).light is Light.NEAR
    assert score_indicator(LINEAR, Observed(0.8 * 30 - 4e-15)).light is Light.NEAR


def test_a_component_at_its_maximum_but_for_rounding_errors_is_counted() -> None:
    tenths = tuple(IndicatorRule(str(i), 0.1, "linear", 1) for i in range(10))
    card = score_card((ComponentRules("c", tenths),), {rule.key: Observed(1.0) for rule in tenths})
    assert (card.components_at_max, card.provisional) == (1, False)


def test_equal_points_but_for_rounding_errors_have_one_rank() -> None:
    placings = rank_units([Contender("a", 28.0), Contender("b", JUST_UNDER), Contender("c", 27.0)], top=1)
    assert [(placing.key, placing.rank) for placing in placings] == [("a", 1), ("b", 1), ("c", 3)]
