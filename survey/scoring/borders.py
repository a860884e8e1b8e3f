"""Comparisons of a computed number with a border, all with one tolerance.

Source
------
docs/statistics.md#borders.
"""

import math

TOLERANCE = 1e-9  # relative, and absolute below 1


def is_equal(value: float, border: float) -> bool:
    """Whether a computed value is the border but for rounding errors."""
    return math.isclose(value, border, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def is_at_least(value: float, border: float) -> bool:
    """Whether a value is above a border or equal to it."""
    return value >= border or is_equal(value, border)


def is_at_most(value: float, border: float) -> bool:
    """Whether a value is below a border or equal to it."""
    return value <= border or is_equal(value, border)


def is_above(value: float, border: float) -> bool:
    """Whether a value is above a border and not equal to it."""
    return value > border and not is_equal(value, border)


def is_below(value: float, border: float) -> bool:
    """Whether a value is below a border and not equal to it."""
    return value < border and not is_equal(value, border)


def round_up(value: float) -> int:
    """The smallest whole number that is at least the value."""
    nearest = round(value)
    return nearest if is_equal(value, nearest) else math.ceil(value)


def round_down(value: float) -> int:
    """The largest whole number that is at most the value."""
    nearest = round(value)
    return nearest if is_equal(value, nearest) else math.floor(value)
