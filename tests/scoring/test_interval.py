"""Intervals of a mean between 0 and the total."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.scoring.interval import (
    Evidence,
    Interval,
    IntervalError,
    IntervalMethod,
    chance_at_least,
    chance_at_least_t,
    confidence_interval,
    logit_t_interval,
    score_interval,
    t_interval,
    tilted_beta_interval,
)

THIRTY_FIVES = np.full(30, 38.0)
USUAL = Evidence(27.0, 38.0, 1.2, 1.2, 30, 29)


@pytest.mark.parametrize(("population", "low"), [(None, 34.81), (120, 35.59), (40, 37.18)])
def test_thirty_perfect_forms_give_the_printed_limits(population: int | None, low: float) -> None:
    interval = score_interval(THIRTY_FIVES, population=population)
    assert interval == pytest.approx((low, 38.0), abs=0.005)
    assert interval[1] == 38


def test_a_census_of_perfect_forms_is_certain() -> None:
    assert score_interval(THIRTY_FIVES, population=30) == (38.0, 38.0)


def test_a_census_of_mixed_forms_is_the_mean() -> None:
    assert score_interval(np.array([10.0, 20.0, 30.0]), population=3) == (20.0, 20.0)


def test_nobody_says_nothing() -> None:
    assert score_interval(np.array([])) == (0.0, 38.0)


def test_one_form_says_nothing() -> None:
    assert score_interval(np.array([30.0])) == (0.0, 38.0)


def test_two_forms_already_say_something() -> None:
    low, high = score_interval(np.array([30.0, 31.0]))
    assert 0 < low < 30 < 31 < high <= 38


def test_the_t_method_is_the_textbook_interval() -> None:
    points = np.array([20.0, 24.0, 28.0, 30.0])
    reach = 3.182446305284263 * points.std(ddof=1) / 2
    expected = (points.mean() - reach, points.mean() + reach)
    assert score_interval(points, method="t") == pytest.approx(expected, abs=1e-9)


def test_equal_weights_are_no_weights() -> None:
    points = np.linspace(10, 35, 20)
    assert score_interval(points, weights=np.full(20, 7.0)) == pytest.approx(
        score_interval(points), abs=1e-12
    )


def test_the_population_of_each_stratum_makes_the_weights() -> None:
    points = np.concatenate([np.linspace(10, 20, 10), np.linspace(30, 36, 10)])
    strata = np.repeat(["small", "large"], 10)
    weights = np.repeat([10.0, 90.0], 10)
    sizes = {"small": 100.0, "large": 900.0}
    by_size = score_interval(points, strata=strata, population=sizes)
    assert by_size == pytest.approx(
        score_interval(points, strata=strata, population=sizes, weights=weights), abs=1e-12
    )
    assert by_size[0] > 25


def test_one_population_number_over_strata_is_shared_out_as_sampled() -> None:
    points = np.linspace(20, 36, 20)
    strata = np.repeat(["a", "b"], [5, 15])
    shared = score_interval(points, strata=strata, population=80)
    assert shared == pytest.approx(score_interval(points, strata=strata, population={"a": 20, "b": 60}))


def test_a_stratum_with_one_form_is_allowed() -> None:
    low, high = score_interval(np.array([20.0, 22.0, 24.0, 36.0]), strata=np.array(["a", "a", "a", "b"]))
    assert 0 <= low < high <= 38


def test_a_higher_level_is_wider() -> None:
    points = np.linspace(20, 36, 25)
    narrow, wide = score_interval(points, level=0.9), score_interval(points, level=0.99)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


@pytest.mark.parametrize("method", ["t", "logit-t"])
def test_a_method_that_is_not_defined_gives_the_whole_scale(method: IntervalMethod) -> None:
    assert score_interval(np.array([30.0]), method=method) == (0.0, 38.0)


def test_a_point_off_the_scale_is_named() -> None:
    with pytest.raises(IntervalError, match=r"respondent 2 has 38\.5 points; points lie in 0\.\.38"):
        score_interval(np.array([20.0, 38.5]))


def test_a_missing_point_is_refused() -> None:
    with pytest.raises(IntervalError, match="respondent 1 has nan points"):
        score_interval(np.array([np.nan, 30.0]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"level": 0.0}, "confidence level is 0.0"),
        ({"level": 95}, "confidence level is 95"),
        ({"method": "wald"}, "'wald' is not known"),
        ({"total": 0}, "total is 0"),
        ({"population": {"a": 5}}, "give the stratum of each respondent"),
        ({"population": {"a": 5}, "strata": np.array(["a", "b"])}, "stratum 'b' is not given"),
        ({"population": 1}, "2 sampled units in a population of 1"),
        ({"weights": np.array([1.0, 0.0])}, "weight is 0 or less"),
    ],
)
def test_an_argument_without_meaning_is_refused(arguments: dict, message: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match=message):
        score_interval(np.array([20.0, 30.0]), **arguments)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.floats(0, 38), min_size=0, max_size=40),
    st.one_of(st.none(), st.integers(40, 10**9)),
    st.sampled_from([0.5, 0.9, 0.95, 0.999]),
)
def test_the_default_is_always_finite_inside_and_around_the_mean(
    points: list[float], population: int | None, level: float
) -> None:
    low, high = score_interval(np.array(points), population=population, level=level)
    assert 0 <= low <= high <= 38
    if points:
        assert low <= max(points) + 1e-9
        assert low - 1e-9 <= sum(points) / len(points) <= high + 1e-9


@settings(max_examples=400, deadline=None)
@given(st.floats(0, 38), st.floats(0, 50), st.floats(1.0001, 1e12), st.floats(1, 1e7), st.floats(0, 1))
def test_any_evidence_has_an_interval_that_its_chance_agrees_with(
    estimate: float, endless: float, effective_n: float, df: float, unsampled_share: float
) -> None:
    evidence = Evidence(
        estimate, 38.0, endless * unsampled_share, endless, effective_n, df, 1 - unsampled_share
    )
    interval = tilted_beta_interval(evidence, 0.95)
    assert 0 <= interval.low <= estimate <= interval.high <= 38
    chance = chance_at_least(evidence, 28, interval, 0.95)
    assert chance is not None
    assert 0 <= chance <= 1
    if interval.low >= 28:
        assert chance >= 0.975
    if interval.high < 28:
        assert chance <= 0.025


def test_the_logit_interval_is_not_defined_at_the_ends() -> None:
    assert logit_t_interval(replace(USUAL, estimate=38.0), 0.95) is None
    assert logit_t_interval(replace(USUAL, estimate=0.0), 0.95) is None


def test_the_t_interval_is_cut_to_the_scale() -> None:
    interval = t_interval(replace(USUAL, estimate=37.5), 0.95)
    assert interval is not None
    assert interval.low == pytest.approx(35.26, abs=0.01)
    assert interval.high == 38


def test_without_a_degree_of_freedom_only_the_default_is_defined() -> None:
    unknown = replace(USUAL, df=0.0)
    assert tilted_beta_interval(unknown, 0.95) == Interval(0.0, 38.0)
    assert confidence_interval(unknown, 0.95, "t") is None
    assert confidence_interval(unknown, 0.95, "logit-t") is None
    assert chance_at_least(unknown, 28, Interval(0, 38), 0.95) is None
    assert chance_at_least_t(unknown, 28) is None


def test_two_degrees_of_freedom_or_fewer_widen_the_chance_threefold() -> None:
    three = replace(USUAL, df=3.0)  # df / (df - 2) is 3 here as well
    whole = Interval(0, 38)
    assert chance_at_least(replace(USUAL, df=2.0), 28, whole, 0.95) == chance_at_least(three, 28, whole, 0.95)


def test_without_spread_the_t_chance_is_a_step() -> None:
    flat = replace(USUAL, variance=0.0)
    assert chance_at_least_t(replace(flat, estimate=28.0), 28) == 1.0
    assert chance_at_least_t(flat, 28) == 0.0


def test_the_chance_of_a_census_is_a_fact() -> None:
    census = replace(USUAL, variance=0.0)
    assert chance_at_least(census, 27, Interval(27, 27), 0.95) == 1.0
    assert chance_at_least(census, 28, Interval(27, 27), 0.95) == 0.0
