"""Golden values: R survey 4.1.1 on R 4.2.2 (tests/cases/scoring), 1e-6 absolute."""

import pytest

from survey.scoring.score import Interval, Score, SurveyScore, score_responses
from tests.scoring.builders import REFERENCE_CASES, ReferenceCase, reference_case

TOLERANCE = 1e-6
EVERY_CASE = pytest.mark.parametrize("name", REFERENCE_CASES)


def score_case(case: ReferenceCase) -> SurveyScore:
    return score_responses(case.answers, case.rules, case.design, domain=case.domain)


def same(value: float | None, expected: float) -> None:
    assert value == pytest.approx(expected, abs=TOLERANCE, rel=0)


def same_limits(interval: Interval | None, expected: list[float], total: float) -> None:
    """R does not cut its t interval to the possible points; we do."""
    assert interval is not None
    same(interval.low, max(expected[0], 0))
    same(interval.high, min(expected[1], total))


@EVERY_CASE
def test_the_whole_score_is_that_of_r(name: str) -> None:
    case = reference_case(name)
    whole, expected = score_case(case).whole, case.expected
    same(whole.score, expected["score"])
    same(whole.se, expected["se"])
    same(whole.df, expected["df"])
    same(whole.sum_weights, expected["sum_weights"])
    same(whole.p_ge_low_t, expected["p_ge_28_t"])
    same_limits(whole.interval_t, expected["ci95_t"], 38)
    same_limits(whole.interval_logit_t, expected["ci95_logit_t"], 38)
    assert whole.n_respondents == expected["n_respondents"]


@EVERY_CASE
def test_every_criterion_is_that_of_r(name: str) -> None:
    case = reference_case(name)
    for criterion in score_case(case).whole.criteria:
        expected = case.expected["criteria"][criterion.key]
        same(criterion.ratio, expected["ratio"])
        same(criterion.points, expected["points"])
        same(criterion.se_points, expected["se_points"])
        assert criterion.n_valid == expected["n_valid"]


@EVERY_CASE
def test_every_section_is_that_of_r(name: str) -> None:
    case = reference_case(name)
    for section in score_case(case).whole.sections:
        expected = case.expected["sections"][section.key]
        same(section.score, expected["score"])
        same(section.se, expected["se"])
        same(section.max_points, expected["max"])
        same_limits(section.interval_t, expected["ci95_t"], section.max_points)
        same_limits(section.interval_logit_t, expected["ci95_logit_t"], section.max_points)


@EVERY_CASE
def test_every_domain_is_that_of_r(name: str) -> None:
    case = reference_case(name)
    domains = score_case(case).domains
    assert domains.keys() == case.expected["domains"].keys()
    for key, expected in case.expected["domains"].items():
        check_domain(domains[key], expected)


def check_domain(domain: Score, expected: dict) -> None:  # type: ignore[type-arg]
    same(domain.score, expected["score"])
    same(domain.se, expected["se"])
    same(domain.df, expected["df_domain"])
    same(domain.df_design, expected["df_design"])
    same(domain.sum_weights, expected["sum_weights"])
    same_limits(domain.interval_t, expected["ci95_t_df_domain"], 38)
    same_limits(domain.interval_logit_t, expected["ci95_logit_t_df_domain"], 38)
    assert domain.n_respondents == expected["n_respondents"]
    for section in domain.sections:
        same(section.score, expected["sections"][section.key]["score"])
        same(section.se, expected["sections"][section.key]["se"])


@EVERY_CASE
def test_the_default_interval_is_inside_the_scale_and_around_the_score(name: str) -> None:
    result = score_case(reference_case(name))
    for score in (result.whole, *result.domains.values()):
        assert score.interval is not None
        assert score.score is not None
        assert 0 <= score.interval.low <= score.score <= score.interval.high <= 38
