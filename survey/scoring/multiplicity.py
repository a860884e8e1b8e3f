"""p-values of several comparisons at once."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values that keep the chance of any false finding: for few comparisons asked for beforehand.

    Raises
    ------
    ValueError
        A p-value lies outside 0 to 1.

    Source
    ------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    p = _checked(p_values)
    order = np.argsort(p, kind="stable")
    factor = p.size - np.arange(p.size)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factor), 1.0)
    return tuple(adjusted.tolist())


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values that keep the share of false findings: for tables of many comparisons.

    Raises
    ------
    ValueError
        A p-value lies outside 0 to 1.

    Source
    ------
    Benjamini, Hochberg (1995), JRSS B 57, 289-300.
    """
    p = _checked(p_values)
    order = np.argsort(p, kind="stable")[::-1]
    factor = p.size / (p.size - np.arange(p.size))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(p[order] * factor), 1.0)
    return tuple(adjusted.tolist())


def _checked(p_values: Sequence[float]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    p = np.asarray(p_values, dtype=np.float64)
    wrong = ~((p >= 0) & (p <= 1))
    if wrong.any():
        place = int(np.argmax(wrong))
        raise ValueError(f"p-value {place + 1} is {p[place]!r}; it must lie between 0 and 1")
    return p
