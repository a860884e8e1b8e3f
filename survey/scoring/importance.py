"""Priorities for improvement: importance and performance of each criterion, and the gain of a better one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from survey.scoring.arrays import Counts, Floats
from survey.scoring.borders import is_at_least
from survey.scoring.interval import check_level
from survey.scoring.results import Score

_MIN_PAIRS = 10


class Quadrant(StrEnum):
    """Importance and performance of a criterion against the means of all criteria."""

    FIX_FIRST = "fix_first"
    KEEP_UP = "keep_up"
    LOW_PRIORITY = "low_priority"
    POSSIBLE_OVERKILL = "possible_overkill"


@dataclass(frozen=True)
class Importance:
    """Rank correlation with the overall answer, -1 to 1, with its interval, from n respondents."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Priority:
    """One criterion of the importance-performance table; `importance` and `quadrant` None where not known.

    `share` is 0..1 of its maximum. `gain` is the points of the total for a criterion that is better by
    `step`.
    """

    key: str
    importance: Importance | None
    share: float | None
    quadrant: Quadrant | None
    gain: float | None


def derived_importance(criterion: Floats, overall: Floats, *, level: float = 0.95) -> Importance | None:
    """Spearman's correlation of a criterion with the overall question; None under 10 pairs or without spread.

    Parameters
    ----------
    criterion, overall : (n,) float, scale answers of the same respondents; NaN: no valid answer
    """
    both = ~np.isnan(criterion) & ~np.isnan(overall)
    rows, columns = (np.unique(values[both], return_inverse=True) for values in (criterion, overall))
    table = np.zeros((rows[0].size, columns[0].size), dtype=np.int64)
    np.add.at(table, (rows[1].reshape(-1), columns[1].reshape(-1)), 1)
    return importance_in_table(table, level=level)


def importance_in_table(table: Counts, *, level: float = 0.95) -> Importance | None:
    """The importance from a table of people by answer to the criterion and to the overall question.

    Source
    ------
    Bonett, Wright (2000), Psychometrika 65, 23-28: the interval on Fisher's scale.
    """
    check_level(level)
    n = int(table.sum())
    if n < _MIN_PAIRS:
        return None
    from scipy.special import ndtri

    x, y = (_centred_ranks(table.sum(axis=axis), n) for axis in (1, 0))
    spread = math.sqrt(float((table.sum(axis=1) @ x**2) * (table.sum(axis=0) @ y**2)))
    if spread == 0:
        return None
    rho = max(-1.0, min(1.0, float(x @ table @ y) / spread))
    if abs(rho) > 1 - 1e-12:
        return Importance(rho, rho, rho, n)
    reach = float(ndtri((1 + level) / 2)) * math.sqrt((1 + rho**2 / 2) / (n - 3))
    return Importance(rho, math.tanh(math.atanh(rho) - reach), math.tanh(math.atanh(rho) + reach), n)


def _centred_ranks(counts: Counts, n: int) -> Floats:
    """The mean rank of the people with each answer, less the mean of all ranks."""
    return np.asarray(np.cumsum(counts) - (counts - 1) / 2 - (n + 1) / 2)


def priorities(
    answers: Floats, overall: Floats, score: Score, *, step: float = 0.10, level: float = 0.95
) -> tuple[Priority, ...]:
    """The importance-performance table of the scored criteria, in their order.

    Parameters
    ----------
    answers : (n, Q) float, scale answers in the order of the score's criteria; NaN: no valid answer
    overall : (n,) float, answers to the overall question
    step : improvement of a criterion for `gain`, in shares of its maximum

    Source
    ------
    Martilla, James (1977), Journal of Marketing 41, 77-79; the lines lie at the criteria's means.
    """
    importances = [derived_importance(answers[:, q], overall, level=level) for q in range(answers.shape[1])]
    return priorities_of(importances, score, step=step)


def priorities_of(
    importances: Sequence[Importance | None], score: Score, *, step: float = 0.10
) -> tuple[Priority, ...]:
    """The table from the importance of each criterion, in the order of the score."""
    known = [i.value for i in importances if i is not None]
    shares = [c.ratio for c in score.criteria if c.ratio is not None]
    middle = float(np.mean(known)) if known else 0.0, float(np.mean(shares)) if shares else 0.0
    scale = score.max_points / score.scored_max if score.scored_max > 0 else 0.0
    return tuple(
        Priority(
            criterion.key,
            importance,
            criterion.ratio,
            _quadrant(importance, criterion.ratio, middle),
            None
            if criterion.ratio is None
            else scale * criterion.max_points * min(step, 1 - criterion.ratio),
        )
        for criterion, importance in zip(score.criteria, importances, strict=True)
    )


def _quadrant(
    importance: Importance | None, share: float | None, middle: tuple[float, float]
) -> Quadrant | None:
    if importance is None or share is None:
        return None
    if is_at_least(importance.value, middle[0]):
        return Quadrant.KEEP_UP if is_at_least(share, middle[1]) else Quadrant.FIX_FIRST
    return Quadrant.POSSIBLE_OVERKILL if is_at_least(share, middle[1]) else Quadrant.LOW_PRIORITY
