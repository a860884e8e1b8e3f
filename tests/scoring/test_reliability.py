"""Alpha and item-rest correlations against values worked out by hand and by R's psych."""

import numpy as np
import pytest

from survey.scoring.reliability import cronbach_alpha, item_rest

FIVE = np.array([[4, 5, 4], [3, 3, 2], [5, 5, 5], [2, 3, 3], [4, 4, 5.0]])
NAN = float("nan")


def test_alpha_is_the_share_of_covariance() -> None:
    covariance = np.cov(FIVE, rowvar=False)
    alpha = cronbach_alpha(FIVE)
    assert alpha is not None
    assert alpha.value == pytest.approx(1.5 * (1 - np.trace(covariance) / covariance.sum()))
    assert alpha.low < alpha.value < alpha.high < 1
    assert (alpha.n, alpha.n_criteria) == (5, 3)


def test_the_interval_is_feldts() -> None:
    """Feldt (1965): alpha 0.80 of 10 items and 41 people; F quantiles from printed tables (40; 360)."""
    rng = np.random.default_rng(1)
    answers = rng.normal(size=(41, 1)) + rng.normal(size=(41, 10)) * 1.5
    alpha = cronbach_alpha(answers)
    assert alpha is not None
    assert (1 - alpha.low) / (1 - alpha.value) == pytest.approx(1.53, abs=0.02)
    assert (1 - alpha.high) / (1 - alpha.value) == pytest.approx(0.60, abs=0.02)


def test_the_same_answer_twice_is_alpha_one() -> None:
    alpha = cronbach_alpha(np.repeat(FIVE[:, :1], 3, axis=1))
    assert alpha is not None
    assert (alpha.value, alpha.low, alpha.high) == pytest.approx((1, 1, 1))


@pytest.mark.parametrize("answers", [FIVE[:2], FIVE[:, :1], np.full((9, 3), 4.0), np.full((9, 3), NAN)])
def test_too_little_to_tell_is_no_alpha(answers: np.ndarray) -> None:
    assert cronbach_alpha(answers) is None


def test_a_blank_leaves_out_only_its_pairs() -> None:
    blank = FIVE.copy()
    blank[0, 0] = NAN
    alpha = cronbach_alpha(blank)
    assert alpha is not None
    assert alpha.n == 4


def test_item_rest_is_the_correlation_with_the_mean_of_the_others() -> None:
    correlations = item_rest(FIVE)
    assert correlations[0] == pytest.approx(np.corrcoef(FIVE[:, 0], FIVE[:, 1:].mean(axis=1))[0, 1])


def test_item_rest_without_spread_is_not_known() -> None:
    same = np.column_stack([FIVE[:, 0], np.full(5, 3.0)])
    assert item_rest(same) == (None, None)
