"""A scorecard as frozen values: components, indicators, rules and targets. One object is one version."""

from dataclasses import dataclass
from typing import Literal

from survey.instrument.questionnaire import Text

RuleKind = Literal["ratio", "linear", "boolean", "from_survey"]
Unit = Literal["percent", "number", "boolean", "points"]
RANK = "rank"


@dataclass(frozen=True)
class Rule:
    """The rule for the points of a value. `ratio` has a `floor` in percent, below which there are none."""

    kind: RuleKind
    floor: float = 0.0

    @property
    def name(self) -> str:
        """The name of the rule in documents: ratio_80, linear, boolean, from_survey."""
        return f"ratio_{self.floor:g}" if self.kind == "ratio" else self.kind


@dataclass(frozen=True)
class Indicator:
    """One indicator of the scorecard.

    `target` is in the indicator's unit (1 or 0 for yes or no); None while the office has set none; then
    the indicator is not scored. `stretch` is the upper end of a target that is a band.
    """

    key: str
    text: Text
    unit: Unit
    target: float | None
    stretch: float | None
    max_points: float
    rule: Rule


@dataclass(frozen=True)
class Component:
    """A component of the index with its indicators."""

    key: str
    text: Text
    indicators: tuple[Indicator, ...]

    @property
    def max_points(self) -> float:
        """The maximum points of all indicators."""
        return sum(indicator.max_points for indicator in self.indicators)


@dataclass(frozen=True)
class RankTarget:
    """The target rank among `of` units."""

    max_rank: int
    of: int


@dataclass(frozen=True)
class Baseline:
    """The result of the office in an earlier year."""

    year: int
    rank: int
    of: int
    components_at_max: int
    components_total: int


@dataclass(frozen=True)
class Scorecard:
    """One version of a scorecard. `decision` is the official document that sets it, None for a draft."""

    key: str
    version: int
    title: Text
    decision: str | None
    total_points: float
    components: tuple[Component, ...]
    rank_target: RankTarget | None
    baselines: tuple[Baseline, ...]

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Every indicator, in order."""
        return tuple(indicator for component in self.components for indicator in component.indicators)

    def indicator(self, key: str) -> Indicator | None:
        """The indicator with this key."""
        return next((indicator for indicator in self.indicators if indicator.key == key), None)
