"""Properties of the score of any sample, tested with random samples."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.scoring.design import SampleDesign
from survey.scoring.results import Score
from survey.scoring.score import score_responses
from tests.scoring.builders import LINEAR, fixed_rules, random_answers, some_rules

SEEDS = st.integers(0, 10_000)
tries = settings(max_examples=30, deadline=None)


def sample(seed: int) -> tuple[Any, SampleDesign, Any]:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(12, 60))
    strata = np.array(["x", "y"] * n)[:n]
    design = SampleDesign(strata=strata, weights=rng.uniform(0.2, 4, n))
    return random_answers(seed, n), design, rng.choice(["citizen", "business"], n)


def score_of(answers: Any, design: SampleDesign, rules: Any = None, group: Any = None) -> Score:
    return score_responses(answers, rules or some_rules(min_group_n_for_verdict=0), design, group=group).whole


def same(one: Score, other: Score) -> None:
    assert one.score == pytest.approx(other.score, abs=1e-9)
    assert one.se == pytest.approx(other.se, abs=1e-9)
    assert one.interval is not None
    assert other.interval is not None
    assert (one.interval.low, one.interval.high) == pytest.approx(
        (other.interval.low, other.interval.high), abs=1e-7
    )
    assert one.verdict == other.verdict


@given(SEEDS)
@tries
def test_the_order_of_respondents_changes_nothing(seed: int) -> None:
    answers, design, group = sample(seed)
    order = np.random.default_rng(seed + 1).permutation(len(answers))
    assert design.strata is not None
    assert design.weights is not None
    shuffled = SampleDesign(strata=design.strata[order], weights=design.weights[order])
    rules = fixed_rules(when_unscored="rescale")
    same(
        score_of(answers, design, rules, group),
        score_of(answers[order], shuffled, rules, group[order]),
    )


@given(SEEDS)
@tries
def test_the_order_of_criteria_changes_nothing(seed: int) -> None:
    answers, design, _group = sample(seed)
    rules = some_rules()
    turned = some_rules(criteria=rules.criteria[::-1])
    same(score_of(answers, design, rules), score_of(answers[:, ::-1], design, turned))


@given(SEEDS, st.floats(0.001, 1000))
@tries
def test_other_units_of_weight_change_nothing(seed: int, factor: float) -> None:
    answers, design, _group = sample(seed)
    assert design.weights is not None
    scaled = SampleDesign(strata=design.strata, weights=design.weights * factor)
    same(score_of(answers, design), score_of(answers, scaled))


@given(SEEDS)
@tries
def test_points_scale_with_the_map(seed: int) -> None:
    """Half the share for every answer is half the points; one minus the share is what is missing."""
    answers, design, _group = sample(seed)
    whole = score_of(answers, design)
    half = score_of(answers, design, some_rules(shares={a: x / 2 for a, x in LINEAR.items()}))
    turned = score_of(answers, design, some_rules(shares={a: 1 - x for a, x in LINEAR.items()}))
    assert whole.score is not None
    assert half.score == pytest.approx(whole.score / 2)
    assert turned.score == pytest.approx(38 - whole.score)
    assert turned.se == pytest.approx(whole.se)


@given(SEEDS)
@tries
def test_a_population_without_end_never_narrows(seed: int) -> None:
    answers, design, _group = sample(seed)
    n = len(answers)
    finite = SampleDesign(strata=design.strata, weights=design.weights, fpc=np.full(n, n * 1.5))
    with_correction, without = score_of(answers, finite), score_of(answers, design)
    assert with_correction.interval is not None
    assert without.interval is not None
    assert with_correction.se is not None
    assert without.se is not None
    assert with_correction.se <= without.se + 1e-12
    assert width(with_correction) <= width(without) + 1e-9


def width(score: Score) -> float:
    assert score.interval is not None
    return score.interval.high - score.interval.low


@given(SEEDS, st.sampled_from([0.8, 0.9, 0.95]))
@tries
def test_more_confidence_is_never_narrower(seed: int, level: float) -> None:
    answers, design, _group = sample(seed)
    less = score_responses(answers, some_rules(), design, level=level).whole
    more = score_responses(answers, some_rules(), design, level=0.99).whole
    assert width(less) <= width(more) + 1e-9


@given(SEEDS)
@tries
def test_everything_stays_inside_the_scale_and_is_a_number(seed: int) -> None:
    answers, design, group = sample(seed)
    score = score_of(answers, design, fixed_rules(when_unscored="rescale"), group)
    assert score.interval is not None
    assert score.score is not None
    assert 0 <= score.interval.low <= score.score <= score.interval.high <= 38
    assert score.p_ge_low is None or 0 <= score.p_ge_low <= 1


@given(SEEDS)
@tries
def test_domains_weigh_up_to_the_whole_where_everybody_answers(seed: int) -> None:
    answers, design, group = sample(seed)
    answers = np.where(np.isnan(answers), 3.0, answers)
    result = score_responses(answers, some_rules(), design, domain=group)
    parts = [result.domains[key] for key in result.domains]
    total = sum(part.score * part.sum_weights for part in parts if part.score is not None)
    assert result.whole.score == pytest.approx(total / sum(part.sum_weights for part in parts))
