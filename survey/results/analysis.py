"""Analyses of a result besides its score: differences, changes, priorities, and what would follow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from survey.instrument.questionnaire import Criterion, Text
from survey.results.basis import Basis
from survey.results.sections import older_sections, section_of_criteria
from survey.scoring.difference import Difference, at_level, excludes_zero
from survey.scoring.importance import Importance, Priority, importance_in_table, priorities_of
from survey.scoring.moment_score import moment_differences
from survey.scoring.multiplicity import benjamini_hochberg, fcr_levels, holm, holm_levels
from survey.scoring.results import Score
from survey.scoring.rules import Target
from survey.scoring.verdict import BandPosition, band_position
from survey.store.rolling import EVERYTHING, scored_positions

MOST_PARTS = 20  # whose pairs are all compared; of more, each is compared with one that a reader chooses
MAX_STEP = 50  # percentage points a criterion may be moved by in a what-if
SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class Comparison:
    """A difference as one of several. Its interval and `is_significant` follow from one adjustment.

    `is_significant` says whether the interval leaves out 0, None where there is no interval. `p_adjusted` is
    the p-value by the same adjustment. `same_criteria` is False where the scores are of different criteria.
    """

    difference: Difference | None
    p_adjusted: float | None = None
    is_significant: bool | None = None
    same_criteria: bool = True


@dataclass(frozen=True)
class Adjustment:
    """How several differences are judged together: adjusted p-values, and levels of their intervals."""

    p_values: Callable[[Sequence[float]], Sequence[float]]
    levels: Callable[[Sequence[float], float], Sequence[float]]


HOLM = Adjustment(holm, holm_levels)  # few comparisons, chosen beforehand
BENJAMINI_HOCHBERG = Adjustment(benjamini_hochberg, fcr_levels)  # all pairs of a table


@dataclass(frozen=True)
class Pair:
    """Two parts, and how the second differs from the first among all pairs of the table."""

    first: Text
    second: Text
    comparison: Comparison

    @property
    def differs(self) -> bool:
        """Whether the difference is statistically significant."""
        return self.comparison.is_significant is True


def comparable_parts(basis: Basis, view: str) -> dict[str, Text]:
    """The parts of a view that have a score and may be shown, with their names."""
    scores = basis.scores(view).domains
    return {
        key: label
        for key, label in basis.labels(view).items()
        if key in scores and scores[key].score is not None and basis.may_show(view, key)
    }


def pairs_of(basis: Basis, view: str, reference: str = "") -> tuple[Pair, ...]:
    """Every pair of a view's comparable parts, with Benjamini and Hochberg's adjustment.

    Of more than `MOST_PARTS` only the pairs with the part `reference`, none without one.
    """
    scores, labels = basis.scores(view).domains, comparable_parts(basis, view)
    keys = list(combinations(labels, 2)) if len(labels) <= MOST_PARTS else []
    if not keys and reference in labels:
        keys = [(reference, key) for key in labels if key != reference]
    differences = moment_differences(
        basis.moments(view), basis.rules, keys, populations=basis.strata, lonely_psu="adjust"
    )
    scored = [(scores[one], scores[two]) for one, two in keys]
    compared = compare(differences, scored, BENJAMINI_HOCHBERG)
    return tuple(
        Pair(labels[one], labels[two], comparison)
        for (one, two), comparison in zip(keys, compared, strict=True)
    )


def compare(
    differences: Sequence[Difference | None],
    scored: Sequence[tuple[Score, Score]],
    adjustment: Adjustment,
) -> tuple[Comparison, ...]:
    """The differences of these pairs of scores, with the interval and p-value of the adjustment."""
    p_values = [None if difference is None else difference.p_value for difference in differences]
    known = [p for p in p_values if p is not None]
    judged = iter(zip(adjustment.p_values(known), adjustment.levels(known, SIGNIFICANCE), strict=True))
    compared = []
    for difference, p, (one, two) in zip(differences, p_values, scored, strict=True):
        same_criteria = set(one.unscored) == set(two.unscored)
        if difference is None or p is None:
            compared.append(Comparison(difference, same_criteria=same_criteria))
            continue
        p_adjusted, alpha = next(judged)
        adjusted = at_level(difference, 1 - alpha, one.max_points)
        compared.append(Comparison(adjusted, p_adjusted, excludes_zero(adjusted), same_criteria))
    return tuple(compared)


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
    section_of, older = section_of_criteria(basis), older_sections(basis)
    bases = {key: section.basis for key, section in older.items()}
    positions = scored_positions(basis.questionnaire)
    overall = next((p for p, c in enumerate(basis.questionnaire.criteria) if c.max_points == 0), None)
    importances: list[Importance | None] = []
    for position in positions:
        shown = bases.get(section_of[basis.questionnaire.criteria[position].key], basis)
        counts = shown.scored_counts(EVERYTHING, EVERYTHING)
        if counts is None or overall is None:
            importances.append(None)
        else:
            importances.append(importance_in_table(counts.table(position, overall)))
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
