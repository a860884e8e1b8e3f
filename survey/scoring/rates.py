"""Satisfied rates: the unweighted share of satisfied answers among valid answers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from survey.scoring.arrays import Flags, Floats, Labels
from survey.scoring.estimate import answer_sheet, section_keys
from survey.scoring.interval import check_level
from survey.scoring.pair_counts import PairCounts
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
        overall=_rate(_totals_of_rows(satisfied, valid), level),
        sections={
            key: _rate(_totals_of_rows(satisfied[:, section == key], valid[:, section == key]), level)
            for key in section_keys(rules)
        },
        criteria={
            criterion.key: _rate(_totals_of_rows(satisfied[:, [q]], valid[:, [q]]), level)
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


def satisfied_rates_of_counts(
    counts: PairCounts, satisfied: Sequence[int], criteria: Sequence[int], *, level: float = 0.95
) -> tuple[SatisfiedRate, tuple[SatisfiedRate, ...]]:
    """The rate over all scored criteria and that of each, of counted people: those of their rows.

    Parameters
    ----------
    satisfied : codes of the satisfied answers
    criteria : indices of the scored criteria

    Source
    ------
    As `satisfied_rates`.
    """
    check_level(level)
    a, chosen = counts.n_answers, list(criteria)
    is_satisfied = np.isin(np.arange(a), list(satisfied)).astype(np.int64)
    answers = counts.marks[chosen, :a]
    rates = tuple(
        _rate(_AnswerTotals(int(row @ is_satisfied), int(row.sum()), int(row.sum()), None), level)
        for row in answers
    )
    pairs = counts.pairs.reshape(-1, a, counts.marks.shape[0], a)[chosen][:, :, chosen].sum(axis=(0, 2))
    squares = (is_satisfied @ pairs @ is_satisfied, (is_satisfied @ pairs).sum(), pairs.sum())
    both, with_valid, valid = map(float, squares)
    together = _AnswerTotals(
        int((answers @ is_satisfied).sum()),
        int(answers.sum()),
        counts.n_answered,
        (both, with_valid, valid) if len(chosen) > 1 else None,
    )
    return _rate(together, level), rates


@dataclass(frozen=True)
class _AnswerTotals:
    """Answers of `n_people` people.

    `squares` are sums over people of satisfied answers squared, of satisfied times valid ones, and of valid
    ones squared; None where everybody gave one answer.
    """

    n_satisfied: int
    n_valid: int
    n_people: int
    squares: tuple[float, float, float] | None


def _totals_of_rows(satisfied: Flags, valid: Flags) -> _AnswerTotals:
    s, d = satisfied.sum(axis=1).astype(np.float64), valid.sum(axis=1).astype(np.float64)
    squares = (float(s @ s), float(s @ d), float(d @ d)) if valid.shape[1] > 1 else None
    return _AnswerTotals(int(s.sum()), int(d.sum()), int(np.count_nonzero(d)), squares)


def _rate(answers: _AnswerTotals, level: float) -> SatisfiedRate:
    if answers.n_valid == 0:
        return SatisfiedRate(0, 0, None, None, None)
    share = answers.n_satisfied / answers.n_valid
    low, high = wilson(share, _effective_answers(answers, share), level)
    return SatisfiedRate(answers.n_satisfied, answers.n_valid, share, low, high)


def _effective_answers(answers: _AnswerTotals, share: float) -> float:
    """Number of independent answers with the same precision, at most the number of valid answers."""
    n_valid, people = float(answers.n_valid), answers.n_people
    if answers.squares is None:
        return n_valid
    if share in (0.0, 1.0) or people < 2:
        return float(people)
    both, with_valid, valid = answers.squares
    squared_residuals = both - 2 * share * with_valid + share**2 * valid
    variance = people / (people - 1) * squared_residuals / n_valid**2
    return min(share * (1 - share) / variance, n_valid) if variance > 0 else n_valid
