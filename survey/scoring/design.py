"""The sample design of a survey: strata, clusters, population sizes and weights."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from survey.scoring.arrays import Codes, Flags, Floats, Labels, is_blank, label_codes
from survey.scoring.calibration import Calibration, CalibrationFit, calibrate
from survey.scoring.design_error import DesignError

__all__ = ["DesignError", "Layout", "LonelyPsu", "SampleDesign", "SecondStage", "lay_out"]

LonelyPsu = Literal["fail", "adjust", "certainty", "average"]
_LONELY_RULES = ("fail", "adjust", "certainty", "average")
_HEAVIEST = 1e12


@dataclass(frozen=True, eq=False)
class SampleDesign:
    """How the respondents were drawn. Without any field it is a simple random sample of respondents.

    Parameters
    ----------
    strata : (n,) labels, stratum of each respondent
    psu : (n,) labels, primary sampling unit (cluster) of each respondent; None: each is its own
    weights : (n,) float, people each response stands for, >= 0; None: from `fpc` where given, else 1
    fpc : (n,) float, primary sampling units of the respondent's stratum in the population; inf: no limit
    ssu, fpc2 : (n,) second-stage units inside the PSU, and how many that PSU has in the population
    nest : PSU labels start again in each stratum
    lonely_psu : rule for a stratum with one PSU: refuse, square its uncentred total (as R survey), count
        nothing, or give it the average of the other strata
    calibration : known population totals that the weights meet
    """

    strata: Labels | None = None
    psu: Labels | None = None
    weights: Floats | None = None
    fpc: Floats | None = None
    ssu: Labels | None = None
    fpc2: Floats | None = None
    nest: bool = False
    lonely_psu: LonelyPsu = "fail"
    calibration: Calibration | None = None


@dataclass(frozen=True, eq=False)
class SecondStage:
    """Units drawn inside the PSUs: code for each respondent (n,), its PSU (m2,), counts per PSU (m,)."""

    unit: Codes
    unit_psu: Codes
    n_units: Floats
    population: Floats

    @property
    def fraction(self) -> Floats:
        """Sampling fraction inside each PSU, shape (m,)."""
        return self.n_units / self.population


@dataclass(frozen=True, eq=False)
class Strata:
    """The H strata of a design: names, sampled PSUs (H,), PSUs in the population (H,), inf where unknown."""

    names: tuple[str, ...]
    n_psu: Floats
    population: Floats
    lonely_psu: LonelyPsu

    @property
    def fraction(self) -> Floats:
        """Sampling fraction n_h / N_h of each stratum, shape (H,); 0 where the population is not known."""
        return self.n_psu / self.population

    @property
    def is_lonely(self) -> Flags:
        """Which strata, shape (H,), have one sampled PSU of several, so that they show no spread."""
        return np.asarray((self.n_psu == 1) & (self.fraction < 1))

    @property
    def is_measured(self) -> Flags:
        """Which strata, shape (H,), have a variance: two PSUs, all there are, or one under "adjust"."""
        return np.asarray((self.n_psu > 1) | (self.fraction >= 1) | (self.lonely_psu == "adjust"))


@dataclass(frozen=True, eq=False)
class Layout:
    """A checked design as codes: n respondents, m PSUs, H strata.

    `weight` (n,) is calibrated and scaled so that the heaviest is 1; times `weight_unit` it is people.
    `second` is set only when both population sizes are known, since only then does the variance have its
    second-stage term.
    """

    weight: Floats
    weight_unit: float
    stratum: Codes
    psu: Codes
    psu_stratum: Codes
    strata: Strata
    each_is_a_psu: bool
    second: SecondStage | None = None
    calibration: CalibrationFit | None = None


def lay_out(design: SampleDesign, n: int) -> Layout:
    """The design of n respondents, checked and coded.

    Raises
    ------
    DesignError
        A column has another length, a blank label, a weight or population that cannot be, a population
        smaller than its sample or varying inside a stratum; a PSU label stands in two strata while `nest`
        is False; a stratum has a single PSU while `lonely_psu` is "fail"; or calibration is impossible.
    """
    _check_columns(design, n)
    stratum, names = _codes_of(design.strata, n)
    psu, psu_stratum = _psu_codes(design, stratum)
    n_psu = np.bincount(psu_stratum, minlength=len(names)).astype(np.float64)
    population = _population(design.fpc, stratum, n_psu, names)
    layout = Layout(
        weight=np.ones(n),
        weight_unit=1.0,
        stratum=stratum,
        psu=psu,
        psu_stratum=psu_stratum,
        strata=Strata(names, n_psu, population, design.lonely_psu),
        each_is_a_psu=design.psu is None,
    )
    layout = replace(layout, second=_second_stage(design, layout))
    if design.lonely_psu == "fail":
        _refuse_lonely(layout)
    return _with_weights(layout, design)


def _check_columns(design: SampleDesign, n: int) -> None:
    if design.lonely_psu not in _LONELY_RULES:
        raise DesignError(f"lonely_psu is {design.lonely_psu!r}; use one of {', '.join(_LONELY_RULES)}")
    if design.ssu is not None and design.psu is None:
        raise DesignError("second-stage units are given without primary sampling units; name both")
    if design.fpc2 is not None and design.ssu is None:
        raise DesignError("a second-stage population is given without second-stage units; name both")
    for column in ("strata", "psu", "ssu", "weights", "fpc", "fpc2"):
        values = getattr(design, column)
        if values is not None:
            _check_column(np.asarray(values), column, n)


def _check_column(values: Labels, column: str, n: int) -> None:
    if values.shape != (n,):
        raise DesignError(
            f"{column} has shape {values.shape} for {n} respondents; give one each", column=column
        )
    numbers: Floats = np.asarray(values)
    if column in ("strata", "psu", "ssu"):
        is_wrong, needs = is_blank(values), "a label"
    elif column == "weights":
        is_wrong, needs = ~((numbers >= 0) & (numbers <= _HEAVIEST)), f"a number from 0 to {_HEAVIEST:.0e}"
    else:
        is_wrong, needs = ~(numbers > 0), "a number of units above 0"
    if is_wrong.any():
        row = int(np.argmax(is_wrong))
        value = values[row].item() if hasattr(values[row], "item") else values[row]
        raise DesignError(f"{column} is {value!r}; it must be {needs}", row=row + 1, column=column)


def _codes_of(labels: Labels | None, n: int) -> tuple[Codes, tuple[str, ...]]:
    if labels is None:
        return np.zeros(n, dtype=np.intp), ("all",)
    return label_codes(np.asarray(labels))


def _psu_codes(design: SampleDesign, stratum: Codes) -> tuple[Codes, Codes]:
    """Code of each respondent's PSU (n,), and the stratum of each PSU (m,)."""
    if design.psu is None:
        return np.arange(stratum.size, dtype=np.intp), stratum
    label, names = label_codes(np.asarray(design.psu))
    if design.nest:
        return _pair_codes(stratum, label)
    psu_stratum = np.zeros(len(names), dtype=np.intp)
    psu_stratum[label] = stratum
    stray = psu_stratum[label] != stratum
    if stray.any():
        row = int(np.argmax(stray))
        raise DesignError(
            f"cluster {names[label[row]]!r} lies in two strata; set nest if labels start anew in each",
            row=row + 1,
            column="psu",
        )
    return label, psu_stratum


def _pair_codes(outer: Codes, inner: Codes) -> tuple[Codes, Codes]:
    """Codes of the pairs (outer, inner), shape (n,), and the outer code of each pair."""
    width = int(inner.max(initial=0)) + 1
    pairs, codes = np.unique(outer * width + inner, return_inverse=True)
    return codes.astype(np.intp).reshape(-1), (pairs // width).astype(np.intp)


def _population(fpc: Floats | None, parent: Codes, n_units: Floats, names: tuple[str, ...]) -> Floats:
    """Population number of units in each stratum (or PSU), inf where none is given."""
    size = n_units.size
    if fpc is None:
        return np.full(size, np.inf)
    stated = np.asarray(fpc, dtype=np.float64)
    population = np.full(size, np.inf)
    population[parent] = stated
    varies = population[parent] != stated
    if varies.any():
        row = int(np.argmax(varies))
        raise DesignError(
            f"the population of {names[parent[row]]!r} is {stated[row]:g} here and "
            f"{population[parent[row]]:g} in another row; give one number",
            row=row + 1,
            column="fpc",
        )
    short = population < n_units - 1e-9
    if short.any():
        h = int(np.argmax(short))
        raise DesignError(
            f"{names[h]!r} has {n_units[h]:g} sampled units in a population of {population[h]:g}; "
            "give the number of units in the population, not a fraction",
            row=int(np.argmax(parent == h)) + 1,
            column="fpc",
        )
    return population


def _second_stage(design: SampleDesign, layout: Layout) -> SecondStage | None:
    if design.ssu is None or design.fpc is None or design.fpc2 is None:
        return None
    label, _ = label_codes(np.asarray(design.ssu))
    unit, unit_psu = _pair_codes(layout.psu, label)
    n_units = np.bincount(unit_psu, minlength=layout.psu_stratum.size).astype(np.float64)
    names = _psu_names(design, layout)
    return SecondStage(unit, unit_psu, n_units, _population(design.fpc2, layout.psu, n_units, names))


def _psu_names(design: SampleDesign, layout: Layout) -> tuple[str, ...]:
    if design.psu is None:
        return tuple(str(k + 1) for k in range(layout.psu_stratum.size))
    _, first = np.unique(layout.psu, return_index=True)
    return tuple(str(label) for label in np.asarray(design.psu)[first].tolist())


def _refuse_lonely(layout: Layout) -> None:
    if layout.psu_stratum.size < 2:
        return  # one unit in all: no variance exists, and the score says so without an error
    lonely = layout.strata.is_lonely
    if lonely.any():
        h = int(np.argmax(lonely))
        raise DesignError(
            f"stratum {layout.strata.names[h]!r} has one sampling unit, so it shows no spread; "
            "join it to another stratum or set lonely_psu to adjust, certainty or average",
            row=int(np.argmax(layout.stratum == h)) + 1,
            column="strata",
        )
    if layout.second is not None:
        inner = (layout.second.n_units == 1) & (layout.second.fraction < 1)
        if inner.any():
            row = int(np.argmax(layout.psu == int(np.argmax(inner)))) + 1
            raise DesignError(
                "a cluster has one second-stage unit, so it shows no spread; "
                "set lonely_psu to adjust, certainty or average",
                row=row,
                column="ssu",
            )


def _with_weights(layout: Layout, design: SampleDesign) -> Layout:
    """The layout with weights, of the design or the population sizes, calibrated and scaled."""
    n = layout.stratum.size
    if design.weights is not None:
        weight = np.asarray(design.weights, dtype=np.float64)
    else:
        weight = _inverse_chance(layout)
    fit = None
    if design.calibration is not None and n:
        fit = calibrate(design.calibration, weight)
        weight = fit.weight
    unit = float(np.abs(weight).max(initial=0.0)) or 1.0
    return replace(layout, weight=weight / unit, weight_unit=unit, calibration=fit)


def _inverse_chance(layout: Layout) -> Floats:
    """One over the chance of being drawn, shape (n,), where population sizes are known; else 1."""
    n_psu, population = layout.strata.n_psu, layout.strata.population
    known = np.isfinite(population)
    by_stratum = np.where(known, np.divide(population, n_psu, where=known, out=np.ones_like(n_psu)), 1.0)
    weight: Floats = by_stratum[layout.stratum]
    if layout.second is not None and known.all():
        inner = layout.second.population / layout.second.n_units
        weight = weight * np.where(np.isfinite(inner), inner, 1.0)[layout.psu]
    return weight
