"""Analyses of a result besides its score: differences, changes, priorities, and what would follow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from survey.instrument.questionnaire import Criterion, Text
from survey.results.basis import Basis
from survey.scoring.difference import Difference, difference_of
from survey.scoring.importance import Priority, importance_in_table, priorities_of
from survey.scoring.moment_score import moment_differences
from survey.scoring.multiplicity import benjamini_hochberg, holm
from survey.scoring.results import Score
from survey.scoring.rules import Target
from survey.scoring.verdict import BandPosition, band_position
from survey.store.rolling import EVERYTHING, scored_positions

MAX_STEP = 50  # percentage points a criterion may be moved by in a what-if
SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class Pair:
    """Two parts and how the second differs from the first; `p_adjusted` allows for all pairs of the table."""

    first: Text
    second: Text
    difference: Difference | None
    p_adjusted: float | None

    @property
    def differs(self) -> bool:
        """Whether the difference is statistically significant."""
        return self.p_adjusted is not None and self.p_adjusted < SIGNIFICANCE


def pairs_of(basis: Basis, view: str) -> tuple[Pair, ...]:
    """Every pair of a view's parts that may be shown, with Benjamini and Hochberg's adjustment."""
    scores = basis.scores(view).domains
    labels = {
        key: label
        for key, label in basis.labels(view).items()
        if key in scores and scores[key].score is not None and basis.may_show(view, key)
    }
    keys = list(combinations(labels, 2))
    differences = moment_differences(
        basis.moments(view), basis.rules, keys, populations=basis.strata, lonely_psu="adjust"
    )
    adjusted = _adjust([_p_value(difference) for difference in differences], benjamini_hochberg)
    return tuple(
        Pair(labels[one], labels[two], difference, p)
        for (one, two), difference, p in zip(keys, differences, adjusted, strict=True)
    )


def _p_value(difference: Difference | None) -> float | None:
    return None if difference is None else difference.p_value


def _adjust(
    p_values: Sequence[float | None], method: Callable[[Sequence[float]], Sequence[float]]
) -> list[float | None]:
    """The p-values adjusted by a method, None where one is None."""
    known = [p for p in p_values if p is not None]
    adjusted = iter(method(known) if known else ())
    return [None if p is None else next(adjusted) for p in p_values]


@dataclass(frozen=True)
class Step:
    """One campaign of a trend, and how it differs from the one before; None for the first."""

    key: str
    name: str
    score: Score
    since_before: Difference | None = None
    p_adjusted: float | None = None


def trend(campaigns: Sequence[tuple[str, str, Score]]) -> tuple[Step, ...]:
    """Campaigns of one version in their order, each against the one before, with Holm's adjustment.

    Campaigns are separate samples: nobody is asked twice on purpose, and no clusters are drawn.
    """
    before: Score | None = None
    steps = []
    for key, name, score in campaigns:
        steps.append(Step(key, name, score, difference_of(before, score) if before else None))
        before = score
    adjusted = _adjust([_p_value(step.since_before) for step in steps], holm)
    return tuple(
        Step(s.key, s.name, s.score, s.since_before, p) for s, p in zip(steps, adjusted, strict=True)
    )


@dataclass(frozen=True)
class RankedCriterion:
    """A criterion with its importance and performance."""

    criterion: Criterion
    priority: Priority


def priorities(basis: Basis, score: Score) -> tuple[RankedCriterion, ...]:
    """The importance and performance of each scored criterion, in the questionnaire's order.

    Importance is measured against the first criterion that earns no points, the overall question. It is None
    where there is no such question.
    """
    counts = basis.scored_counts(EVERYTHING, EVERYTHING)
    positions = scored_positions(basis.questionnaire)
    overall = next((p for p, c in enumerate(basis.questionnaire.criteria) if c.max_points == 0), None)
    importances = [
        None if counts is None or overall is None else importance_in_table(counts.table(position, overall))
        for position in positions
    ]
    ranked = priorities_of(importances, score)
    return tuple(map(RankedCriterion, basis.questionnaire.scored_criteria, ranked))


@dataclass(frozen=True)
class WhatIf:
    """The score if criteria did better: arithmetic on today's points, no forecast."""

    score: float
    gain: float
    reading: BandPosition


def what_if(score: Score, target: Target, steps: Mapping[str, int]) -> WhatIf | None:
    """The score if each criterion named earned so many percentage points more, at most all of its maximum.

    None without a score.
    """
    if score.score is None or score.scored_max <= 0:
        return None
    scale = score.max_points / score.scored_max
    gain = sum(
        scale * criterion.max_points * min(steps.get(criterion.key, 0) / 100, 1 - criterion.ratio)
        for criterion in score.criteria
        if criterion.ratio is not None
    )
    return WhatIf(score.score + gain, gain, band_position(score.score + gain, target))
