"""Satisfied rates: the unweighted share of satisfied answers among valid answers."""

import math
from dataclasses import dataclass

import numpy as np

from survey.scoring.arrays import Flags, Floats, Labels
from survey.scoring.estimate import answer_sheet, section_keys
from survey.scoring.interval import check_level
from survey.scoring.rules import Rules


@dataclass(frozen=True)
class SatisfiedRate:
    """Satisfied answers over valid answers, with Wilson limits; shares are 0..1, None without an answer."""

    n_satisfied: int
    n_valid: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class SatisfiedRates:
    """The rate over all scored criteria, by section and by criterion, in the order of the rules."""

    overall: SatisfiedRate
    sections: dict[str, SatisfiedRate]
    criteria: dict[str, SatisfiedRate]


def satisfied_rates(
    answers: Floats, rules: Rules, *, group: Labels | None = None, level: float = 0.95
) -> SatisfiedRates:
    """Unweighted satisfied rates of the respondents whose group earns points.

    Parameters
    ----------
    answers : (n, Q) float, scale answers in the order of `rules.criteria`; NaN: no valid answer
    group : (n,) labels; the rule `fixed` needs it
    level : confidence level, between 0 and 1

    Raises
    ------
    AnswersError
        Answers off the scale or of another shape, or groups missing.
    IntervalError
        The level lies outside 0 to 1.

    Source
    ------
    Wilson (1927), JASA 22, 209-212. Several criteria at once: one person's answers are correlated, so n is
    the effective number of answers (Korn, Graubard 1998), from the linearised variance over respondents.
    """
    check_level(level)
    sheet = answer_sheet(answers, rules, group)
    rows = sheet.cell_group >= 0
    valid = sheet.valid[rows] > 0
    satisfied = np.isin(np.asarray(answers, dtype=np.float64)[rows], rules.satisfied_answers) & valid
    section = np.array([criterion.section for criterion in rules.criteria])
    return SatisfiedRates(
        overall=_rate(satisfied, valid, level),
        sections={
            key: _rate(satisfied[:, section == key], valid[:, section == key], level)
            for key in section_keys(rules)
        },
        criteria={
            criterion.key: _rate(satisfied[:, [q]], valid[:, [q]], level)
            for q, criterion in enumerate(rules.criteria)
        },
    )


def wilson(share: float, n: float, level: float) -> tuple[float, float]:
    """Wilson limits of a share (0..1) seen in n answers, n > 0."""
    from scipy.special import ndtri

    z = float(ndtri((1 + level) / 2))
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(min(centre - reach, share), 0.0), min(max(centre + reach, share), 1.0)


def _rate(satisfied: Flags, valid: Flags, level: float) -> SatisfiedRate:
    n_satisfied, n_valid = int(satisfied.sum()), int(valid.sum())
    if n_valid == 0:
        return SatisfiedRate(0, 0, None, None, None)
    share = n_satisfied / n_valid
    low, high = wilson(share, _effective_answers(satisfied, valid, share), level)
    return SatisfiedRate(n_satisfied, n_valid, share, low, high)


def _effective_answers(satisfied: Flags, valid: Flags, share: float) -> float:
    """Number of independent answers with the same precision, at most the number of valid answers."""
    n_valid = float(valid.sum())
    n_answers = valid.sum(axis=1)
    people = int(np.count_nonzero(n_answers))
    if valid.shape[1] == 1:
        return n_valid
    if share in (0.0, 1.0) or people < 2:
        return float(people)
    residual = (satisfied.sum(axis=1) - share * n_answers) / n_valid
    variance = people / (people - 1) * float(residual @ residual)
    return min(share * (1 - share) / variance, n_valid) if variance > 0 else n_valid
