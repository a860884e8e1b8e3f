"""Golden values: R survey 4.1.1 on R 4.2.2 (tests/cases/scoring), 1e-6 absolute."""

from typing import Any

import pytest

from survey.scoring.results import SectionScore
from survey.scoring.score import Interval, Score, SurveyScore, score_responses
from tests.scoring.builders import REFERENCE_CASES, ReferenceCase, reference_case

TOLERANCE = 1e-6
EVERY_CASE = pytest.mark.parametrize("name", REFERENCE_CASES)


def score_case(case: ReferenceCase) -> SurveyScore:
    return score_responses(case.answers, case.rules, case.design, domain=case.domain)


def same(value: float | None, expected: float) -> None:
    assert value == pytest.approx(expected, abs=TOLERANCE, rel=0)


def all_same(estimate: object, expected: dict[str, Any], **names: str) -> None:
    """Compare attributes of an estimate; each with the name of its value in R."""
    for attribute, name in names.items():
        same(getattr(estimate, attribute), expected[name])


def same_limits(interval: Interval | None, expected: list[float], total: float) -> None:
    """R does not cut its t interval to the possible points; we do."""
    assert interval is not None
    same(interval.low, max(expected[0], 0))
    same(interval.high, min(expected[1], total))


def same_intervals(score: Score | SectionScore, expected: dict[str, Any], total: float, df: str = "") -> None:
    same_limits(score.interval_t, expected[f"ci95_t{df}"], total)
    same_limits(score.interval_logit_t, expected[f"ci95_logit_t{df}"], total)


@EVERY_CASE
def test_the_whole_score_is_that_of_r(name: str) -> None:
    case = reference_case(name)
    whole, expected = score_case(case).whole, case.expected
    all_same(whole, expected, score="score", se="se", df="df")
    all_same(whole, expected, sum_weights="sum_weights", p_ge_low_t="p_ge_28_t")
    same_intervals(whole, expected, 38)
    assert whole.n_respondents == expected["n_respondents"]


@EVERY_CASE
def test_every_criterion_is_that_of_r(name: str) -> None:
    case = reference_case(name)
    for criterion in score_case(case).whole.criteria:
        expected = case.expected["criteria"][criterion.key]
        all_same(criterion, expected, ratio="ratio", points="points", se_points="se_points")
        assert criterion.n_valid == expected["n_valid"]


@EVERY_CASE
def test_every_section_is_that_of_r(name: str) -> None:
    case = reference_case(name)
    for section in score_case(case).whole.sections:
        expected = case.expected["sections"][section.key]
        all_same(section, expected, score="score", se="se", max_points="max")
        same_intervals(section, expected, section.max_points)


@EVERY_CASE
def test_every_domain_is_that_of_r(name: str) -> None:
    case = reference_case(name)
    domains = score_case(case).domains
    assert domains.keys() == case.expected["domains"].keys()
    for key, expected in case.expected["domains"].items():
        check_domain(domains[key], expected)


def check_domain(domain: Score, expected: dict[str, Any]) -> None:
    all_same(domain, expected, score="score", se="se", sum_weights="sum_weights")
    all_same(domain, expected, df="df_domain", df_design="df_design")
    same_intervals(domain, expected, 38, df="_df_domain")
    assert domain.n_respondents == expected["n_respondents"]
    for section in domain.sections:
        all_same(section, expected["sections"][section.key], score="score", se="se")


@EVERY_CASE
def test_the_default_interval_is_inside_the_scale_and_around_the_score(name: str) -> None:
    result = score_case(reference_case(name))
    for score in (result.whole, *result.domains.values()):
        assert score.interval is not None
        assert score.score is not None
        assert 0 <= score.interval.low <= score.score <= score.interval.high <= 38
