"""The rule `average` scales by the strata behind an estimate, and by no other (nstrat / nokstrat in R)."""

import numpy as np
import pytest

from survey.scoring.arrays import Flags, Floats, Labels
from survey.scoring.design import SampleDesign
from survey.scoring.difference import differences_between
from survey.scoring.moment_score import moment_differences, score_moments
from survey.scoring.moments import moments_of
from survey.scoring.rules import Rules
from survey.scoring.score import Score, sample_of, score_responses
from tests.scoring.builders import BLANK, fixed_rules, random_answers, some_rules

STRATA = np.repeat(["a", "b", "lonely"], [20, 24, 1])
DOMAIN = np.array(["in", "out"] * 22 + ["out"])  # the lonely respondent is outside


def _by_hand(answers: Floats, rules: Rules, inside: Flags, strata: Labels, factor: float) -> float:
    """Factor times sum over strata of n/(n - 1) times the squares about the mean; 0 outside the domain."""
    influence = np.zeros(inside.size)
    for column, criterion in enumerate(rules.criteria):
        valid = inside & ~np.isnan(answers[:, column])
        share = (np.nan_to_num(answers[:, column]) - 1) / 4
        influence += np.where(valid, share - share[valid].mean(), 0.0) * criterion.max_points / valid.sum()
    variance = 0.0
    for stratum in np.unique(strata):
        z = influence[strata == stratum]
        if z.size > 1:
            variance += z.size / (z.size - 1) * float(((z - z.mean()) ** 2).sum())
    return float(np.sqrt(factor * variance))


def _both_ways(answers: Floats, domain: Labels) -> tuple[Score, Score]:
    """The score of the domain `in`, from the rows and from their sums."""
    design = SampleDesign(strata=STRATA, lonely_psu="average")
    from_rows = score_responses(answers, some_rules(), design, domain=domain).domains["in"]
    moments = moments_of(answers, some_rules(), design, domain=domain)
    return from_rows, score_moments(moments, some_rules(), lonely_psu="average").domains["in"]


def test_a_domain_without_the_lonely_stratum_is_not_inflated() -> None:
    answers = random_answers(5, 45, 0.0)
    expected = _by_hand(answers, some_rules(), DOMAIN == "in", STRATA, 1.0)
    for score in _both_ways(answers, DOMAIN):
        assert score.se == pytest.approx(expected, rel=1e-9)


def test_a_domain_with_the_lonely_stratum_is_scaled_by_three_over_two() -> None:
    answers = random_answers(5, 45, 0.0)
    domain = np.where(STRATA == "lonely", "in", DOMAIN)
    expected = _by_hand(answers, some_rules(), domain == "in", STRATA, 3 / 2)
    for score in _both_ways(answers, domain):
        assert score.se == pytest.approx(expected, rel=1e-9)


def test_a_criterion_that_the_lonely_respondent_left_out_is_not_inflated() -> None:
    answers = random_answers(6, 45, 0.0)
    answers[-1, 0] = BLANK
    design = SampleDesign(strata=STRATA, lonely_psu="average")
    whole = score_responses(answers, some_rules(), design).whole
    without = score_responses(answers[:-1], some_rules(), SampleDesign(strata=STRATA[:-1])).whole
    assert whole.criteria[0].se_points == pytest.approx(without.criteria[0].se_points, rel=1e-9)


def test_one_business_whose_cell_is_dropped_leaves_the_error_of_thirty_citizens() -> None:
    rules = fixed_rules(min_valid_per_cell=5)
    answers = random_answers(7, 31, 0.0)
    group = np.repeat(["citizen", "business"], [30, 1])
    alone = score_responses(answers[:30], rules, SampleDesign(), group=group[:30]).whole
    with_one = score_responses(answers, rules, SampleDesign(), group=group).whole
    moments = score_moments(moments_of(answers, rules, SampleDesign(), group=group), rules).whole
    for score in (with_one, moments):
        assert score.score == pytest.approx(alone.score, rel=1e-12)
        assert score.se == pytest.approx(alone.se, rel=1e-9)
        assert score.df == alone.df


def test_a_difference_of_domains_without_the_lonely_stratum_is_not_inflated() -> None:
    answers = random_answers(8, 45, 0.0)
    domain = np.where(STRATA == "lonely", "elsewhere", DOMAIN)
    design = SampleDesign(strata=STRATA, lonely_psu="average")
    (from_rows,) = differences_between(
        sample_of(answers, some_rules(), design, None), domain, [("in", "out")]
    )
    moments = moments_of(answers, some_rules(), design, domain=domain)
    (from_sums,) = moment_differences(moments, some_rules(), [("in", "out")], lonely_psu="average")
    plain = SampleDesign(strata=STRATA[:-1])
    (expected,) = differences_between(
        sample_of(answers[:-1], some_rules(), plain, None), domain[:-1], [("in", "out")]
    )
    assert expected is not None
    for difference in (from_rows, from_sums):
        assert difference is not None
        assert difference.se == pytest.approx(expected.se, rel=1e-9)


def test_a_score_from_lonely_strata_only_has_no_error() -> None:
    answers = random_answers(9, 45, 0.0)
    domain = np.where(STRATA == "lonely", "in", "out")
    for score in _both_ways(answers, domain):
        assert score.score is not None
        assert score.se is None
