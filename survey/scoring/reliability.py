"""Reliability of a scale: Cronbach's alpha and the correlation of each criterion with the rest."""

from dataclasses import dataclass

import numpy as np

from survey.scoring.arrays import Floats
from survey.scoring.interval import check_level

_MIN_RESPONDENTS = 3


@dataclass(frozen=True)
class Alpha:
    """Cronbach's alpha of `n_criteria` criteria; `n` is the smallest number of respondents of any pair."""

    value: float
    low: float
    high: float
    n: int
    n_criteria: int


def cronbach_alpha(answers: Floats, *, level: float = 0.95) -> Alpha | None:
    """Alpha with its interval; None with fewer than two criteria or three respondents, or without spread.

    Parameters
    ----------
    answers : (n, Q) float, scale answers; NaN: no valid answer. Each covariance is from the respondents who
        answered both criteria; the interval uses the smallest number of any pair

    Raises
    ------
    IntervalError
        The level lies outside 0 to 1.

    Source
    ------
    Cronbach (1951), Psychometrika 16, 297-334; Feldt (1965), Psychometrika 30, 357-370: the interval.
    """
    check_level(level)
    k = answers.shape[1]
    covariance, n = _pairwise(np.asarray(answers, dtype=np.float64))
    if k < 2 or n < _MIN_RESPONDENTS:
        return None
    total = float(covariance.sum())
    if not total > 0:
        return None
    from scipy.stats import f

    value = k / (k - 1) * (1 - float(np.trace(covariance)) / total)
    freedom = (n - 1, (n - 1) * (k - 1))
    low, high = (1 - (1 - value) * float(f.ppf(p, *freedom)) for p in ((1 + level) / 2, (1 - level) / 2))
    return Alpha(value, low, high, n, k)


def _pairwise(answers: Floats) -> tuple[Floats, int]:
    """Covariances (Q, Q) of column pairs over the rows with both, and the smallest number of such rows."""
    k = answers.shape[1]
    covariance, minimum = np.zeros((k, k)), answers.shape[0]
    for i in range(k):
        for j in range(i, k):
            both = ~np.isnan(answers[:, i]) & ~np.isnan(answers[:, j])
            n = int(both.sum())
            minimum = min(minimum, n)
            if n >= 2:
                x, y = answers[both, i], answers[both, j]
                covariance[i, j] = covariance[j, i] = (x - x.mean()) @ (y - y.mean()) / (n - 1)
    return covariance, minimum


def item_rest(answers: Floats) -> tuple[float | None, ...]:
    """Correlation of each criterion with the mean of the others, None without spread or under 3 respondents.

    Parameters
    ----------
    answers : (n, Q) float, scale answers; NaN: no valid answer

    Source
    ------
    Nunnally, Bernstein (1994), Psychometric Theory, ch. 8: corrected item-total correlation.
    """
    answers = np.asarray(answers, dtype=np.float64)
    valid = ~np.isnan(answers)
    filled = np.where(valid, answers, 0.0)
    count, total = valid.sum(axis=1), filled.sum(axis=1)
    correlations = []
    for q in range(answers.shape[1]):
        others = count - valid[:, q]
        rows = valid[:, q] & (others > 0)
        correlations.append(_correlation(answers[rows, q], (total[rows] - filled[rows, q]) / others[rows]))
    return tuple(correlations)


def _correlation(x: Floats, y: Floats) -> float | None:
    if x.size < _MIN_RESPONDENTS:
        return None
    x, y = x - x.mean(), y - y.mean()
    spread = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / spread if spread > 1e-12 * x.size else None
