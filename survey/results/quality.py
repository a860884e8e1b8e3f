"""How well the criteria measure: reliability of the scale, and satisfied rates with their limits."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from survey.results.basis import Basis
from survey.results.sections import OlderSection, section_of_criteria
from survey.scoring.rates import SatisfiedRate, satisfied_rates_of_counts
from survey.scoring.reliability import (
    MIN_REPORTED,
    Alpha,
    answered_together,
    covariances_of_counts,
    cronbach_alpha,
    item_rest,
)
from survey.store.rolling import EVERYTHING, scored_positions


@dataclass(frozen=True)
class CriterionQuality:
    """One scored criterion. `item_rest` is -1..1, and None where fewer than `MIN_REPORTED` people answered it
    together with each other criterion of the scale. `satisfied` is None where fewer people than may be shown
    answered it.
    """

    key: str
    item_rest: float | None
    satisfied: SatisfiedRate | None


@dataclass(frozen=True)
class ScaleQuality:
    """The scored criteria as one scale, by the unweighted answers of people whose group earns points.

    `alpha` is None where no two criteria were rated together by `MIN_REPORTED` people (`is_scale_short`), or
    all gave the same answers.
    """

    alpha: Alpha | None
    satisfied: SatisfiedRate
    criteria: tuple[CriterionQuality, ...]
    is_scale_short: bool = False


def quality_of(
    basis: Basis, left_out: Collection[str], older: Mapping[str, OlderSection]
) -> ScaleQuality | None:
    """The quality of the scale by all released forms; None without one, or with too few to show.

    Criteria that are left out have no quality; those of older sections have that of their earlier hour.
    """
    now = _measure(basis, left_out)
    if now is None:
        return None
    then = {key: _measure(section.basis, left_out) for key, section in older.items()}
    section_of = section_of_criteria(basis)
    shown = [
        (then.get(section_of[criterion.key]) or now).criteria[i] for i, criterion in enumerate(now.criteria)
    ]
    return replace(now, criteria=tuple(shown))


def _measure(basis: Basis, left_out: Collection[str]) -> ScaleQuality | None:
    minimum = basis.rules.small_cell_suppression
    counts = basis.scored_counts(EVERYTHING, EVERYTHING)
    if counts is None or counts.n_answered < minimum:
        return None
    scale, positions = basis.questionnaire.scale, scored_positions(basis.questionnaire)
    keys = [basis.questionnaire.criteria[position].key for position in positions]
    covariances = covariances_of_counts(counts, [option.value for option in scale.options], positions)
    satisfied = [i for i, option in enumerate(scale.options) if option.value in scale.satisfied_values]
    _overall, rates = satisfied_rates_of_counts(counts, satisfied, positions)
    pooled = [p for p, key in zip(positions, keys, strict=True) if key not in left_out]
    overall, _rates = satisfied_rates_of_counts(counts, satisfied, pooled)
    reported = max(minimum, MIN_REPORTED)
    correlations = item_rest(covariances, minimum=reported)
    return ScaleQuality(
        cronbach_alpha(covariances, minimum=reported),
        overall,
        tuple(
            CriterionQuality(key, None, None)
            if key in left_out
            else CriterionQuality(key, correlation, rate if rate.n_valid >= minimum else None)
            for key, correlation, rate in zip(keys, correlations, rates, strict=True)
        ),
        is_scale_short=len(answered_together(covariances.n, reported)) < 2,
    )
