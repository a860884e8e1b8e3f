"""Design-based variance of several estimates at once, stratum by stratum."""

from dataclasses import dataclass

import numpy as np

from survey.scoring.arrays import Codes, Flags, Floats, chunks, sums_by
from survey.scoring.design import Layout, SecondStage


@dataclass(frozen=True, eq=False)
class Variances:
    """The contribution of each stratum to the variance of k estimates, in their units squared.

    `by_stratum` (H, k) has the finite population correction and the second stage; `by_stratum_without_fpc`
    (H, k) is the ultimate-cluster variance as if drawn with replacement. `n_units` (H,) counts the
    PSUs of the respondents the estimates are about, those with weight only.
    """

    by_stratum: Floats
    by_stratum_without_fpc: Floats
    n_units: Floats

    @property
    def total(self) -> Floats:
        """Variance of each estimate, shape (k,)."""
        return np.asarray(self.by_stratum.sum(axis=0))

    @property
    def without_fpc(self) -> Floats:
        """Variance of each estimate for an infinite population, shape (k,)."""
        return np.asarray(self.by_stratum_without_fpc.sum(axis=0))

    @property
    def design_df(self) -> float:
        """PSUs minus strata, among those with the respondents."""
        return float(self.n_units.sum() - np.count_nonzero(self.n_units))

    def satterthwaite_df(self, estimate: int) -> float | None:
        """Degrees of freedom of one estimate over strata; None where its variance is 0.

        A stratum with one PSU counts as one degree, because it adds one uncentred square.

        Source
        ------
        Satterthwaite (1946), Biometrics Bulletin 2, 110-114.
        """
        parts = self.by_stratum[:, estimate]
        largest = float(parts.max(initial=0.0))
        if largest <= 0:
            return None
        shares = parts / largest
        return float(shares.sum() ** 2 / (shares**2 / np.maximum(self.n_units - 1, 1)).sum())


def stratum_variances(
    layout: Layout, influence: Floats, rows: Codes, behind: Flags | None = None
) -> Variances:
    """Variances by Taylor linearisation, ultimate clusters, with the second stage where it is known.

    The PSUs without any of the rows stay in the design: they count as totals of 0.

    Parameters
    ----------
    layout : the checked design of all n respondents
    influence : (r, k) float, influence of each of the rows on each estimate, before weighting
    rows : (r,) int, which respondents the influence is about; it is 0 for all others
    behind : (H, k), the strata whose answers are behind each estimate; None: all. The rule `average` scales
        by these only. Calibrated estimates have all strata behind them.

    Source
    ------
    Wolter (2007), Introduction to Variance Estimation, ch. 2 and 6; Lumley, R survey, `svyrecvar`.
    """
    n_units = units_with_weight(layout, rows)
    if layout.calibration is not None:
        everyone = np.zeros((layout.weight.size, influence.shape[1]))
        everyone[rows] = influence
        influence, rows = layout.calibration.residual(everyone), np.arange(layout.weight.size)
        behind = None
    weight = layout.weight[rows]
    weighted = influence if (weight == 1).all() else influence * weight[:, None]
    unbounded = _between_psus(layout, weighted, rows)
    if layout.strata.lonely_psu == "average":
        unbounded = unbounded * average_factor(_lonely_with_weight(layout), behind, influence.shape[1])
    bounded = unbounded * (1 - layout.strata.fraction)[:, None]
    if layout.second is not None:
        bounded = bounded + _within_psus(layout, layout.second, weighted, rows)
    return Variances(bounded, unbounded, n_units)


def units_with_weight(layout: Layout, rows: Codes) -> Floats:
    """PSUs in each stratum, shape (H,), that have one of the rows with a weight other than 0."""
    present = np.zeros(layout.psu_stratum.size, dtype=np.bool_)
    present[layout.psu[rows][layout.weight[rows] != 0]] = True
    return np.bincount(layout.psu_stratum[present], minlength=layout.strata.n_psu.size).astype(np.float64)


def _between_psus(layout: Layout, weighted: Floats, rows: Codes) -> Floats:
    """Ultimate-cluster variance without FPC, shape (H, k)."""
    if layout.each_is_a_psu:
        totals, parent = weighted, layout.stratum[rows]
    else:
        totals = sums_by(weighted, layout.psu[rows], layout.psu_stratum.size)
        parent = layout.psu_stratum
    strata, lonely = layout.strata, _lonely_with_weight(layout)
    centred = ~lonely if strata.lonely_psu == "adjust" else np.ones_like(lonely)
    return unit_factor(strata.n_psu)[:, None] * _squares(totals, parent, strata.n_psu, centred)


def _lonely_with_weight(layout: Layout) -> Flags:
    strata = layout.strata
    weight = np.bincount(layout.stratum, weights=np.abs(layout.weight), minlength=strata.n_psu.size)
    return np.asarray(strata.is_lonely & (weight > 0))


def average_factor(lonely: Flags, behind: Flags | None, size: int) -> Floats:
    """By how much the rule `average` scales the variance of each estimate, (k,), for its lonely strata.

    The strata behind an estimate, over those of them that are not lonely; 1 without any of these.

    Parameters
    ----------
    lonely : (H,), strata with one sampling unit
    behind : (H, k), the strata whose answers are behind each estimate; None: all

    Source
    ------
    R survey, `onestage` of `svyrecvar`: `nstrat / nokstrat`, of the strata in the domain.
    """
    counted = np.ones((lonely.size, size), dtype=np.bool_) if behind is None else behind
    n_behind, n_measured = counted.sum(axis=0), (counted & ~lonely[:, None]).sum(axis=0)
    return np.where(n_measured > 0, n_behind / np.maximum(n_measured, 1), 1.0)


def _within_psus(layout: Layout, second: SecondStage, weighted: Floats, rows: Codes) -> Floats:
    """The second-stage variance, shape (H, k): f_h times the variance inside each PSU."""
    totals = sums_by(weighted, second.unit[rows], second.unit_psu.size)
    lonely = (second.n_units == 1) & (second.fraction < 1)
    strata = layout.strata
    centred = ~lonely if strata.lonely_psu == "adjust" else np.ones_like(lonely)
    inside = _squares(totals, second.unit_psu, second.n_units, centred)
    inside = inside * (unit_factor(second.n_units) * (1 - second.fraction))[:, None]
    by_stratum = sums_by(inside, layout.psu_stratum, strata.n_psu.size) * strata.fraction[:, None]
    if strata.lonely_psu == "average":
        present = np.zeros(lonely.size, dtype=np.bool_)
        present[layout.psu[rows]] = True
        size = strata.n_psu.size
        every, known = (
            np.bincount(layout.psu_stratum, weights=of, minlength=size) for of in (present, present & ~lonely)
        )
        by_stratum = by_stratum * np.where(known > 0, every / np.maximum(known, 1), 1.0)[:, None]
    return by_stratum


def unit_factor(n_units: Floats) -> Floats:
    """The factor n / (n - 1), which is 1 for a single unit."""
    return np.where(n_units > 1, n_units / np.maximum(n_units - 1, 1), 1.0)


def _squares(totals: Floats, parent: Codes, n_units: Floats, centred: Flags) -> Floats:
    """Sum of squares of unit totals (m, k) about their parent's mean, shape (P, k).

    `n_units` (P,) counts all the parent's units; those not among the totals are totals of 0.
    """
    size = n_units.size
    mean = sums_by(totals, parent, size) / np.maximum(n_units, 1)[:, None] * centred[:, None]
    present = np.bincount(parent, minlength=size)
    squares = np.zeros_like(mean)
    for part in chunks(parent.size):
        squares += sums_by((totals[part] - mean[parent[part]]) ** 2, parent[part], size)
    return squares + np.maximum(n_units - present, 0)[:, None] * mean**2
