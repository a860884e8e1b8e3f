"""The scoring rules of one instrument version, as values: docs/statistics.md#terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

GroupRule = Literal["pooled", "fixed"]
WhenUnscored = Literal["rescale", "undefined"]


@dataclass(frozen=True)
class ScoredCriterion:
    """One criterion that earns points.

    `groups` are the respondent groups that are asked it; empty means every group.
    """

    key: str
    max_points: float
    section: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """The target band of the office, in points of the total."""

    low: float
    high: float


@dataclass(frozen=True)
class Rules:
    """The points of answers, and the conditions for a verdict.

    `shares` maps an answer (1..5) to its share of a criterion's maximum, 0..1.
    `group_weights` is used by the rule `fixed` only; the weights are renormalised over the groups
    that are asked a criterion and have at least `min_valid_per_cell` valid answers to it.
    """

    total_points: float
    criteria: tuple[ScoredCriterion, ...]
    shares: Mapping[int, float]
    target: Target
    group_rule: GroupRule = "pooled"
    group_weights: Mapping[str, float] = field(default_factory=dict)
    when_unscored: WhenUnscored = "undefined"
    min_valid_per_cell: int = 1
    min_group_n_for_verdict: int = 10
    small_cell_suppression: int = 5
    satisfied_answers: tuple[int, ...] = (4, 5)
