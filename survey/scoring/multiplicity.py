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
