"""Reliability of a scale: Cronbach's alpha and the correlation of each criterion with the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from survey.scoring.arrays import Counts, Floats
from survey.scoring.interval import check_level
from survey.scoring.pair_counts import PairCounts

MIN_RESPONDENTS = 3  # that the formulas need
MIN_REPORTED = 30  # that a report shows the figures of; with fewer their limits are too wide to say anything
_NO_SPREAD = 1e-12  # a variance of equal answers, as rounded


@dataclass(frozen=True)
class Alpha:
    """Cronbach's alpha of `n_criteria` criteria; `n` is the smallest number of respondents of any pair."""

    value: float
    low: float
    high: float
    n: int
    n_criteria: int


@dataclass(frozen=True, eq=False)
class AnswerCovariances:
    """Covariances (Q, Q) of the answers to each pair of criteria, and `n` (Q, Q), the people who gave both.

    A covariance is 0 where fewer than two people gave both answers.
    """

    matrix: Floats
    n: Counts


def covariances_of_rows(answers: Floats) -> AnswerCovariances:
    """The covariances of rows.

    Parameters
    ----------
    answers : (n, Q) float, scale answers; NaN: no valid answer
    """
    answers = np.asarray(answers, dtype=np.float64)
    valid = ~np.isnan(answers)
    marks, filled = valid.astype(np.float64), np.where(valid, answers, 0.0)
    return _covariances(marks.T @ marks, filled.T @ marks, filled.T @ filled)


def covariances_of_counts(
    counts: PairCounts, values: Sequence[float], criteria: Sequence[int]
) -> AnswerCovariances:
    """The covariances of counted people: those of their rows.

    Parameters
    ----------
    values : value of each answer, in the order of the scale
    criteria : indices of the criteria to take
    """
    a, chosen, value = counts.n_answers, list(criteria), np.asarray(values, dtype=np.float64)
    pairs = counts.pairs.reshape(-1, a, counts.marks.shape[0], a)[chosen][:, :, chosen].astype(np.float64)
    first, product = (np.einsum("iajb,a->ij", pairs, value), np.einsum("iajb,a,b->ij", pairs, value, value))
    return _covariances(pairs.sum(axis=(1, 3)), first, product)


def _covariances(n: Floats, first: Floats, product: Floats) -> AnswerCovariances:
    """From (Q, Q) sums over the people who answered both: of one, of the first answer, of the product."""
    centred = product - first * first.T / np.maximum(n, 1)
    matrix = np.where(n >= 2, centred / np.maximum(n - 1, 1), 0.0)
    return AnswerCovariances(np.asarray(matrix), np.rint(n).astype(np.int64))


def answered_together(n: Counts, minimum: int) -> tuple[int, ...]:
    """The criteria of which every pair has at least `minimum` people, as many as a greedy choice keeps.

    The criterion with the most pairs of fewer people is left out first, of equals the one with the fewest
    answers, then the last. So a question that few are asked does not leave the others without an alpha.
    """
    chosen = list(range(n.shape[0]))
    while chosen:
        short = (n[np.ix_(chosen, chosen)] < minimum).sum(axis=1)
        if not short.any():
            break
        chosen.remove(max(zip(short, -np.diag(n)[chosen], chosen, strict=True))[2])
    return tuple(chosen)


def cronbach_alpha(
    answers: AnswerCovariances, *, level: float = 0.95, minimum: int = MIN_RESPONDENTS
) -> Alpha | None:
    """Alpha of the criteria answered together; None with fewer than two of them, or without spread.

    Parameters
    ----------
    minimum : people that each pair of criteria must have, at least 3; the interval uses the smallest number
        of any pair

    Raises
    ------
    IntervalError
        The level lies outside 0 to 1.

    Source
    ------
    Cronbach (1951), Psychometrika 16, 297-334; Feldt (1965), Psychometrika 30, 357-370: the interval.
    """
    check_level(level)
    chosen = answered_together(answers.n, max(minimum, MIN_RESPONDENTS))
    k = len(chosen)
    covariance = answers.matrix[np.ix_(chosen, chosen)]
    total = float(covariance.sum())
    if k < 2 or not total > 0:
        return None
    from scipy.stats import f

    n = int(answers.n[np.ix_(chosen, chosen)].min())
    value = k / (k - 1) * (1 - float(np.trace(covariance)) / total)
    freedom = (n - 1, (n - 1) * (k - 1))
    low, high = (1 - (1 - value) * float(f.ppf(p, *freedom)) for p in ((1 + level) / 2, (1 - level) / 2))
    return Alpha(value, low, high, n, k)


def item_rest(answers: AnswerCovariances, *, minimum: int = MIN_RESPONDENTS) -> tuple[float | None, ...]:
    """Correlation of each criterion with the sum of the others that were answered together with it.

    None for a criterion that is not among those (see `answered_together`), and without spread.

    Parameters
    ----------
    minimum : people that each pair of criteria must have, at least 3

    Source
    ------
    Nunnally, Bernstein (1994), Psychometric Theory, ch. 8: corrected item-total correlation; from pairwise
    covariances as `r.drop` of R's psych::alpha.
    """
    chosen = answered_together(answers.n, max(minimum, MIN_RESPONDENTS))
    correlations: list[float | None] = [None] * answers.n.shape[0]
    for criterion in chosen:
        others = [other for other in chosen if other != criterion]
        own = float(answers.matrix[criterion, criterion])
        rest = float(answers.matrix[np.ix_(others, others)].sum())
        shared = float(answers.matrix[criterion, others].sum())
        if own > _NO_SPREAD and rest > _NO_SPREAD:
            correlations[criterion] = max(-1.0, min(1.0, shared / float(np.sqrt(own * rest))))
    return tuple(correlations)
