"""PAR INDEX arithmetic: points of indicators and components from values, and a total with its interval.

Only the satisfaction points are an estimate from a sample. The office counts every other value. So the
interval of the total follows from the interval of the satisfaction points.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from survey.scoring.borders import is_at_least, is_below
from survey.scoring.interval import Interval
from survey.scoring.rates import wilson

LEVEL = 0.95
NEAR = 0.8  # share of the maximum from which a component or indicator counts as near


class IndicatorState(StrEnum):
    """Whether an indicator earned points, or why it did not."""

    SCORED = "scored"
    MISSING = "missing"
    NO_CASE = "no_case"
    NO_TARGET = "no_target"


class Light(StrEnum):
    """The progress of an indicator or component, shown as a word and a sign, not as a colour alone."""

    FULL = "full"
    NEAR = "near"
    LOW = "low"
    NONE = "none"


@dataclass(frozen=True)
class IndicatorRule:
    """How one indicator earns points.

    `floor` is the percentage below which a `ratio` earns nothing. `target` is in the value's unit (1 or 0 for
    `boolean`), None while none is set.
    """

    key: str
    max_points: float
    kind: Literal["ratio", "linear", "boolean", "from_survey"]
    target: float | None
    floor: float = 0.0


@dataclass(frozen=True)
class ComponentRules:
    """The indicators of one component."""

    key: str
    indicators: tuple[IndicatorRule, ...]


@dataclass(frozen=True)
class Observed:
    """The values entered for an indicator.

    `value` is in the indicator's unit: percent, points, a number, 1 or 0. With a denominator the value is 100
    times numerator over denominator; a denominator of 0 means that there was no case. `interval` is that of
    the satisfaction points.
    """

    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    interval: Interval | None = None


@dataclass(frozen=True)
class IndicatorPoints:
    """One indicator's outcome. `points` is None where nothing was scored.

    `interval` is in points, of the survey only. `wilson` are limits in percent of a share of counted cases.
    `to_gain` is the points that full marks would add. `at_risk` is the points lost under the floor. `margin`
    is the distance of the value from the floor, in percentage points.
    """

    key: str
    state: IndicatorState
    value: float | None
    points: float | None
    max_points: float
    light: Light
    interval: Interval | None = None
    wilson: Interval | None = None
    to_gain: float = 0.0
    at_risk: float = 0.0
    margin: float | None = None


@dataclass(frozen=True)
class ComponentPoints:
    """One component's outcome.

    Points of indicators without a case are distributed over those that were scored. `max_scored` is the
    maximum after that, without the indicators that are missing or have no target.
    """

    key: str
    points: float | None
    max_scored: float
    max_points: float
    light: Light
    indicators: tuple[IndicatorPoints, ...]
    interval: Interval | None = None


@dataclass(frozen=True)
class CardPoints:
    """The outcome of a scorecard. `points` is None where nothing could be scored."""

    points: float | None
    max_scored: float
    total: float
    provisional: bool
    components: tuple[ComponentPoints, ...]
    interval: Interval | None

    @property
    def indicators(self) -> tuple[IndicatorPoints, ...]:
        """Every indicator, in order."""
        return tuple(indicator for component in self.components for indicator in component.indicators)

    @property
    def components_at_max(self) -> int:
        """How many components earned all their points."""
        return sum(
            component.points is not None and is_at_least(component.points, component.max_scored)
            for component in self.components
        )


def score_card(rules: Sequence[ComponentRules], observed: Mapping[str, Observed]) -> CardPoints:
    """The points of a scorecard.

    Parameters
    ----------
    rules : the components with their indicators; the maxima sum to the card's total
    observed : by key; an indicator without an entry is missing

    Source
    ------
    docs/scorecard.md; the ratio rules follow the practice of QĐ 1294/QĐ-BNV (2012): full marks at 100%, the
    rate times the maximum down to the floor, nothing below it.
    """
    components = tuple(_component(component, observed) for component in rules)
    scored = [component for component in components if component.points is not None]
    total = sum(component.max_points for component in components)
    max_scored = sum(component.max_scored for component in components)
    points = sum(component.points or 0.0 for component in scored) if scored else None
    return CardPoints(
        points=points,
        max_scored=max_scored,
        total=total,
        provisional=is_below(max_scored, total),
        components=components,
        interval=_interval_of_sum(points, scored),
    )


def _interval_of_sum(
    points: float | None, scored: Sequence[ComponentPoints | IndicatorPoints]
) -> Interval | None:
    """The interval of a sum in which only the estimated parts are uncertain; None where none is."""
    estimated = [(part.points or 0.0, part.interval) for part in scored if part.interval is not None]
    if points is None or not estimated:
        return None
    below = sum(earned - interval.low for earned, interval in estimated)
    above = sum(interval.high - earned for earned, interval in estimated)
    return Interval(points - below, points + above)


def _component(rules: ComponentRules, observed: Mapping[str, Observed]) -> ComponentPoints:
    indicators = tuple(score_indicator(rule, observed.get(rule.key, Observed())) for rule in rules.indicators)
    maximum = sum(rule.max_points for rule in rules.indicators)
    scored = [indicator for indicator in indicators if indicator.state is IndicatorState.SCORED]
    max_scored = sum(indicator.max_points for indicator in scored)
    if not max_scored:
        return ComponentPoints(rules.key, None, 0.0, maximum, Light.NONE, indicators)
    without_case = sum(
        indicator.max_points for indicator in indicators if indicator.state is IndicatorState.NO_CASE
    )
    stretch = (max_scored + without_case) / max_scored
    earned = sum(indicator.points or 0.0 for indicator in scored)
    interval = _interval_of_sum(earned, scored)
    return ComponentPoints(
        key=rules.key,
        points=earned * stretch,
        max_scored=max_scored + without_case,
        max_points=maximum,
        light=_component_light(rules, scored, earned),
        indicators=indicators,
        interval=None if interval is None else interval.scale(stretch),
    )


def _component_light(rules: ComponentRules, scored: Sequence[IndicatorPoints], earned: float) -> Light:
    """Full where every scored indicator reached its target, near from 80% of what the targets would earn."""
    if all(indicator.light is Light.FULL for indicator in scored):
        return Light.FULL
    keys = {indicator.key for indicator in scored}
    aim = sum(r.max_points * _share(r, _target_value(r)) for r in rules.indicators if r.key in keys)
    return Light.NEAR if is_at_least(earned, NEAR * aim) else Light.LOW


def _target_value(rule: IndicatorRule) -> float:
    """The smallest value that reaches the target and earns points."""
    return max(rule.target or 0.0, rule.floor)


def score_indicator(rule: IndicatorRule, observed: Observed) -> IndicatorPoints:
    """The points of one indicator."""
    value = value_of(observed)
    state = _state(rule, observed, value)
    limits = _wilson(rule, observed)
    if value is None or state is not IndicatorState.SCORED:
        return IndicatorPoints(rule.key, state, value, None, rule.max_points, Light.NONE, wilson=limits)
    share = _share(rule, value)
    has_floor = rule.kind == "ratio" and rule.floor > 0 and is_at_least(value, rule.floor)
    margin = max(value - rule.floor, 0.0) if has_floor else None
    return IndicatorPoints(
        key=rule.key,
        state=state,
        value=value,
        points=rule.max_points * share,
        max_points=rule.max_points,
        light=_target_light(rule, observed, value, share),
        interval=_clip(observed.interval, rule.max_points) if rule.kind == "from_survey" else None,
        wilson=limits,
        to_gain=rule.max_points * (1 - share),
        at_risk=rule.max_points * share if margin is not None else 0.0,
        margin=margin,
    )


def value_of(observed: Observed) -> float | None:
    """The value in the indicator's unit, from the counted cases where there are any."""
    if observed.denominator and observed.numerator is not None:
        return 100 * observed.numerator / observed.denominator
    return None if observed.denominator == 0 else observed.value


def _state(rule: IndicatorRule, observed: Observed, value: float | None) -> IndicatorState:
    if rule.target is None:
        return IndicatorState.NO_TARGET
    if observed.denominator == 0:
        return IndicatorState.NO_CASE
    return IndicatorState.MISSING if value is None else IndicatorState.SCORED


def _share(rule: IndicatorRule, value: float) -> float:
    """The share of the maximum that a value earns, 0..1. A value over the target earns 1."""
    if rule.kind == "ratio":
        return 0.0 if is_below(value, rule.floor) else min(value / 100, 1.0)
    if rule.kind == "boolean":
        return float(value == rule.target)
    if rule.kind == "linear":
        return min(value / (rule.target or math.inf), 1.0)
    return min(value / rule.max_points, 1.0)


def _target_light(rule: IndicatorRule, observed: Observed, value: float, share: float) -> Light:
    """Full where the target is reached, which may be less than the maximum: 28 of 38, 95 of 100.

    An estimate is full when its whole interval reaches the target, and low when its whole interval lies
    below.
    """
    target = rule.target or 0.0
    if rule.kind == "boolean":
        return Light.FULL if share else Light.LOW
    if rule.kind == "from_survey" and observed.interval is not None:
        reached = is_at_least(observed.interval.low, target)
        return (
            Light.FULL if reached else Light.LOW if is_below(observed.interval.high, target) else Light.NEAR
        )
    if is_at_least(value, target):
        return Light.FULL
    return Light.NEAR if share > 0 and is_at_least(value, NEAR * target) else Light.LOW


def _clip(interval: Interval | None, maximum: float) -> Interval | None:
    if interval is None:
        return None
    return Interval(max(interval.low, 0.0), min(interval.high, maximum))


def _wilson(rule: IndicatorRule, observed: Observed) -> Interval | None:
    """Limits of a share of counted cases, in percent; None where it is no share.

    Source
    ------
    Wilson (1927), JASA 22, 209-212.
    """
    n, hits = observed.denominator, observed.numerator
    if rule.kind not in ("ratio", "linear") or not n or hits is None or not 0 <= hits <= n:
        return None
    low, high = wilson(hits / n, n, LEVEL)
    return Interval(100 * low, 100 * high)
