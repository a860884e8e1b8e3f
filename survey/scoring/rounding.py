"""Rounding of numbers that are shown.

Source
------
docs/statistics.md#printed-numbers.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from survey.scoring.borders import is_above, is_below

_DIGITS = 15  # digits of a double that are exact
_MAX_DECIMALS = 12  # more than the tolerance of borders leaves


def round_half_up(value: float, decimals: int) -> float:
    """`value` rounded half up on its first 15 digits, as spreadsheets show it; Python rounds half to even."""
    step = Decimal(1).scaleb(-decimals)
    return float(Decimal(f"{value:.{_DIGITS}g}").quantize(step, ROUND_HALF_UP))


def decimals_beside(value: float, borders: Sequence[float], decimals: int) -> int:
    """The smallest number of decimals, at least `decimals`, whose rounded value is on the side of `value`.

    A value is below, at or above each border; 27.9965 beside 28 needs three decimals.
    """
    needed = decimals
    while needed < _MAX_DECIMALS and any(_changes_side(value, needed, border) for border in borders):
        needed += 1
    return needed


def _changes_side(value: float, decimals: int, border: float) -> bool:
    rounded = round_half_up(value, decimals)
    return is_above(value, border) != is_above(rounded, border) or is_below(value, border) != is_below(
        rounded, border
    )
