"""Priorities: importance by rank correlation, compared with scipy and with sums by hand."""

import numpy as np
import pytest
from scipy import stats

from survey.scoring.design import SampleDesign
from survey.scoring.importance import Quadrant, derived_importance, priorities
from survey.scoring.score import score_responses
from tests.scoring.builders import random_answers, some_rules

ANSWERS = random_answers(3, 80)
OVERALL = np.clip(np.rint(np.nansum(ANSWERS, axis=1) / 4 + 1), 1, 5)


def test_importance_is_spearmans_rank_correlation() -> None:
    both = ~np.isnan(ANSWERS[:, 0]) & ~np.isnan(OVERALL)
    importance = derived_importance(ANSWERS[:, 0], OVERALL)
    assert importance is not None
    assert importance.value == pytest.approx(stats.spearmanr(ANSWERS[both, 0], OVERALL[both]).statistic)
    assert importance.low < importance.value < importance.high
    assert importance.n == both.sum()


def test_too_few_or_all_the_same_is_not_known() -> None:
    assert derived_importance(ANSWERS[:9, 0], OVERALL[:9]) is None
    assert derived_importance(np.full(80, 4.0), OVERALL) is None


def test_perfect_agreement_has_a_point_for_an_interval() -> None:
    ranks = np.arange(1.0, 21)
    importance = derived_importance(ranks, ranks)
    assert importance is not None
    assert (importance.low, importance.high) == (1, 1)


def test_a_tenth_more_earns_a_tenth_of_the_maximum_and_never_more_than_is_left() -> None:
    rules = some_rules()
    score = score_responses(ANSWERS, rules, SampleDesign()).whole
    for priority, criterion in zip(priorities(ANSWERS, OVERALL, score), score.criteria, strict=True):
        assert criterion.ratio is not None
        assert priority.gain == pytest.approx(criterion.max_points * min(0.1, 1 - criterion.ratio))


def test_the_gain_is_what_the_score_would_gain() -> None:
    rules = some_rules()
    full = np.where(np.isnan(ANSWERS), np.nan, 5.0)
    answers = np.column_stack([full[:, 0], ANSWERS[:, 1:]])
    before = score_responses(ANSWERS, rules, SampleDesign()).whole
    after = score_responses(answers, rules, SampleDesign()).whole
    gain = priorities(ANSWERS, OVERALL, before, step=1.0)[0].gain
    assert before.score is not None
    assert after.score is not None
    assert gain == pytest.approx(after.score - before.score)


def test_an_important_weak_criterion_is_to_be_fixed_first() -> None:
    rng = np.random.default_rng(5)
    overall = rng.integers(1, 6, 200).astype(float)
    weak = np.clip(overall - 1, 1, 5)
    strong = rng.choice([4.0, 5.0], 200)
    answers = np.column_stack([weak, strong, np.clip(overall + 1, 1, 5), rng.choice([1.0, 2.0], 200)])
    score = score_responses(answers, some_rules(), SampleDesign()).whole
    quadrants = [priority.quadrant for priority in priorities(answers, overall, score)]
    assert quadrants == [
        Quadrant.FIX_FIRST,
        Quadrant.POSSIBLE_OVERKILL,
        Quadrant.KEEP_UP,
        Quadrant.LOW_PRIORITY,
    ]
