"""Parses one value as typed, on a page or in a file, to what was observed or to what is wrong with it."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

from survey.instrument.scorecard import RANK, Indicator, Scorecard
from survey.scoring.borders import is_above
from survey.scoring.interval import Interval
from survey.scoring.par_index import Observed
from survey.web.locale import Gettext

_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_THOUSANDS = re.compile(r"[0-9]{1,3}([.,][0-9]{3})+")
_YES = frozenset({"1", "true", "yes", "có", "đạt"})
_NO = frozenset({"0", "false", "no", "không", "chưa", "không đạt"})
_MOST_PERCENT, _MOST = 1000.0, 1e9


@dataclass(frozen=True)
class TypedLine:
    """One line as typed; empty where nothing was. `low` and `high` are of satisfaction points."""

    value: str = ""
    numerator: str = ""
    denominator: str = ""
    low: str = ""
    high: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was typed."""
        return not any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True)
class ValueProblem:
    """What is wrong with one part of a line; `part` is the name of the field of `TypedLine`."""

    part: str
    message: str


class _ProblemError(Exception):
    """A part of the line cannot be used."""

    def __init__(self, part: str, message: str) -> None:
        self.problem = ValueProblem(part, message)


def parse_line(card: Scorecard, line: Indicator, typed: TypedLine, _: Gettext) -> Observed | ValueProblem:
    """What was observed, or the first problem in the language of `_`."""
    try:
        if line.rule.kind == "from_survey":
            return _survey(line, typed, _)
        if line.key == RANK:
            return _rank(card, typed, _)
        if typed.numerator or typed.denominator:
            return _counted_share(line, typed, _)
        _refuse_parts(typed, ("low", "high"), _("Only satisfaction points have an interval"))
        return Observed(_value(line, typed.value, _))
    except _ProblemError as refused:
        return refused.problem


def _refuse_parts(typed: TypedLine, parts: tuple[str, ...], message: str) -> None:
    for part in parts:
        if getattr(typed, part):
            raise _ProblemError(part, message)


def _survey(line: Indicator, typed: TypedLine, _: Gettext) -> Observed:
    _refuse_parts(
        typed, ("numerator", "denominator"), _("Satisfaction points are not counted; leave it empty")
    )
    value = _number(typed.value, "value", _)
    if value is not None and value > line.max_points:
        message = _("Found {found}; the maximum is {most}")
        raise _ProblemError("value", message.format(found=typed.value[:20], most=f"{line.max_points:g}"))
    low, high = _number(typed.low, "low", _), _number(typed.high, "high", _)
    if low is None and high is None:
        return Observed(value)
    if value is None or low is None or high is None or not low <= value <= high <= line.max_points:
        message = _("An interval has a lower end, an upper end, and the points between them")
        raise _ProblemError("low", message)
    return Observed(value, interval=Interval(low, high))


def _rank(card: Scorecard, typed: TypedLine, _: Gettext) -> Observed:
    others = ("numerator", "denominator", "low", "high")
    _refuse_parts(typed, others, _("A rank has no numerator, denominator or interval; leave it empty"))
    value = _number(typed.value, "value", _)
    last = card.rank_target.of if card.rank_target else 0
    if value is not None and not (value.is_integer() and 1 <= value <= last):
        message = _("Found {found}; a rank is a whole number from 1 to {last}")
        raise _ProblemError("value", message.format(found=typed.value[:20], last=last))
    return Observed(value)


def _counted_share(line: Indicator, typed: TypedLine, _: Gettext) -> Observed:
    """A share of counted cases, or that there was no case to count."""
    numerator = _number(typed.numerator, "numerator", _)
    denominator = _number(typed.denominator, "denominator", _)
    if denominator is None:
        raise _ProblemError("denominator", _("Of how many cases? Give the denominator, 0 if no case arose"))
    if denominator == 0:
        if numerator or (typed.value and _value(line, typed.value, _)):
            raise _ProblemError("denominator", _("No case arose, yet there is a value; correct one of them"))
        return Observed(numerator=0.0, denominator=0.0)
    if line.unit != "percent":
        raise _ProblemError(
            "denominator", _("Only a percentage has a numerator and a denominator; leave it empty")
        )
    if numerator is None:
        raise _ProblemError("numerator", _("How many of the cases? Give the numerator"))
    share = 100 * numerator / denominator
    stated = _value(line, typed.value, _)
    if stated is not None and is_above(abs(stated - share), _rounding(typed.value)):
        message = _("Found {found}, but {numerator} of {denominator} is {share}; correct one of them")
        counts = {"numerator": f"{numerator:g}", "denominator": f"{denominator:g}", "share": f"{share:.6g}"}
        raise _ProblemError("value", message.format(found=typed.value[:20], **counts))
    _plausible(share, typed.numerator, "numerator", _)
    return Observed(share, numerator, denominator)


def _value(line: Indicator, text: str, _: Gettext) -> float | None:
    """The value in the indicator's unit; None where nothing was typed."""
    if line.unit == "boolean" and text:
        word = text.casefold()
        if word not in _YES | _NO:
            raise _ProblemError("value", _("Found {found}; write yes or no").format(found=text[:20]))
        return float(word in _YES)
    value = _number(text, "value", _)
    if value is not None and line.unit == "percent":
        _plausible(value, text, "value", _)
    return value


def _plausible(percent: float, text: str, part: str, _: Gettext) -> None:
    if is_above(percent, _MOST_PERCENT):
        message = _("Found {found}, which is more than {most} percent; is a decimal point missing?")
        raise _ProblemError(part, message.format(found=text[:20], most=f"{_MOST_PERCENT:g}"))


def _number(text: str, part: str, _: Gettext) -> float | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise _ProblemError(
            part, _("Found {found}; write a number, for example 95.5").format(found=text[:20])
        )
    if "," in text and _THOUSANDS.fullmatch(text):
        message = _("Found {found}, which can be read in two ways; write it without a comma")
        raise _ProblemError(part, message.format(found=text[:20]))
    number = float(text.replace(",", "."))
    if not (math.isfinite(number) and 0 <= number <= _MOST):
        message = _("Found {found}; a number from 0 to {most} is needed")
        raise _ProblemError(part, message.format(found=text[:20], most=f"{_MOST:,.0f}".replace(",", " ")))
    return number


def _rounding(text: str) -> float:
    """Half of the last digit that was typed."""
    _whole, _point, decimals = text.replace(",", ".").partition(".")
    return 0.5 * 10.0 ** -len(decimals)


def parts() -> Iterator[str]:
    """The names of the parts of a line, in the order of a file's columns."""
    return (field.name for field in fields(TypedLine))
