"""Weights that meet known population totals, and the residuals for their variance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from survey.scoring.arrays import Floats, Labels, is_blank
from survey.scoring.design_error import DesignError

CalibrationKind = Literal["poststratify", "rake", "linear"]
_CLOSE = 1e-11
_MAX_STEPS = 2000


@dataclass(frozen=True, eq=False)
class Margin:
    """One variable with known totals: label of each respondent (n,), and people per label."""

    variable: str
    labels: Labels
    totals: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Calibration:
    """Known totals to meet: one margin to post-stratify, several to rake or for a linear (GREG) fit.

    `bounds` (low, high) limits how far a linear fit may change a weight; None sets no limit.
    """

    kind: CalibrationKind
    margins: tuple[Margin, ...]
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class CalibrationFit:
    """Calibrated weights (n,), and the regression on the variables with known totals.

    `indicator` is (n, p), one column for each label of each margin; `base` (n,) are the weights before.
    """

    weight: Floats
    indicator: Floats
    base: Floats

    def residual(self, influence: Floats) -> Floats:
        """Influence values, shape (n, k), less their weighted regression on the calibration variables.

        Source
        ------
        Deville, Särndal (1992), JASA 87, 376-382, for all kinds: the regression is weighted by the base
        weights, as in R survey `calibrate`, with `calfun = "raking"` for raking.
        """
        weighted = self.indicator * self.base[:, None]
        normal = weighted.T @ self.indicator
        coefficients = np.linalg.lstsq(normal, weighted.T @ influence, rcond=None)[0]
        return np.asarray(influence - self.indicator @ coefficients)


def calibrate(calibration: Calibration, base: Floats) -> CalibrationFit:
    """Weights that meet the totals, starting from base weights (n,).

    Raises
    ------
    DesignError
        A label has no known total, a known total has no respondents, the margins contradict each
        other, or no weights inside the bounds meet the totals.
    """
    if not calibration.margins or (calibration.kind == "poststratify" and len(calibration.margins) != 1):
        raise DesignError("calibration names no margin, or several for post-stratification; rake those")
    indicators = [_indicator(margin, base) for margin in calibration.margins]
    totals = [np.array(list(margin.totals.values()), dtype=np.float64) for margin in calibration.margins]
    _check_totals(calibration.margins, totals)
    matrix, target = np.hstack(indicators), np.concatenate(totals)
    if calibration.kind == "linear":
        return CalibrationFit(base * _linear_factors(matrix, base, target, calibration.bounds), matrix, base)
    return CalibrationFit(_rake(indicators, totals, base), matrix, base)


def _indicator(margin: Margin, base: Floats) -> Floats:
    labels = np.asarray(margin.labels)
    if labels.shape != base.shape:
        raise DesignError(
            f"{margin.variable} has {labels.size} labels for {base.size} respondents", column=margin.variable
        )
    texts = np.where(is_blank(labels), "", labels.astype(str))
    unknown = ~np.isin(texts, list(margin.totals))
    if unknown.any():
        row = int(np.argmax(unknown))
        raise DesignError(
            f"{margin.variable} is {str(texts[row])!r}, which has no population total; add it",
            row=row + 1,
            column=margin.variable,
        )
    matrix = np.column_stack([texts == level for level in margin.totals]).astype(np.float64)
    for level, people in zip(margin.totals, base @ matrix, strict=True):
        if people <= 0 < margin.totals[level]:
            raise DesignError(
                f"nobody with weight has {margin.variable} {level!r}, but its population is "
                f"{margin.totals[level]:g}; join it to another level",
                column=margin.variable,
            )
    return matrix


def _check_totals(margins: tuple[Margin, ...], totals: list[Floats]) -> None:
    for margin, values in zip(margins, totals, strict=True):
        if not np.isfinite(values).all() or (values < 0).any() or values.sum() <= 0:
            raise DesignError(
                f"the population totals of {margin.variable} must be finite and not negative",
                column=margin.variable,
            )
        if abs(values.sum() - totals[0].sum()) > 1e-6 * totals[0].sum():
            raise DesignError(
                f"the totals of {margin.variable} sum to {values.sum():g}, those of {margins[0].variable} to "
                f"{totals[0].sum():g}; they count the same people, so make them equal",
                column=margin.variable,
            )


def _rake(indicators: list[Floats], totals: list[Floats], base: Floats) -> Floats:
    """Iterative proportional fitting; one margin takes one step. Source: Deming, Stephan (1940)."""
    weight = base
    for _ in range(_MAX_STEPS):
        miss = 0.0
        for indicator, target in zip(indicators, totals, strict=True):
            people = weight @ indicator
            miss = max(miss, float(np.abs(people - target).max() / target.sum()))
            factor = np.divide(target, people, out=np.zeros_like(target), where=people > 0)
            weight = weight * (indicator @ factor)
        if miss <= _CLOSE:
            return weight
    raise DesignError("raking does not settle: the margins contradict the sample; join small levels")


def _linear_factors(
    matrix: Floats, base: Floats, target: Floats, bounds: tuple[float, float] | None
) -> Floats:
    """Factors g = 1 + x'b, cut to the bounds, that make the weights meet the totals, shape (n,).

    Source
    ------
    Deville, Särndal (1992), cases 1 and 7 (truncated linear), by Newton steps.
    """
    low, high = bounds or (-np.inf, np.inf)
    if not low < 1 < high:
        raise DesignError(f"calibration bounds {low:g} to {high:g} must lie on both sides of 1")
    slope = np.zeros(matrix.shape[1])
    factor = np.ones(base.size)
    for _ in range(100):
        miss = target - (base * factor) @ matrix
        if np.abs(miss).max() <= _CLOSE * np.abs(target).max():
            return factor
        free = base * ((factor > low) & (factor < high))
        slope = slope + np.linalg.lstsq((matrix * free[:, None]).T @ matrix, miss, rcond=None)[0]
        factor = np.clip(1 + matrix @ slope, low, high)
    raise DesignError(
        f"no weights between {low:g} and {high:g} times the base meet the totals; widen the bounds"
    )
