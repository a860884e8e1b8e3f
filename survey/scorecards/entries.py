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


def parse_line(
    card: Scorecard, line: Indicator, typed: TypedLine, _: Gettext
) -> Observed | tuple[ValueProblem, ...]:
    """What was observed, or what is wrong with each part of the line, in the language of `_`."""
    reading = _Reading(typed, _)
    if line.rule.kind == "from_survey":
        observed = _survey(line, reading)
    elif line.key == RANK:
        observed = _rank(card, reading)
    elif typed.numerator or typed.denominator:
        observed = _counted_share(line, reading)
    else:
        reading.refuse_parts(("low", "high"), _("Only satisfaction points have an interval"))
        observed = Observed(_value(line, reading))
    return tuple(reading.problems.values()) or observed


class _Reading:
    """The parts of a line as numbers; what is wrong is noted, once a part, and None stands for it."""

    def __init__(self, typed: TypedLine, translate: Gettext) -> None:
        self.typed = typed
        self.translate = translate
        self.problems: dict[str, ValueProblem] = {}

    def refuse(self, part: str, message: str) -> None:
        """Note what is wrong with a part that nothing was noted of before."""
        self.problems.setdefault(part, ValueProblem(part, message))

    def refuse_parts(self, parts: tuple[str, ...], message: str) -> None:
        """Refuse each of the parts that is not empty."""
        for part in parts:
            if self.text(part):
                self.refuse(part, message)

    def are_in_order(self, *parts: str) -> bool:
        """Whether nothing is noted of these parts, so that they can be compared."""
        return self.problems.keys().isdisjoint(parts)

    def text(self, part: str) -> str:
        """A part as typed."""
        return str(getattr(self.typed, part))

    def number(self, part: str) -> float | None:
        """A part as a number; None where nothing was typed, or no number."""
        text, _ = self.text(part), self.translate
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            self.refuse(part, _("Found {found}; write a number, for example 95.5").format(found=text[:20]))
            return None
        if "," in text and _THOUSANDS.fullmatch(text):
            message = _("Found {found}, which can be read in two ways; write it without a comma")
            self.refuse(part, message.format(found=text[:20]))
            return None
        number = float(text.replace(",", "."))
        if not (math.isfinite(number) and 0 <= number <= _MOST):
            message = _("Found {found}; a number from 0 to {most} is needed")
            self.refuse(part, message.format(found=text[:20], most=f"{_MOST:,.0f}".replace(",", " ")))
            return None
        return number


def _survey(line: Indicator, reading: _Reading) -> Observed:
    _ = reading.translate
    reading.refuse_parts(
        ("numerator", "denominator"), _("Satisfaction points are not counted; leave it empty")
    )
    value, low, high = (reading.number(part) for part in ("value", "low", "high"))
    if value is not None and value > line.max_points:
        message = _("Found {found}; the maximum is {most}")
        reading.refuse("value", message.format(found=reading.typed.value[:20], most=f"{line.max_points:g}"))
    if (low is None and high is None) or not reading.are_in_order("value", "low", "high"):
        return Observed(value)
    if value is None or low is None or high is None or not low <= value <= high <= line.max_points:
        reading.refuse("low", _("An interval has a lower end, an upper end, and the points between them"))
        return Observed(value)
    return Observed(value, interval=Interval(low, high))


def _rank(card: Scorecard, reading: _Reading) -> Observed:
    _ = reading.translate
    others = ("numerator", "denominator", "low", "high")
    reading.refuse_parts(others, _("A rank has no numerator, denominator or interval; leave it empty"))
    value = reading.number("value")
    last = card.rank_target.of if card.rank_target else 0
    if value is not None and not (value.is_integer() and 1 <= value <= last):
        message = _("Found {found}; a rank is a whole number from 1 to {last}")
        reading.refuse("value", message.format(found=reading.typed.value[:20], last=last))
    return Observed(value)


def _counted_share(line: Indicator, reading: _Reading) -> Observed:
    """A share of counted cases, or that there was no case to count."""
    _ = reading.translate
    numerator, denominator = reading.number("numerator"), reading.number("denominator")
    stated = _value(line, reading)
    if not reading.are_in_order("numerator", "denominator"):
        return Observed(None)
    if denominator is None:
        reading.refuse("denominator", _("Of how many cases? Give the denominator, 0 if no case arose"))
    elif denominator == 0:
        if numerator or stated:
            reading.refuse("denominator", _("No case arose, yet there is a value; correct one of them"))
        return Observed(numerator=0.0, denominator=0.0)
    elif line.unit != "percent":
        message = _("Only a percentage has a numerator and a denominator; leave it empty")
        reading.refuse("denominator", message)
    elif numerator is None:
        reading.refuse("numerator", _("How many of the cases? Give the numerator"))
    else:
        return _share(numerator, denominator, stated, reading)
    return Observed(None)


def _share(numerator: float, denominator: float, stated: float | None, reading: _Reading) -> Observed:
    """The share that the counts make, which a stated value repeats."""
    share, _ = 100 * numerator / denominator, reading.translate
    if stated is not None and is_above(abs(stated - share), _rounding(reading.typed.value)):
        message = _("Found {found}, but {numerator} of {denominator} is {share}; correct one of them")
        counts = {"numerator": f"{numerator:g}", "denominator": f"{denominator:g}", "share": f"{share:.6g}"}
        reading.refuse("value", message.format(found=reading.typed.value[:20], **counts))
    else:
        _refuse_implausible(share, "numerator", reading)
    return Observed(share, numerator, denominator)


def _value(line: Indicator, reading: _Reading) -> float | None:
    """The value in the indicator's unit; None where nothing was typed, or no value."""
    text, _ = reading.typed.value, reading.translate
    if line.unit == "boolean" and text:
        word = text.casefold()
        if word not in _YES | _NO:
            reading.refuse("value", _("Found {found}; write yes or no").format(found=text[:20]))
            return None
        return float(word in _YES)
    value = reading.number("value")
    if value is not None and line.unit == "percent":
        _refuse_implausible(value, "value", reading)
    return value


def _refuse_implausible(percent: float, part: str, reading: _Reading) -> None:
    _ = reading.translate
    if is_above(percent, _MOST_PERCENT):
        message = _("Found {found}, which is more than {most} percent; is a decimal point missing?")
        reading.refuse(part, message.format(found=reading.text(part)[:20], most=f"{_MOST_PERCENT:g}"))


def _rounding(text: str) -> float:
    """Half of the last digit that was typed."""
    _whole, _point, decimals = text.replace(",", ".").partition(".")
    return 0.5 * 10.0 ** -len(decimals)


def parts() -> Iterator[str]:
    """The names of the parts of a line, in the order of a file's columns."""
    return (field.name for field in fields(TypedLine))
