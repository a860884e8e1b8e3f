"""How values are written: numbers, intervals and days in a language. Every output prints them here, so that
no two round differently.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from survey.scoring.interval import Interval
from survey.web import locale

UNDEFINED = "–"


def round_half_up(value: float, decimals: int) -> float:
    """`value` rounded half up on its first 15 digits, as spreadsheets show it; Python rounds half to even."""
    step = Decimal(1).scaleb(-decimals)
    return float(Decimal(f"{value:.15g}").quantize(step, ROUND_HALF_UP))


def format_points(value: float | None, language: str, decimals: int = 2) -> str:
    """Points with two decimals, an en dash where they are undefined."""
    return (
        UNDEFINED
        if value is None
        else locale.format_number(round_half_up(value, decimals), language, decimals)
    )


def format_percent(share: float | None, language: str) -> str:
    """A share (0..1) as a percentage with one decimal, an en dash where it is undefined."""
    return UNDEFINED if share is None else locale.format_percent(round_half_up(share, 3), language)


def format_count(value: int | None, language: str) -> str:
    """A whole number, an en dash where it is undefined."""
    return UNDEFINED if value is None else locale.format_number(value, language, 0)


def format_interval(limits: Interval | None, language: str) -> str:
    """Both limits with two decimals, an en dash alone where there is no interval."""
    if limits is None:
        return UNDEFINED
    return f"{format_points(limits.low, language)} – {format_points(limits.high, language)}"


def format_day(value: date, language: str) -> str:
    """A day as the language writes it."""
    return locale.format_day(value, language)


def format_signed(value: float, language: str) -> str:
    """Points with their sign."""
    return ("+" if value > 0 else "") + format_points(value, language)
