"""How values are written: numbers, intervals and days in a language. Every output prints them here, so that
no two round differently.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from survey.scoring.interval import Interval
from survey.scoring.rounding import decimals_beside, round_half_up
from survey.web import locale

UNDEFINED = "–"


def format_points(
    value: float | None, language: str, decimals: int = 2, *, borders: Sequence[float] = ()
) -> str:
    """Points with two decimals, an en dash where they are undefined.

    The number has more decimals where it would otherwise seem to be on another side of one of the borders.
    """
    if value is None:
        return UNDEFINED
    needed = decimals_beside(value, borders, decimals)
    return locale.format_number(round_half_up(value, needed), language, needed)


def format_percent(share: float | None, language: str, *, borders: Sequence[float] = ()) -> str:
    """A share (0..1) as a percentage with one decimal, an en dash where it is undefined.

    The number has more decimals beside a border (0..1), as in `format_points`.
    """
    if share is None:
        return UNDEFINED
    needed = decimals_beside(share, borders, 3)
    return locale.format_percent(round_half_up(share, needed), language, needed - 2)


def format_count(value: int | None, language: str) -> str:
    """A whole number, an en dash where it is undefined."""
    return UNDEFINED if value is None else locale.format_number(value, language, 0)


def format_interval(limits: Interval | None, language: str, *, borders: Sequence[float] = ()) -> str:
    """Both limits with two decimals, or more beside a border; an en dash alone where there is no interval."""
    if limits is None:
        return UNDEFINED
    low, high = (format_points(limit, language, borders=borders) for limit in (limits.low, limits.high))
    return f"{low} – {high}"


def quote(label: str, language: str) -> str:
    """A label in the quotation marks of a language."""
    _ = locale.gettext_in(language)
    return _("“{label}”").format(label=label)


def quote_each(labels: Iterable[str], language: str) -> str:
    """Labels as a list, each quoted: a label may itself hold what stands between two."""
    return "; ".join(quote(label, language) for label in labels)


def format_day(value: date, language: str) -> str:
    """A day as the language writes it."""
    return locale.format_day(value, language)


def format_signed(value: float, language: str) -> str:
    """Points with their sign."""
    return ("+" if value > 0 else "") + format_points(value, language)
