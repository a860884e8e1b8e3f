"""The difference between two independent surveys."""

import math
from dataclasses import dataclass

from survey.scoring.interval import Interval
from survey.scoring.results import Score


@dataclass(frozen=True)
class Difference:
    """Second score minus first, in points. `se`, `df`, `interval` are None where a survey shows no spread."""

    estimate: float
    se: float | None
    df: float | None
    interval: Interval | None


def difference_of(first: Score, second: Score, *, level: float = 0.95) -> Difference | None:
    """The difference of two scores of separate samples, with its t interval; None where either is undefined.

    Samples that share respondents or clusters are not independent: this is not for two domains of one survey.

    Source
    ------
    Welch (1947), Biometrika 34, 28-35: degrees of freedom.
    """
    if first.score is None or second.score is None or first.evidence is None or second.evidence is None:
        return None
    estimate = second.score - first.score
    parts = ((first.evidence.variance, first.evidence.df), (second.evidence.variance, second.evidence.df))
    known = [(variance, df) for variance, df in parts if df is not None and df >= 1]
    if len(known) < len(parts):
        return Difference(estimate, None, None, None)
    se = math.sqrt(sum(variance for variance, _ in known))
    if se == 0:
        return Difference(estimate, 0.0, None, None)
    df = 1 / sum((variance / se**2) ** 2 / df for variance, df in known)
    from scipy.special import stdtrit

    reach = float(stdtrit(df, (1 + level) / 2)) * se
    limit = first.max_points
    return Difference(estimate, se, df, Interval(max(estimate - reach, -limit), min(estimate + reach, limit)))
