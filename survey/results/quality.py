"""How well the criteria measure: reliability of the scale, and satisfied rates with their limits."""

from dataclasses import dataclass

from survey.results.basis import Basis
from survey.scoring.rates import SatisfiedRate, satisfied_rates_of_counts
from survey.scoring.reliability import Alpha, covariances_of_counts, cronbach_alpha, item_rest
from survey.store.rolling import EVERYTHING, scored_positions


@dataclass(frozen=True)
class CriterionQuality:
    """One scored criterion. `item_rest` is -1..1, and None where fewer people than may be shown answered it
    together with each other criterion of the scale. `satisfied` is None where fewer people answered it.
    """

    key: str
    item_rest: float | None
    satisfied: SatisfiedRate | None


@dataclass(frozen=True)
class ScaleQuality:
    """The scored criteria as one scale, by the unweighted answers of people whose group earns points.

    `alpha` is None where too few people rated two criteria together, or all gave the same answers.
    """

    alpha: Alpha | None
    satisfied: SatisfiedRate
    criteria: tuple[CriterionQuality, ...]


def quality_of(basis: Basis) -> ScaleQuality | None:
    """The quality of the scale by all released forms; None without one, or with too few to show."""
    minimum = basis.rules.small_cell_suppression
    counts = basis.scored_counts(EVERYTHING, EVERYTHING)
    if counts is None or counts.n_answered < minimum:
        return None
    scale, positions = basis.questionnaire.scale, scored_positions(basis.questionnaire)
    covariances = covariances_of_counts(counts, [option.value for option in scale.options], positions)
    satisfied = [i for i, option in enumerate(scale.options) if option.value in scale.satisfied_values]
    overall, rates = satisfied_rates_of_counts(counts, satisfied, positions)
    correlations = item_rest(covariances, minimum=minimum)
    return ScaleQuality(
        cronbach_alpha(covariances, minimum=minimum),
        overall,
        tuple(
            CriterionQuality(criterion.key, correlation, rate if rate.n_valid >= minimum else None)
            for criterion, correlation, rate in zip(
                basis.questionnaire.scored_criteria, correlations, rates, strict=True
            )
        ),
    )
