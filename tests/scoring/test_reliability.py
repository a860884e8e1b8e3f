"""Alpha and item-rest correlations against values worked out by hand."""

import numpy as np
import pytest

from survey.scoring.pair_counts import pair_counts
from survey.scoring.reliability import covariances_of_counts, covariances_of_rows, cronbach_alpha, item_rest

FIVE = np.array([[4, 5, 4], [3, 3, 2], [5, 5, 5], [2, 3, 3], [4, 4, 5.0]])
NAN = float("nan")


def test_alpha_is_the_share_of_covariance() -> None:
    covariance = np.cov(FIVE, rowvar=False)
    alpha = cronbach_alpha(covariances_of_rows(FIVE))
    assert alpha is not None
    assert alpha.value == pytest.approx(1.5 * (1 - np.trace(covariance) / covariance.sum()))
    assert alpha.low < alpha.value < alpha.high < 1
    assert (alpha.n, alpha.n_criteria) == (5, 3)


def test_the_interval_is_feldts() -> None:
    """Feldt (1965): alpha 0.80 of 10 items and 41 people; F quantiles from printed tables (40; 360)."""
    rng = np.random.default_rng(1)
    answers = rng.normal(size=(41, 1)) + rng.normal(size=(41, 10)) * 1.5
    alpha = cronbach_alpha(covariances_of_rows(answers))
    assert alpha is not None
    assert (1 - alpha.low) / (1 - alpha.value) == pytest.approx(1.53, abs=0.02)
    assert (1 - alpha.high) / (1 - alpha.value) == pytest.approx(0.60, abs=0.02)


def test_the_same_answer_twice_is_alpha_one() -> None:
    alpha = cronbach_alpha(covariances_of_rows(np.repeat(FIVE[:, :1], 3, axis=1)))
    assert alpha is not None
    assert (alpha.value, alpha.low, alpha.high) == pytest.approx((1, 1, 1))


@pytest.mark.parametrize("answers", [FIVE[:2], FIVE[:, :1], np.full((9, 3), 4.0), np.full((9, 3), NAN)])
def test_too_little_to_tell_is_no_alpha(answers: np.ndarray) -> None:
    assert cronbach_alpha(covariances_of_rows(answers)) is None


def test_a_blank_leaves_out_only_its_pairs() -> None:
    blank = FIVE.copy()
    blank[0, 0] = NAN
    alpha = cronbach_alpha(covariances_of_rows(blank))
    assert alpha is not None
    assert alpha.n == 4


def test_item_rest_is_the_correlation_with_the_mean_of_the_others() -> None:
    correlations = item_rest(covariances_of_rows(FIVE))
    assert correlations[0] == pytest.approx(np.corrcoef(FIVE[:, 0], FIVE[:, 1:].mean(axis=1))[0, 1])


def test_item_rest_without_spread_is_not_known() -> None:
    same = np.column_stack([FIVE[:, 0], np.full(5, 3.0)])
    assert item_rest(covariances_of_rows(same)) == (None, None)


def test_a_question_that_few_are_asked_leaves_the_others_an_alpha() -> None:
    rare = np.column_stack([FIVE, [5, NAN, NAN, NAN, NAN]])
    alpha, whole = (cronbach_alpha(covariances_of_rows(answers)) for answers in (rare, FIVE))
    assert alpha == whole
    assert item_rest(covariances_of_rows(rare))[3] is None
    assert item_rest(covariances_of_rows(rare))[:3] == item_rest(covariances_of_rows(FIVE))


def test_fewer_people_than_asked_for_are_no_alpha() -> None:
    covariances = covariances_of_rows(FIVE)
    assert cronbach_alpha(covariances, minimum=6) is None
    assert item_rest(covariances, minimum=6) == (None, None, None)


def test_counted_people_have_the_covariances_of_their_rows() -> None:
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 7, size=(60, 5))  # 5 and 6 are reasons for having no answer
    answers = np.where(codes < 5, codes + 1.0, NAN)
    counts = pair_counts(codes, 5, 2, [0, 2, 3])
    counted = covariances_of_counts(counts, [1, 2, 3, 4, 5], [0, 2, 3])
    rows = covariances_of_rows(answers[:, [0, 2, 3]])
    assert counted.n.tolist() == rows.n.tolist()
    assert counted.matrix == pytest.approx(rows.matrix, abs=1e-12)
    both = ~np.isnan(answers[:, 0]) & ~np.isnan(answers[:, 3])
    assert rows.matrix[0, 2] == pytest.approx(np.cov(answers[both, 0], answers[both, 3])[0, 1])
