"""Confidence intervals of a score between 0 and its total, and the chance of reaching a mark."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from survey.scoring.arrays import Codes, Floats, Labels
from survey.scoring.borders import is_at_least, is_below
from survey.scoring.design import Layout, SampleDesign, lay_out
from survey.scoring.sequence import score_sequence, watched_level
from survey.scoring.variance import stratum_variances

__all__ = [
    "Evidence",
    "Interval",
    "IntervalError",
    "IntervalMethod",
    "chance_at_least",
    "chance_at_least_t",
    "confidence_interval",
    "logit_t_interval",
    "mean_fraction",
    "score_interval",
    "score_sequence",
    "t_interval",
    "tilted_beta_interval",
    "watched_interval",
]

IntervalMethod = Literal["tilted-beta", "t", "logit-t"]
NOTHING = 1e-24  # a variance below this share of total squared is a rounding error of equal answers
_CENSUS = 1e-12
_NEARLY_NORMAL = 1e12  # sum of beta parameters from which scipy's beta loses digits and the normal is exact


class IntervalError(ValueError):
    """A level, a method or points for which no interval exists."""


@dataclass(frozen=True)
class Interval:
    """A confidence interval in points."""

    low: float
    high: float

    def scale(self, factor: float) -> "Interval":
        """The interval of the estimate times `factor`, which is positive."""
        return Interval(self.low * factor, self.high * factor)


@dataclass(frozen=True)
class Evidence:
    """The figures from which the interval of an estimate is computed.

    `estimate` is 0..`total` points; the variances are points squared, with and without the finite
    population correction. `effective_n` is (sum w)^2 / sum w^2. `df` is None or below 1 where the sample
    shows no spread to measure. `fraction_if_flat` is the mean sampling fraction, used when everybody
    answered the same.
    """

    estimate: float
    total: float
    variance: float
    variance_without_fpc: float
    effective_n: float
    df: float | None
    fraction_if_flat: float = 0.0

    @property
    def fraction(self) -> float:
        """Effective sampling fraction, 0 (endless population) to 1 (census)."""
        if self.variance_without_fpc <= NOTHING * self.total**2:
            return self.fraction_if_flat
        return min(max(1 - self.variance / self.variance_without_fpc, 0.0), 1.0)

    @property
    def is_census(self) -> bool:
        """Everybody of the population answered, so there is no sampling error."""
        return 1 - self.fraction < _CENSUS


def confidence_interval(evidence: Evidence, level: float, method: IntervalMethod) -> Interval | None:
    """The interval by the named method; None where that method has none.

    Raises
    ------
    IntervalError
        The level does not lie between 0 and 1, or the method is not one of the three.
    """
    check_level(level)
    if method == "tilted-beta":
        return tilted_beta_interval(evidence, level)
    if method == "t":
        return t_interval(evidence, level)
    if method == "logit-t":
        return logit_t_interval(evidence, level)
    raise IntervalError(f"interval method {method!r} is not known; use tilted-beta, t or logit-t")


def check_level(level: float) -> None:
    """Refuse a confidence level outside 0 to 1."""
    if not 0 < level < 1:
        raise IntervalError(f"the confidence level is {level!r}; give a share between 0 and 1, such as 0.95")


def t_interval(evidence: Evidence, level: float) -> Interval | None:
    """Estimate plus and minus t standard errors, cut to 0..total; None with less than one df."""
    quantile = _t_quantile(evidence, level)
    if quantile is None:
        return None
    reach = quantile * math.sqrt(evidence.variance)
    return Interval(max(evidence.estimate - reach, 0.0), min(evidence.estimate + reach, evidence.total))


def logit_t_interval(evidence: Evidence, level: float) -> Interval | None:
    """The t interval on the logit of estimate/total; None at 0, at the total, and with less than one df.

    Source
    ------
    Lumley, R survey, `svyciprop(method = "logit")`, with the delta method.
    """
    quantile = _t_quantile(evidence, level)
    share = evidence.estimate / evidence.total
    if quantile is None or not _CENSUS < share < 1 - _CENSUS:
        return None
    centre = math.log(share / (1 - share))
    reach = quantile * math.sqrt(evidence.variance) / evidence.total / (share * (1 - share))
    return Interval(evidence.total * _expit(centre - reach), evidence.total * _expit(centre + reach))


def tilted_beta_interval(evidence: Evidence, level: float) -> Interval:
    """The default interval: always finite, inside 0..total, and around the estimate.

    With less than one degree of freedom it is all of 0..total. Its coverage is shown by simulation, not
    proved.

    Source
    ------
    docs/statistics.md#tilted-beta.
    """
    total, estimate = evidence.total, min(max(evidence.estimate, 0.0), evidence.total)
    if evidence.is_census:
        return Interval(estimate, estimate)
    if evidence.df is None or evidence.df < 1:
        return Interval(0.0, total)
    from scipy.special import ndtri, stdtrit  # imported here to keep the import of scoring fast

    tail = (1 - level) / 2
    widening = float(stdtrit(evidence.df, 1 - tail) / ndtri(1 - tail)) ** 2
    low = _beta_quantile(_beta_parameters(evidence, 1 / 2, 1 / 8, widening), tail)
    high = _beta_quantile(_beta_parameters(evidence, 1 / 8, 1 / 2, widening), 1 - tail)
    return Interval(min(total * low, estimate), max(total * high, estimate))


def watched_interval(evidence: Evidence, n: int, level: float) -> Interval | None:
    """The tilted beta interval for looks at `n` respondents and at any other number; None under five.

    All such intervals of one survey hold together at `level`, by simulation and not by proof.
    """
    watched = watched_level(n, level)
    return None if watched is None else tilted_beta_interval(evidence, watched)


def chance_at_least(evidence: Evidence, mark: float, interval: Interval, level: float) -> float | None:
    """Confidence, 0..1, that the true score is at least `mark`, from sampling error only.

    It agrees with the tilted beta `interval` of the same level. None with less than one df.

    Source
    ------
    docs/statistics.md#chance-that-the-target-is-reached.
    """
    if evidence.is_census:
        return float(is_at_least(evidence.estimate, mark))
    if evidence.df is None or evidence.df < 1:
        return None
    widening = evidence.df / (evidence.df - 2) if evidence.df > 2 else 3.0
    share = min(max(mark / evidence.total, 0.0), 1.0)
    chance = 1 - _beta_probability(_beta_parameters(evidence, 1 / 4, 1 / 4, widening), share)
    if is_at_least(interval.low, mark):
        return max(chance, (1 + level) / 2)
    if is_below(interval.high, mark):
        return min(chance, round((1 - level) / 2, 15))  # 0.025 for 0.95, not 0.025000000000000022
    return chance


def chance_at_least_t(evidence: Evidence, mark: float) -> float | None:
    """1 - T_df((mark - S) / SE), as usual in R; 0 or 1 without spread, None with less than one df."""
    if evidence.df is None or evidence.df < 1:
        return None
    if evidence.variance <= NOTHING * evidence.total**2:
        return float(is_at_least(evidence.estimate, mark))
    from scipy.special import stdtr

    return float(stdtr(evidence.df, (evidence.estimate - mark) / math.sqrt(evidence.variance)))


def mean_fraction(layout: Layout, rows: Codes) -> float:
    """Mean sampling fraction of the rows by their weights, which count people."""
    weight = layout.weight[rows]
    if not weight.sum() > 0:
        return 0.0
    fraction = layout.strata.fraction[layout.stratum[rows]]
    if layout.second is not None:
        fraction = fraction * layout.second.fraction[layout.psu[rows]]
    return float(weight @ fraction / weight.sum())


def score_interval(  # noqa: PLR0913 the signature is fixed: docs/contract.md#python
    points: Floats,
    *,
    level: float = 0.95,
    population: float | Mapping[str, float] | None = None,
    weights: Floats | None = None,
    strata: Labels | None = None,
    total: float = 38.0,
    method: IntervalMethod = "tilted-beta",
) -> tuple[float, float]:
    """Confidence limits of the mean score, from the scores of single respondents.

    Parameters
    ----------
    points : (n,) float, 0..total
    level : share of samples whose interval should cover the mean, between 0 and 1
    population : people who could have been asked, in all or for each stratum; None: no end
    weights : (n,) float, > 0; None: equal, or by stratum where `population` gives each stratum's size
    strata : (n,) labels; a stratum with one respondent counts as in R's "adjust"
    method : "tilted-beta" is always defined; "t" and "logit-t" give (0, total) where they are not

    Raises
    ------
    IntervalError
        A point lies outside 0..total, or a level, total, method, population or weight has no meaning.
    DesignError
        The strata, weights or population sizes contradict the sample.

    Source
    ------
    docs/statistics.md#intervals.
    """
    values = _check_points(points, total)
    if weights is not None and (np.asarray(weights) <= 0).any():
        raise IntervalError("a weight is 0 or less; leave that respondent out or give a weight above 0")
    fpc = _population_of_each(values.size, population, strata)
    design = SampleDesign(strata=strata, weights=weights, fpc=fpc, lonely_psu="adjust")
    evidence = _evidence_of_mean(values, lay_out(design, values.size), total)
    interval = confidence_interval(evidence, level, method)
    return (0.0, total) if interval is None or values.size == 0 else (interval.low, interval.high)


def _check_points(points: Floats, total: float) -> Floats:
    values = np.asarray(points, dtype=np.float64)
    if not (math.isfinite(total) and total > 0):
        raise IntervalError(f"the total is {total!r}; give the points of a perfect score, above 0")
    if values.ndim != 1:
        raise IntervalError(f"points have shape {values.shape}; give one number for each respondent")
    outside = ~((values >= 0) & (values <= total))
    if outside.any():
        row = int(np.argmax(outside))
        raise IntervalError(f"respondent {row + 1} has {values[row]} points; points lie in 0..{total:g}")
    return values


def _population_of_each(
    n: int, population: float | Mapping[str, float] | None, strata: Labels | None
) -> Floats | None:
    """Population of each respondent's stratum, (n,); one number is divided in proportion to the sample."""
    if population is None:
        return None
    labels = np.zeros(n, dtype=np.intp).astype(str) if strata is None else np.asarray(strata).astype(str)
    if not isinstance(population, Mapping):
        _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
        return np.asarray(counts[codes.reshape(-1)] * (population / max(n, 1)), dtype=np.float64)
    if strata is None:
        raise IntervalError("the population is given by stratum, so give the stratum of each respondent")
    sizes = {str(label): size for label, size in population.items()}
    unknown = sorted(set(labels.tolist()) - sizes.keys())
    if unknown:
        raise IntervalError(f"the population of stratum {unknown[0]!r} is not given; add it")
    return np.array([sizes[label] for label in labels.tolist()], dtype=np.float64)


def _evidence_of_mean(values: Floats, layout: Layout, total: float) -> Evidence:
    if values.size == 0:
        return Evidence(0.0, total, 0.0, 0.0, 0.0, None)
    weight = layout.weight / layout.weight.sum()
    mean = float(layout.weight @ values / layout.weight.sum())
    mean = min(max(mean, float(values.min())), float(values.max()))
    rows = np.arange(values.size)
    influence = (values - mean)[:, None] / layout.weight.sum()
    variances = stratum_variances(layout, influence, rows)
    df = variances.design_df if values.size > 1 else None
    return Evidence(
        mean,
        total,
        float(variances.total[0]),
        float(variances.without_fpc[0]),
        float(1 / (weight @ weight)),
        df,
        mean_fraction(layout, rows),
    )


def _t_quantile(evidence: Evidence, level: float) -> float | None:
    if evidence.df is None or evidence.df < 1:
        return None
    from scipy.special import stdtrit

    return float(stdtrit(evidence.df, (1 + level) / 2))


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def _beta_parameters(evidence: Evidence, zeros: float, ones: float, widening: float) -> tuple[float, float]:
    """Both parameters of the mean's beta after adding pseudo-respondents at 0 and at the total."""
    share = min(max(evidence.estimate / evidence.total, 0.0), 1.0)
    size = evidence.effective_n / (1 - evidence.fraction)
    spread = evidence.variance_without_fpc / evidence.total**2 * max(evidence.effective_n - 1, 0.0)
    padded = size + zeros + ones
    mean = (size * share + ones) / padded
    # The second moment minus the squared mean, summed about the mean: no cancellation in large samples.
    about_mean = size * (spread + (share - mean) ** 2) + zeros * mean**2 + ones * (1 - mean) ** 2
    variance = min(widening * about_mean / padded / (padded + 1), 0.99 * mean * (1 - mean))
    precision = mean * (1 - mean) / variance - 1
    return mean * precision, (1 - mean) * precision


def _beta_quantile(parameters: tuple[float, float], probability: float) -> float:
    from scipy.special import betaincinv, ndtri

    a, b = parameters
    if a + b < _NEARLY_NORMAL:
        return float(betaincinv(a, b, probability))
    mean = a / (a + b)
    return min(max(mean + float(ndtri(probability)) * math.sqrt(mean * (1 - mean) / (a + b)), 0.0), 1.0)


def _beta_probability(parameters: tuple[float, float], share: float) -> float:
    from scipy.special import betainc, ndtr

    a, b = parameters
    if a + b < _NEARLY_NORMAL:
        return float(betainc(a, b, share))
    mean = a / (a + b)
    return float(ndtr((share - mean) / math.sqrt(mean * (1 - mean) / (a + b))))
