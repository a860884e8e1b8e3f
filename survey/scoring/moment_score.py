"""The score of a sample from its moments. The numbers equal those from the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from survey.scoring.arrays import Flags, Floats
from survey.scoring.design import DesignError, LonelyPsu, Strata
from survey.scoring.difference import Difference, difference_from
from survey.scoring.estimate import (
    Cells,
    Estimates,
    answers_behind,
    combine_cells,
    group_shares,
    scored_groups,
)
from survey.scoring.findings import Findings, score_from_findings
from survey.scoring.interval import check_level
from survey.scoring.moments import Cell, Moments, MomentsError, rules_key
from survey.scoring.results import SurveyScore
from survey.scoring.rules import Rules
from survey.scoring.variance import Variances, average_factor, unit_factor

# Rounding error, as a share, of a sum of squares whose terms cancel. One step of one person on one criterion
# changes the sum by far more.
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class _DesignCell:
    """A cell with its stratum and group as codes; the group is -1 when it earns no points."""

    stratum: int
    group: int
    group_name: str
    domain: str
    sums: Cell


def score_moments(
    moments: Moments,
    rules: Rules,
    *,
    populations: Mapping[str, float] | None = None,
    lonely_psu: LonelyPsu = "fail",
    level: float = 0.95,
) -> SurveyScore:
    """The score of the sample and of each of its domains.

    Parameters
    ----------
    populations : sampling units in each stratum (or, under `fixed` without strata, each group) of the
        population; moments made without weights then weigh each stratum by population over sample
    lonely_psu, level : as in `SampleDesign` and `score_responses`

    Raises
    ------
    MomentsError, DesignError, IntervalError
        The moments were made under other rules; a stratum has no or too small a population, or one unit
        while `lonely_psu` is "fail"; a level not in 0 to 1.

    Source
    ------
    docs/statistics.md#moments-and-counts.
    """
    check_level(level)
    estimator = _estimator(moments, rules, populations, lonely_psu)
    return SurveyScore(
        score_from_findings(estimator.findings(estimator.everything), rules, level),
        {
            name: score_from_findings(estimator.findings(part), rules, level)
            for name, part in estimator.domains().items()
        },
    )


def moment_differences(
    moments: Moments,
    rules: Rules,
    pairs: Sequence[tuple[str, str]],
    *,
    populations: Mapping[str, float] | None = None,
    lonely_psu: LonelyPsu = "fail",
    level: float = 0.95,
) -> tuple[Difference | None, ...]:
    """Differences between domains, second minus first, equal to those of `differences_between` from the rows.

    Parameters are those of `score_moments`. No person is in two domains. A difference is None where either
    domain has no score.

    Raises
    ------
    MomentsError
        A pair names a domain without people; or as for `score_moments`.

    Source
    ------
    Korn, Graubard (1999), Analysis of Health Surveys, ch. 3.
    """
    check_level(level)
    estimator = _estimator(moments, rules, populations, lonely_psu)
    domains = estimator.domains()
    for pair in pairs:
        if unknown := [name for name in pair if name not in domains]:
            raise MomentsError(f"{unknown[0]!r} is no domain; there are {', '.join(domains) or 'none'}")
    return tuple(estimator.between(domains[first], domains[second], level) for first, second in pairs)


def _estimator(
    moments: Moments, rules: Rules, populations: Mapping[str, float] | None, lonely_psu: LonelyPsu
) -> "_MomentEstimator":
    if moments.rules_key != rules_key(rules):
        raise MomentsError("these moments were made for other criteria or another answer map; make them anew")
    cells, strata = _design_cells(moments, rules, populations, lonely_psu)
    if not moments.has_weights and populations is not None:
        cells = [_with_weight(cell, strata) for cell in cells]
    return _MomentEstimator(rules, cells, strata, has_clusters=moments.has_clusters)


def _design_cells(
    moments: Moments, rules: Rules, populations: Mapping[str, float] | None, lonely_psu: LonelyPsu
) -> tuple[list[_DesignCell], Strata]:
    by_group = _groups_are_strata(moments, rules)
    if by_group and lonely_psu == "fail":
        lonely_psu = "average"
    names = sorted({(key[1] if by_group else key[0]) for key, cell in moments.cells.items() if cell.n > 0})
    code_of = {name: h for h, name in enumerate(names)}
    groups = scored_groups(rules)
    cells = []
    for (stratum, group, domain), sums in moments.cells.items():
        if sums.n > 0:
            h = code_of[group if by_group else stratum]
            cells.append(_DesignCell(h, _group_code(group, groups, rules), group, domain, sums))
    n_psu = _units(cells, len(names), has_clusters=moments.has_clusters)
    labels = tuple(name or "all" for name in names) or ("all",)
    strata = Strata(labels, n_psu, _populations(populations, labels, n_psu), lonely_psu)
    _refuse_lonely(strata)
    return cells, strata


def _groups_are_strata(moments: Moments, rules: Rules) -> bool:
    """As in `score_responses`: under `fixed` without strata, unless a cluster holds several groups."""
    if rules.group_rule != "fixed" or any(stratum for stratum, _group, _domain in moments.cells):
        return False
    pairs = {(name, key[1]) for key, cell in moments.cells.items() for name in cell.clusters}
    return len(pairs) == len({name for name, _group in pairs})


def _group_code(group: str, groups: Sequence[str], rules: Rules) -> int:
    if not rules.group_weights:
        return 0
    if group not in groups:
        return -1
    return groups.index(group) if rules.group_rule == "fixed" else 0


def _units(cells: Sequence[_DesignCell], n_strata: int, *, has_clusters: bool) -> Floats:
    """Sampling units in each stratum, with those where nobody answered."""
    counts = np.zeros(max(n_strata, 1))
    if not has_clusters:
        for cell in cells:
            counts[cell.stratum] += cell.sums.n
        return counts
    for h in range(n_strata):
        counts[h] = len({name for cell in cells if cell.stratum == h for name in cell.sums.clusters})
    return counts


def _populations(populations: Mapping[str, float] | None, names: Sequence[str], n_psu: Floats) -> Floats:
    if populations is None:
        return np.full(n_psu.size, np.inf)
    for name, n in zip(names, n_psu, strict=True):
        if name not in populations:
            raise DesignError(f"stratum {name!r} has no population; give one for each", column="fpc")
        if not populations[name] >= n:
            message = f"{n:g} sampled units in a population of {populations[name]:g}"
            raise DesignError(f"stratum {name!r} has {message}", column="fpc")
    return np.array([float(populations[name]) for name in names])


def _refuse_lonely(strata: Strata) -> None:
    lonely = strata.is_lonely
    if strata.lonely_psu == "fail" and strata.n_psu.sum() > 1 and lonely.any():
        raise DesignError(
            f"stratum {strata.names[int(np.argmax(lonely))]!r} has one sampling unit, so it shows no spread; "
            "join it to another stratum or set lonely_psu to adjust, certainty or average",
            column="strata",
        )


def _with_weight(cell: _DesignCell, strata: Strata) -> _DesignCell:
    """The cell with a weight for each person of population over sample of the stratum."""
    c, sums = float(1 / strata.fraction[cell.stratum]), cell.sums
    weighted = replace(
        sums,
        weight=sums.weight * c,
        weight_squared=sums.weight_squared * c**2,
        answered_weight=sums.answered_weight * c,
        first=sums.first * c,
        spread=sums.spread * c,
        square=sums.square * c**2,
        clusters={name: (people, total * c) for name, (people, total) in sums.clusters.items()},
    )
    return replace(cell, sums=weighted)


@dataclass(frozen=True, eq=False)
class _MomentEstimator:
    rules: Rules
    everything: list[_DesignCell]
    strata: Strata
    has_clusters: bool

    def domains(self) -> dict[str, list[_DesignCell]]:
        """The cells of each domain, sorted by name."""
        names = sorted({cell.domain for cell in self.everything if cell.domain and cell.group >= 0})
        return {name: [cell for cell in self.everything if cell.domain == name] for name in names}

    def between(
        self, first: Sequence[_DesignCell], second: Sequence[_DesignCell], level: float
    ) -> Difference | None:
        """The score of the second cells minus that of the first. No person is in both."""
        one, two = ([cell for cell in cells if cell.group >= 0] for cells in (first, second))
        estimates_one, estimates_two = self._estimates(one), self._estimates(two)
        influences = [-_influence_of(cell.group, estimates_one)[:, :1] for cell in one]
        influences += [_influence_of(cell.group, estimates_two)[:, :1] for cell in two]
        behind = self._behind(one, estimates_one)[:, :1] | self._behind(two, estimates_two)[:, :1]
        variances = self._variances([*one, *two], influences, behind)
        return difference_from(estimates_one, estimates_two, variances, self.rules, level)

    def _estimates(self, cells: Sequence[_DesignCell]) -> Estimates:
        return combine_cells(self._cells(cells), self.rules, group_shares(self.rules))

    def findings(self, cells: Sequence[_DesignCell]) -> Findings:
        """The findings of the cells as a domain of the whole design."""
        cells = [cell for cell in cells if cell.group >= 0]
        estimates = self._estimates(cells)
        influences = [_influence_of(cell.group, estimates) for cell in cells]
        size = estimates.points.size
        behind = self._behind(cells, estimates)
        variances = self._variances(cells, influences, behind)
        weight = sum(cell.sums.weight for cell in cells)
        squared = sum(cell.sums.weight_squared for cell in cells)
        by_stratum = self._sum_by_stratum(cells, "weight")
        units = self._units_with_weight([cell for cell in self.everything if cell.group >= 0])
        n_by_stratum = self._sum_by_stratum(cells, "n")
        fraction, is_known = self.strata.fraction, np.isfinite(self.strata.population).all()
        population = float((n_by_stratum / fraction).sum()) if is_known and not self.has_clusters else None
        q = len(self.rules.criteria)
        return Findings(
            estimates,
            variances,
            self._squares(cells, influences, size),
            effective_n=weight**2 / squared if squared else 0.0,
            fraction_if_flat=float(by_stratum @ fraction / weight) if weight > 0 else 0.0,
            design_df=float(units.sum() - np.count_nonzero(units)),
            shows_spread=self._shows_spread(variances, behind),
            n_respondents=round(sum(cell.sums.n for cell in cells)),
            n_answered=round(sum(cell.sums.n_answered for cell in cells)),
            answered_by_group=self._answered_by_group(cells),
            answered_weight=sum(cell.sums.answered_weight for cell in cells),
            valid_weight=sum((cell.sums.first[:q] for cell in cells), np.zeros(q)),
            sum_weights=weight,
            people={n: float(w) for n, w in zip(self.strata.names, by_stratum, strict=True) if w > 0},
            population=population,
        )

    def _cells(self, cells: Sequence[_DesignCell]) -> Cells:
        q = len(self.rules.criteria)
        shape = group_shares(self.rules).shape
        count, mass, total = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for cell in cells:
            count[:, cell.group] += cell.sums.n_valid
            mass[:, cell.group] += cell.sums.first[:q]
            total[:, cell.group] += cell.sums.first[q:]
        return Cells(count, mass, total)

    def _sum_by_stratum(self, cells: Sequence[_DesignCell], name: str) -> Floats:
        sums = np.zeros(self.strata.n_psu.size)
        for cell in cells:
            sums[cell.stratum] += getattr(cell.sums, name)
        return sums

    def _units_with_weight(self, cells: Sequence[_DesignCell]) -> Floats:
        if not self.has_clusters:
            return self._sum_by_stratum(cells, "n_weighted")
        units = np.zeros(self.strata.n_psu.size)
        for h in range(units.size):
            inside = (cell.sums.clusters for cell in cells if cell.stratum == h)
            units[h] = len({name for clusters in inside for name, (people, _) in clusters.items() if people})
        return units

    def _lonely(self) -> Flags:
        weight = self._sum_by_stratum([cell for cell in self.everything if cell.group >= 0], "weight")
        return np.asarray(self.strata.is_lonely & (weight > 0))

    def _behind(self, cells: Sequence[_DesignCell], estimates: Estimates) -> Flags:
        """The strata behind each estimate, (H, 1 + S + Q), as `strata_behind` has them from the rows."""
        has_answer = np.zeros((self.strata.n_psu.size, len(self.rules.criteria)), dtype=np.bool_)
        for cell in cells:
            has_answer[cell.stratum] |= (cell.sums.n_valid > 0) & (estimates.per_answer[:, cell.group] > 0)
        return answers_behind(has_answer, estimates)

    def _variances(
        self, cells: Sequence[_DesignCell], influences: Sequence[Floats], behind: Flags
    ) -> Variances:
        """Variances by Taylor linearisation, equal to those of `stratum_variances` from the rows.

        `influences` has one array (2Q, k) for each cell; `behind` is (H, k).
        """
        size = behind.shape[1]
        strata, lonely = self.strata, self._lonely()
        centred = ~lonely if strata.lonely_psu == "adjust" else np.ones_like(lonely)
        squares = np.zeros((strata.n_psu.size, size))
        for h in range(strata.n_psu.size):
            inside = [pair for pair in zip(cells, influences, strict=True) if pair[0].stratum == h]
            totals, sum_of_squares, uncancelled = self._totals(inside, size)
            mean = totals / max(strata.n_psu[h], 1) * centred[h]
            centred_squares = sum_of_squares - 2 * mean * totals + strata.n_psu[h] * mean**2
            squares[h] = np.where(centred_squares > _ROUNDING * uncancelled, centred_squares, 0.0)
        spread = unit_factor(strata.n_psu)[:, None] * np.maximum(squares, 0)
        if strata.lonely_psu == "average":
            spread = spread * average_factor(lonely, behind, size)
        return Variances(spread * (1 - strata.fraction)[:, None], spread, self._units_with_weight(cells))

    def _totals(
        self, cells: Sequence[tuple[_DesignCell, Floats]], size: int
    ) -> tuple[Floats, Floats, Floats]:
        """Sum, and sum of squares over sampling units, of weight times influence in one stratum.

        The third array is the sum of squares of absolute terms, which do not cancel. It is the scale of the
        rounding error where all answers are the same.
        """
        totals, squares, uncancelled = np.zeros(size), np.zeros(size), np.zeros(size)
        by_cluster: dict[str, Floats] = {}
        for cell, influence in cells:
            totals = totals + cell.sums.first @ influence
            uncancelled = uncancelled + _diagonal(np.abs(influence), np.abs(cell.sums.square))
            if not self.has_clusters:
                squares = squares + _diagonal(influence, cell.sums.square)
            for name, (_people, total) in cell.sums.clusters.items():
                by_cluster[name] = by_cluster.get(name, np.zeros(size)) + total @ influence
        for z in by_cluster.values():
            squares = squares + z**2
        return totals, squares, uncancelled

    def _squares(self, cells: Sequence[_DesignCell], influences: Sequence[Floats], size: int) -> Floats:
        pairs = zip(cells, influences, strict=True)
        return sum((_diagonal(influence, cell.sums.spread) for cell, influence in pairs), np.zeros(size))

    def _shows_spread(self, variances: Variances, behind: Flags) -> bool:
        is_measured = self.strata.is_measured
        if behind[:, 0].any():
            is_measured = is_measured & behind[:, 0]
        return bool(variances.n_units.sum() >= 2 and is_measured.any())

    def _answered_by_group(self, cells: Sequence[_DesignCell]) -> dict[str, int]:
        counts = {
            key: round(sum(cell.sums.n_answered for cell in cells if cell.group_name == key))
            for key in scored_groups(self.rules)
        }
        return counts if any(cell.group_name for cell in self.everything) else {}


def _influence_of(group: int, estimates: Estimates) -> Floats:
    """Influence of the marks and shares (2Q,) of a person in a group on the estimates, (2Q, 1 + S + Q)."""
    per_share = estimates.per_answer[:, [group]] * estimates.loading
    return np.vstack([-estimates.mean[:, [group]] * per_share, per_share])


def _diagonal(influence: Floats, square: Floats) -> Floats:
    """The diagonal of influence' square influence, (1 + S + Q,)."""
    return np.asarray(np.einsum("ik,ij,jk->k", influence, square, influence, optimize=True))
