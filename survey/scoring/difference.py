"""Differences between scores of two surveys, or of domains of one survey that share clusters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from survey.scoring.arrays import Codes, Labels
from survey.scoring.borders import is_above, is_below
from survey.scoring.estimate import AnswersError, Estimates, estimates
from survey.scoring.interval import NOTHING, Interval, check_level
from survey.scoring.results import Score
from survey.scoring.rules import Rules
from survey.scoring.score import Sample, behind_of, domain_rows
from survey.scoring.variance import Variances, stratum_variances


@dataclass(frozen=True)
class Difference:
    """Second score minus first, in points.

    `se`, `df`, `interval` and `p_value` (two-sided, of no difference) are None where there is no spread.
    """

    estimate: float
    se: float | None
    df: float | None
    interval: Interval | None
    p_value: float | None = None


def excludes_zero(difference: Difference) -> bool | None:
    """Whether the interval leaves out 0; None where there is no interval."""
    interval = difference.interval
    if interval is None:
        return None
    return is_above(interval.low, 0.0) or is_below(interval.high, 0.0)


def at_level(difference: Difference, level: float, limit: float) -> Difference:
    """The difference with an interval of another level, cut to -limit..limit points."""
    if difference.se is None or difference.df is None or difference.interval is None:
        return difference
    return _with_interval(difference.estimate, difference.se, difference.df, limit, level)


def difference_of(first: Score, second: Score, *, level: float = 0.95) -> Difference | None:
    """The difference of two scores of separate samples, with its t interval; None where either is undefined.

    Samples that share respondents or clusters are not independent. Use `differences_between` for two domains.

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
    return _with_interval(estimate, se, df, first.max_points, level)


def differences_between(
    sample: Sample, domain: Labels, pairs: Sequence[tuple[str, str]], *, level: float = 0.95
) -> tuple[Difference | None, ...]:
    """Differences between domains of one design: desks, groups, or campaigns with the same clusters.

    To compare campaigns, stack their rows, with the campaign as the domain: clusters of the same label then
    carry the covariance. A difference is None where either domain has no score.

    Parameters
    ----------
    sample : answers in their design, from `sample_of`
    domain : (n,) labels; a blank one belongs to no domain
    pairs : the domains to compare, each second minus first

    Raises
    ------
    AnswersError
        A pair names a domain without people, or one domain twice.
    IntervalError
        The level lies outside 0 to 1.

    Source
    ------
    Korn, Graubard (1999), Analysis of Health Surveys, ch. 3: the difference is linearised as one estimate.
    """
    check_level(level)
    rows = domain_rows(domain, sample.scored)
    for pair in pairs:
        unknown = [name for name in pair if name not in rows]
        if unknown or pair[0] == pair[1]:
            raise AnswersError(f"{pair!r} is no pair of two domains; there are {', '.join(rows) or 'none'}")
    return tuple(_between(sample, rows[first], rows[second], level) for first, second in pairs)


def _between(sample: Sample, first: Codes, second: Codes, level: float) -> Difference | None:
    rules, weight = sample.rules, sample.layout.weight
    (one, influence_one), (two, influence_two) = (
        estimates(sample.sheet, rules, weight, r) for r in (first, second)
    )
    influence = np.concatenate([-influence_one[:, :1], influence_two[:, :1]])
    behind = behind_of(sample, one, first)[:, :1] | behind_of(sample, two, second)[:, :1]
    variances = stratum_variances(sample.layout, influence, np.concatenate([first, second]), behind)
    return difference_from(one, two, variances, rules, level)


def difference_from(
    one: Estimates, two: Estimates, variances: Variances, rules: Rules, level: float
) -> Difference | None:
    """Second score minus first, from both estimates and the variance of their difference."""
    scored = float(min(one.scored_max[0], two.scored_max[0]))
    is_undefined = rules.when_unscored == "undefined" and is_below(scored, rules.total_points)
    if scored <= 0 or is_undefined:
        return None
    estimate, variance = float(two.points[0] - one.points[0]), float(variances.total[0])
    df = variances.design_df
    if rules.group_rule == "fixed":
        df = variances.satterthwaite_df(0) or df
    if df < 1:
        return Difference(estimate, None, None, None)
    if variance <= NOTHING * rules.total_points**2:
        return Difference(estimate, 0.0, None, None)
    return _with_interval(estimate, math.sqrt(variance), df, rules.total_points, level)


def _with_interval(estimate: float, se: float, df: float, limit: float, level: float) -> Difference:
    from scipy.special import stdtr, stdtrit

    reach = float(stdtrit(df, (1 + level) / 2)) * se
    interval = Interval(max(estimate - reach, -limit), min(estimate + reach, limit))
    return Difference(estimate, se, df, interval, 2 * float(stdtr(df, -abs(estimate) / se)))
