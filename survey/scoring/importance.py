"""What to mend first: how much a criterion matters, how well it does, what a better one would earn."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from survey.scoring.arrays import Floats
from survey.scoring.interval import check_level
from survey.scoring.results import Score

_FEWEST = 10


class Quadrant(StrEnum):
    """Where a criterion stands: important or not, doing well or not, against the mean of all criteria."""

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

    `share` is 0..1 of its maximum. `gain` are points of the total for a `step` better, at most what is left.
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

    Source
    ------
    Bonett, Wright (2000), Psychometrika 65, 23-28: the interval on Fisher's scale.
    """
    check_level(level)
    both = ~np.isnan(criterion) & ~np.isnan(overall)
    n = int(both.sum())
    if n < _FEWEST:
        return None
    from scipy.special import ndtri
    from scipy.stats import rankdata

    x, y = (rankdata(values[both]) - (n + 1) / 2 for values in (criterion, overall))
    spread = math.sqrt(float((x @ x) * (y @ y)))
    if spread == 0:
        return None
    rho = max(-1.0, min(1.0, float(x @ y) / spread))
    if abs(rho) > 1 - 1e-12:
        return Importance(rho, rho, rho, n)
    reach = float(ndtri((1 + level) / 2)) * math.sqrt((1 + rho**2 / 2) / (n - 3))
    return Importance(rho, math.tanh(math.atanh(rho) - reach), math.tanh(math.atanh(rho) + reach), n)


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
    found = [derived_importance(answers[:, q], overall, level=level) for q in range(answers.shape[1])]
    known = [i.value for i in found if i is not None]
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
        for criterion, importance in zip(score.criteria, found, strict=True)
    )


def _quadrant(
    importance: Importance | None, share: float | None, middle: tuple[float, float]
) -> Quadrant | None:
    if importance is None or share is None:
        return None
    if importance.value >= middle[0]:
        return Quadrant.KEEP_UP if share >= middle[1] else Quadrant.FIX_FIRST
    return Quadrant.POSSIBLE_OVERKILL if share >= middle[1] else Quadrant.LOW_PRIORITY
