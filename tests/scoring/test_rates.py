"""Satisfied rates with Wilson limits."""

import numpy as np
import pytest

from survey.scoring.pair_counts import pair_counts
from survey.scoring.rates import satisfied_rates, satisfied_rates_of_counts, wilson
from tests.scoring.builders import BLANK, everybody_says, fixed_rules, random_answers, some_rules


def test_wilson_is_the_textbook_value() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81 of 263
    assert wilson(81 / 263, 263, 0.95) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_wilson_of_none_of_twenty_is_the_textbook_value() -> None:
    assert wilson(0.0, 20, 0.95) == pytest.approx((0, 0.1611), abs=5e-5)  # Newcombe (1998): 0 of 20


def test_a_criterion_counts_fours_and_fives() -> None:
    answers = np.array([[5, 4, 3, BLANK], [4, 1, 2, BLANK], [3, 3, BLANK, BLANK]])
    rates = satisfied_rates(answers, some_rules())
    assert [(r.n_satisfied, r.n_valid) for r in rates.criteria.values()] == [(2, 3), (1, 3), (0, 2), (0, 0)]
    assert (rates.overall.n_satisfied, rates.overall.n_valid) == (3, 8)
    assert rates.criteria["skill"].share is None
    assert rates.sections["access"].share == 0.5


def test_people_who_answer_alike_count_once() -> None:
    answers = np.vstack([everybody_says(5, 10), everybody_says(1, 10)])
    rates = satisfied_rates(answers, some_rules())
    assert rates.overall.low == pytest.approx(wilson(0.5, 19, 0.95)[0])


def test_everybody_satisfied_counts_people_not_answers() -> None:
    rates = satisfied_rates(everybody_says(5, 10), some_rules())
    assert (rates.overall.low, rates.overall.high) == pytest.approx(wilson(1.0, 10, 0.95))


def test_limits_lie_around_the_share() -> None:
    rates = satisfied_rates(random_answers(5, 50), some_rules())
    for rate in (rates.overall, *rates.sections.values(), *rates.criteria.values()):
        assert rate.share is not None
        assert rate.low is not None
        assert rate.high is not None
        assert 0 <= rate.low <= rate.share <= rate.high <= 1


def test_groups_that_earn_no_points_are_not_counted() -> None:
    answers = np.vstack([everybody_says(5, 3), everybody_says(1, 2)])
    group = np.array(["citizen", "citizen", "business", "unit_head", "unit_head"])
    assert satisfied_rates(answers, fixed_rules(), group=group).overall.share == 1.0


def test_nobody_has_no_rate() -> None:
    assert satisfied_rates(np.empty((0, 4)), some_rules()).overall.share is None


def test_counted_people_have_the_rates_of_their_rows() -> None:
    rng = np.random.default_rng(7)
    codes = rng.integers(0, 6, size=(80, 4))  # 5 is a reason for having no answer
    answers = np.where(codes < 5, codes + 1.0, BLANK)
    counted, by_criterion = satisfied_rates_of_counts(pair_counts(codes, 5, 1, range(4)), [3, 4], range(4))
    rows = satisfied_rates(answers, some_rules())
    assert (counted.n_satisfied, counted.n_valid) == (rows.overall.n_satisfied, rows.overall.n_valid)
    assert (counted.low, counted.high) == pytest.approx((rows.overall.low, rows.overall.high), abs=1e-12)
    assert by_criterion == tuple(rows.criteria.values())
