"""Adjusts the p-values of several comparisons."""

from collections.abc import Sequence

import numpy as np

from survey.scoring.arrays import Codes, Floats


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values that limit the chance of any false finding, for few planned comparisons.

    Raises
    ------
    ValueError
        A p-value lies outside 0 to 1.

    Source
    ------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    p = _check(p_values)
    factor = p.size - np.arange(p.size)
    return _adjust(p, np.argsort(p, kind="stable"), factor, np.maximum)


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values that limit the share of false findings, for tables of many comparisons.

    Raises ValueError as `holm` does. Source: Benjamini, Hochberg (1995), JRSS B 57, 289-300.
    """
    p = _check(p_values)
    factor = p.size / (p.size - np.arange(p.size))
    return _adjust(p, np.argsort(p, kind="stable")[::-1], factor, np.minimum)


def holm_levels(p_values: Sequence[float], alpha: float) -> tuple[float, ...]:
    """The significance level at which Holm's procedure tests each p-value.

    A difference is found where its p-value is at most its level, and there the interval of confidence
    1 - level leaves out 0: word and interval agree. The chance that any interval leaves out a true difference
    of 0 is at most `alpha`. After the first p-value that is too large, the others have its level.

    Raises ValueError as `holm` does. Source: Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    p = _check(p_values)
    order = np.argsort(p, kind="stable")
    steps = alpha / (p.size - np.arange(p.size))
    fails = p[order] > steps
    if fails.any():
        steps = np.minimum(steps, steps[int(np.argmax(fails))])
    levels = np.empty_like(p)
    levels[order] = steps
    return tuple(levels.tolist())


def fcr_levels(p_values: Sequence[float], alpha: float) -> tuple[float, ...]:
    """The significance level of each interval beside Benjamini and Hochberg's procedure: R alpha / m for all.

    R of m differences are found, at least 1. Exactly those have a p-value of at most R alpha / m, so exactly
    their intervals leave out 0; of the intervals of found differences, on average at most the share `alpha`
    misses the truth.

    Raises ValueError as `holm` does. Source: Benjamini, Yekutieli (2005), JASA 100, 71-81.
    """
    p = _check(p_values)
    reached = np.flatnonzero(np.sort(p) <= alpha * np.arange(1, p.size + 1) / max(p.size, 1))
    n_found = int(reached[-1]) + 1 if reached.size else 1
    return (alpha * n_found / max(p.size, 1),) * p.size


def _adjust(p: Floats, order: Codes, factor: Floats | Codes, keep_monotone: np.ufunc) -> tuple[float, ...]:
    """The p-values times their factors in this order, monotone in it and at most 1."""
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(keep_monotone.accumulate(p[order] * factor), 1.0)
    return tuple(adjusted.tolist())


def _check(p_values: Sequence[float]) -> Floats:
    p = np.asarray(p_values, dtype=np.float64)
    is_wrong = ~((p >= 0) & (p <= 1))
    if is_wrong.any():
        index = int(np.argmax(is_wrong))
        raise ValueError(f"p-value {index + 1} is {p[index]!r}; it must lie between 0 and 1")
    return p
