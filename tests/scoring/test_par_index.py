"""PAR INDEX points against sums done by hand, and the edges of every rule."""

from dataclasses import replace

import pytest

from survey.scoring.interval import Interval
from survey.scoring.par_index import (
    CardPoints,
    ComponentRules,
    IndicatorRule,
    IndicatorState,
    Light,
    Observed,
    score_card,
    score_indicator,
)

RATIO = IndicatorRule("r", 4, "ratio", 100, floor=80)
ON_TIME = IndicatorRule("t", 6, "ratio", 95, floor=95)
LINEAR = IndicatorRule("l", 3, "linear", 30)
YES = IndicatorRule("b", 2, "boolean", 1)
SURVEY = IndicatorRule("s", 38, "from_survey", 28)


@pytest.mark.parametrize(
    ("rule", "value", "points"),
    [
        (RATIO, 0, 0), (RATIO, 79.99, 0), (RATIO, 80, 3.2), (RATIO, 99.5, 3.98), (RATIO, 100, 4),
        (RATIO, 130, 4), (ON_TIME, 94.99, 0), (ON_TIME, 95, 5.7), (ON_TIME, 100, 6),
        (LINEAR, 0, 0), (LINEAR, 15, 1.5), (LINEAR, 30, 3), (LINEAR, 45, 3),
        (YES, 1, 2), (YES, 0, 0), (replace(YES, target=0), 0, 2), (SURVEY, 28.23, 28.23), (SURVEY, 38, 38),
    ],
)  # fmt: skip
def test_a_value_earns_the_points_of_its_rule(rule: IndicatorRule, value: float, points: float) -> None:
    scored = score_indicator(rule, Observed(value))
    assert scored.state is IndicatorState.SCORED
    assert scored.points == pytest.approx(points, abs=1e-12)
    assert scored.to_gain == pytest.approx(rule.max_points - points, abs=1e-12)


@pytest.mark.parametrize(("n", "of", "points"), [(19, 20, 5.7), (9499, 10000, 0), (95, 100, 5.7), (0, 7, 0)])
def test_counted_cases_are_divided_exactly(n: int, of: int, points: float) -> None:
    assert score_indicator(ON_TIME, Observed(None, n, of)).points == pytest.approx(points, abs=1e-12)


def test_a_missing_value_no_case_and_no_target_are_distinct() -> None:
    states = [
        score_indicator(RATIO, Observed()).state,
        score_indicator(RATIO, Observed(None, 0, 0)).state,
        score_indicator(replace(RATIO, target=None), Observed(95)).state,
    ]
    assert states == [IndicatorState.MISSING, IndicatorState.NO_CASE, IndicatorState.NO_TARGET]


def test_counted_cases_have_a_wilson_interval_and_typed_rates_have_none() -> None:
    counted = score_indicator(ON_TIME, Observed(None, 96, 100)).wilson
    assert counted is not None  # by hand: centre 0.942983, reach 0.041354
    assert counted.low == pytest.approx(90.1629, abs=1e-4)
    assert counted.high == pytest.approx(98.4337, abs=1e-4)
    assert score_indicator(ON_TIME, Observed(96.0)).wilson is None
    assert score_indicator(RATIO, Observed(None, 11, 10)).wilson is None, (
        "a plan more than fulfilled is no share"
    )


@pytest.mark.parametrize(
    ("seen", "light"),
    [
        (Observed(28.5), Light.FULL),
        (Observed(28.5, interval=Interval(28.1, 29)), Light.FULL),
        (Observed(28.5, interval=Interval(26, 31)), Light.NEAR),
        (Observed(26, interval=Interval(25, 27.9)), Light.LOW),
    ],
)
def test_the_light_of_an_estimate_depends_on_its_whole_interval(seen: Observed, light: Light) -> None:
    assert score_indicator(SURVEY, seen).light is light


def test_a_value_near_a_floor_is_at_risk() -> None:
    scored = score_indicator(ON_TIME, Observed(95.2))
    assert scored.at_risk == pytest.approx(6 * 0.952)
    assert scored.margin == pytest.approx(0.2)
    assert score_indicator(ON_TIME, Observed(94)).at_risk == 0


def by_hand() -> CardPoints:
    """The sheet: ten indicators in four components, 63 points."""
    rules = (
        ComponentRules(
            "a",
            tuple(
                replace(RATIO, key=key, max_points=points)
                for key, points in (("r", 4), ("r2", 2), ("r3", 3), ("r4", 3))
            ),
        ),
        ComponentRules("b", (ON_TIME, replace(LINEAR, key="l0", target=None), replace(RATIO, key="r5"))),
        ComponentRules("c", (YES,)),
        ComponentRules("d", (SURVEY,)),
        ComponentRules("e", (replace(RATIO, key="r6", max_points=1),)),
    )
    seen = {
        "r": Observed(None, 14, 15),
        "r2": Observed(100),
        "r3": Observed(None, 0, 0),
        "r4": Observed(100),
        "t": Observed(96),
        "l0": Observed(50),
        "b": Observed(1),
        "r6": Observed(None, 0, 0),
        "s": Observed(28.23, interval=Interval(24.44, 32.02)),
    }
    return score_card(rules, seen)


def test_the_sheet_computed_by_hand() -> None:
    card = by_hand()
    a, b, c, d, e = card.components
    assert a.points == pytest.approx((4 * 14 / 15 + 2 + 3) * 12 / 9), (
        "the 3 points without a case are shared out"
    )
    assert (a.max_scored, a.max_points) == (12, 12)
    assert b.points == pytest.approx(5.76)
    assert (b.max_scored, b.max_points) == (6, 13)
    assert (c.points, c.light) == (2, Light.FULL)
    assert d.points == pytest.approx(28.23)
    assert (e.points, e.max_scored) == (None, 0), "nothing is left to share its points out over"
    assert card.points == pytest.approx(11.644444 + 5.76 + 2 + 28.23, abs=1e-6)
    assert (card.max_scored, card.total, card.provisional) == (58, 66, True)
    assert card.components_at_max == 1


def test_the_interval_of_the_survey_is_part_of_the_total() -> None:
    card = by_hand()
    assert card.interval is not None
    assert card.points is not None
    assert card.points - card.interval.low == pytest.approx(28.23 - 24.44)
    assert card.interval.high - card.points == pytest.approx(32.02 - 28.23)


def test_the_interval_stretches_with_its_component() -> None:
    rules = (ComponentRules("d", (replace(SURVEY, max_points=30, target=20), replace(RATIO, max_points=10))),)
    card = score_card(rules, {"s": Observed(24, interval=Interval(21, 27)), "r": Observed(None, 0, 0)})
    assert card.points == pytest.approx(32)
    assert card.interval is not None
    assert card.interval.low == pytest.approx(28)
    assert card.interval.high == pytest.approx(36)


def test_nothing_entered_is_no_score() -> None:
    card = score_card((ComponentRules("a", (RATIO,)),), {})
    assert (card.points, card.max_scored, card.interval, card.provisional) == (None, 0, None, True)


def test_a_full_card_is_not_provisional() -> None:
    card = score_card((ComponentRules("a", (RATIO, YES)),), {"r": Observed(100), "b": Observed(1)})
    assert (card.points, card.max_scored, card.provisional, card.interval) == (6, 6, False, None)
