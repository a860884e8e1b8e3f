"""The score of a sample that is remembered as moments: the same numbers as from its rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from survey.scoring.arrays import Flags, Floats
from survey.scoring.design import DesignError, LonelyPsu
from survey.scoring.difference import Difference, difference_from
from survey.scoring.estimate import Cells, Estimates, combined, group_shares, scored_groups
from survey.scoring.findings import Findings, judged
from survey.scoring.interval import check_level
from survey.scoring.moments import Cell, Moments, MomentsError, made_for
from survey.scoring.results import SurveyScore
from survey.scoring.rules import Rules
from survey.scoring.variance import Variances, unit_factor

_ROUNDING = (
    1e-12  # of a sum of squares whose terms cancel; one person's step on one criterion is far above it
)


@dataclass(frozen=True, eq=False)
class _Placed:
    """A cell with its place: stratum and group as codes, group -1 when it earns no points."""

    stratum: int
    group: int
    group_name: str
    domain: str
    sums: Cell


@dataclass(frozen=True, eq=False)
class _Strata:
    """The design: names, units drawn (H,), units there are (H,), inf where not known."""

    names: tuple[str, ...]
    n_psu: Floats
    population: Floats
    lonely_psu: LonelyPsu

    @property
    def fraction(self) -> Floats:
        return self.n_psu / self.population


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
    scoring.md section 7.
    """
    check_level(level)
    finder = _finder(moments, rules, populations, lonely_psu)
    return SurveyScore(
        judged(finder.of(finder.everything), rules, level),
        {name: judged(finder.of(part), rules, level) for name, part in finder.domains().items()},
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
    """Differences between domains, second minus first: what `differences_between` finds from rows.

    Parameters are those of `score_moments`; domains share no person. A difference is None where either has no
    score.

    Raises
    ------
    MomentsError
        A pair names a domain nobody is in; or as for `score_moments`.

    Source
    ------
    Korn, Graubard (1999), Analysis of Health Surveys, ch. 3.
    """
    check_level(level)
    finder = _finder(moments, rules, populations, lonely_psu)
    domains = finder.domains()
    for pair in pairs:
        if strange := [name for name in pair if name not in domains]:
            raise MomentsError(f"{strange[0]!r} is no domain; there are {', '.join(domains) or 'none'}")
    return tuple(finder.between(domains[first], domains[second], level) for first, second in pairs)


def _finder(
    moments: Moments, rules: Rules, populations: Mapping[str, float] | None, lonely_psu: LonelyPsu
) -> "_Finder":
    if moments.made_for != made_for(rules):
        raise MomentsError("these moments were made for other criteria or another answer map; make them anew")
    cells, strata = _placed(moments, rules, populations, lonely_psu)
    if not moments.has_weights and populations is not None:
        cells = [_weighed(cell, strata) for cell in cells]
    return _Finder(rules, cells, strata, has_clusters=moments.has_clusters)


def _placed(
    moments: Moments, rules: Rules, populations: Mapping[str, float] | None, lonely_psu: LonelyPsu
) -> tuple[list[_Placed], _Strata]:
    by_group = _groups_are_strata(moments, rules)
    if by_group and lonely_psu == "fail":
        lonely_psu = "average"
    names = sorted({(key[1] if by_group else key[0]) for key, cell in moments.cells.items() if cell.n > 0})
    place = {name: h for h, name in enumerate(names)}
    groups = scored_groups(rules)
    cells = []
    for (stratum, group, domain), sums in moments.cells.items():
        if sums.n > 0:
            h = place[group if by_group else stratum]
            cells.append(_Placed(h, _group_code(group, groups, rules), group, domain, sums))
    n_psu = _units(cells, len(names), has_clusters=moments.has_clusters)
    labels = tuple(name or "all" for name in names) or ("all",)
    strata = _Strata(labels, n_psu, _populations(populations, labels, n_psu), lonely_psu)
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


def _units(cells: Sequence[_Placed], n_strata: int, *, has_clusters: bool) -> Floats:
    """Sampling units in each stratum, also those where nobody answered."""
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
            found = f"{n:g} sampled units in a population of {populations[name]:g}"
            raise DesignError(f"stratum {name!r} has {found}", column="fpc")
    return np.array([float(populations[name]) for name in names])


def _refuse_lonely(strata: _Strata) -> None:
    lonely = (strata.n_psu == 1) & (strata.fraction < 1)
    if strata.lonely_psu == "fail" and strata.n_psu.sum() > 1 and lonely.any():
        raise DesignError(
            f"stratum {strata.names[int(np.argmax(lonely))]!r} has one sampling unit, so it shows no spread; "
            "join it to another stratum or set lonely_psu to adjust, certainty or average",
            column="strata",
        )


def _weighed(cell: _Placed, strata: _Strata) -> _Placed:
    """The cell as if each of its people stood for population over sample of the stratum."""
    c, sums = float(1 / strata.fraction[cell.stratum]), cell.sums
    weighed = replace(
        sums, weight=sums.weight * c, weight_squared=sums.weight_squared * c**2,
        answered_weight=sums.answered_weight * c, first=sums.first * c, spread=sums.spread * c,
        square=sums.square * c**2,
        clusters={name: (people, total * c) for name, (people, total) in sums.clusters.items()},
    )  # fmt: skip
    return replace(cell, sums=weighed)


Influence = Callable[[_Placed], Floats]


@dataclass(frozen=True, eq=False)
class _Finder:
    rules: Rules
    everything: list[_Placed]
    strata: _Strata
    has_clusters: bool

    def domains(self) -> dict[str, list[_Placed]]:
        """The cells of each domain, by its name in order."""
        names = sorted({cell.domain for cell in self.everything if cell.domain and cell.group >= 0})
        return {name: [cell for cell in self.everything if cell.domain == name] for name in names}

    def between(self, first: Sequence[_Placed], second: Sequence[_Placed], level: float) -> Difference | None:
        """The score of the second cells minus that of the first, which hold other people."""
        one, two = ([cell for cell in cells if cell.group >= 0] for cells in (first, second))
        found = [combined(self._cells(cells), self.rules, group_shares(self.rules)) for cells in (one, two)]
        moved = {id(cell): -_influence_of(cell.group, found[0])[:, :1] for cell in one}
        moved |= {id(cell): _influence_of(cell.group, found[1])[:, :1] for cell in two}
        variances = self._variances([*one, *two], lambda cell: moved[id(cell)], 1)
        return difference_from(found[0], found[1], variances, self.rules, level)

    def of(self, cells: Sequence[_Placed]) -> Findings:
        """What the cells show as a part of the whole design."""
        cells = [cell for cell in cells if cell.group >= 0]
        found = combined(self._cells(cells), self.rules, group_shares(self.rules))
        size = found.points.size
        variances = self._variances(cells, lambda cell: _influence_of(cell.group, found), size)
        weight = sum(cell.sums.weight for cell in cells)
        squared = sum(cell.sums.weight_squared for cell in cells)
        by_stratum = self._sum_by_stratum(cells, "weight")
        units = self._units_with_weight([cell for cell in self.everything if cell.group >= 0])
        n_by_stratum = self._sum_by_stratum(cells, "n")
        fraction, endless = self.strata.fraction, not np.isfinite(self.strata.population).all()
        known = None if self.has_clusters or endless else float((n_by_stratum / fraction).sum())
        q = len(self.rules.criteria)
        return Findings(
            found, variances, self._squares(cells, found),
            effective_n=weight**2 / squared if squared else 0.0,
            fraction_if_flat=float(by_stratum @ fraction / weight) if weight > 0 else 0.0,
            design_df=float(units.sum() - np.count_nonzero(units)),
            shows_spread=self._shows_spread(variances),
            n_respondents=round(sum(cell.sums.n for cell in cells)),
            n_answered=round(sum(cell.sums.n_answered for cell in cells)),
            answered_by_group=self._answered_by_group(cells),
            answered_weight=sum(cell.sums.answered_weight for cell in cells),
            valid_weight=sum((cell.sums.first[:q] for cell in cells), np.zeros(q)),
            sum_weights=weight,
            people={n: float(w) for n, w in zip(self.strata.names, by_stratum, strict=True) if w > 0},
            population=known,
        )  # fmt: skip

    def _cells(self, cells: Sequence[_Placed]) -> Cells:
        q = len(self.rules.criteria)
        shape = group_shares(self.rules).shape
        count, mass, total = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for cell in cells:
            count[:, cell.group] += cell.sums.n_valid
            mass[:, cell.group] += cell.sums.first[:q]
            total[:, cell.group] += cell.sums.first[q:]
        return Cells(count, mass, total)

    def _sum_by_stratum(self, cells: Sequence[_Placed], name: str) -> Floats:
        sums = np.zeros(self.strata.n_psu.size)
        for cell in cells:
            sums[cell.stratum] += getattr(cell.sums, name)
        return sums

    def _units_with_weight(self, cells: Sequence[_Placed]) -> Floats:
        if not self.has_clusters:
            return self._sum_by_stratum(cells, "n_weighted")
        units = np.zeros(self.strata.n_psu.size)
        for h in range(units.size):
            inside = (cell.sums.clusters for cell in cells if cell.stratum == h)
            units[h] = len({name for clusters in inside for name, (people, _) in clusters.items() if people})
        return units

    def _lonely(self) -> Flags:
        weight = self._sum_by_stratum([cell for cell in self.everything if cell.group >= 0], "weight")
        lonely: Flags = (self.strata.n_psu == 1) & (self.strata.fraction < 1) & (weight > 0)
        return lonely

    def _variances(self, cells: Sequence[_Placed], influence: Influence, size: int) -> Variances:
        """By Taylor linearisation from sums; what `stratum_variances` does from rows."""
        strata, lonely = self.strata, self._lonely()
        centred = ~lonely if strata.lonely_psu == "adjust" else np.ones_like(lonely)
        squares = np.zeros((strata.n_psu.size, size))
        for h in range(strata.n_psu.size):
            inside = [cell for cell in cells if cell.stratum == h]
            totals, sum_of_squares, cancelled = self._totals(inside, influence, size)
            mean = totals / max(strata.n_psu[h], 1) * centred[h]
            left = sum_of_squares - 2 * mean * totals + strata.n_psu[h] * mean**2
            squares[h] = np.where(left > _ROUNDING * cancelled, left, 0.0)
        spread = unit_factor(strata.n_psu)[:, None] * np.maximum(squares, 0)
        if strata.lonely_psu == "average" and not lonely.all():
            spread = spread * (lonely.size / np.count_nonzero(~lonely))
        return Variances(spread * (1 - strata.fraction)[:, None], spread, self._units_with_weight(cells))

    def _totals(
        self, cells: Sequence[_Placed], influence: Influence, size: int
    ) -> tuple[Floats, Floats, Floats]:
        """Sum, and sum of squares over sampling units, of weight times influence in one stratum.

        And the sum of squares as if no term cancelled another, of which what is left is a rounding error
        where everybody answered the same.
        """
        totals, squares, cancelled = np.zeros(size), np.zeros(size), np.zeros(size)
        by_cluster: dict[str, Floats] = {}
        for cell in cells:
            moved = influence(cell)
            totals = totals + cell.sums.first @ moved
            cancelled = cancelled + _diagonal(np.abs(moved), np.abs(cell.sums.square))
            if not self.has_clusters:
                squares = squares + _diagonal(moved, cell.sums.square)
            for name, (_people, total) in cell.sums.clusters.items():
                by_cluster[name] = by_cluster.get(name, np.zeros(size)) + total @ moved
        for z in by_cluster.values():
            squares = squares + z**2
        return totals, squares, cancelled

    def _squares(self, cells: Sequence[_Placed], found: Estimates) -> Floats:
        terms = (_diagonal(_influence_of(cell.group, found), cell.sums.spread) for cell in cells)
        return sum(terms, np.zeros(found.points.size))

    def _shows_spread(self, variances: Variances) -> bool:
        strata = self.strata
        told = (strata.n_psu > 1) | (strata.fraction >= 1) | (strata.lonely_psu == "adjust")
        return bool(variances.n_units.sum() >= 2 and told.any())

    def _answered_by_group(self, cells: Sequence[_Placed]) -> dict[str, int]:
        counts = {
            key: round(sum(cell.sums.n_answered for cell in cells if cell.group_name == key))
            for key in scored_groups(self.rules)
        }
        return counts if any(cell.group_name for cell in self.everything) else {}


def _influence_of(group: int, found: Estimates) -> Floats:
    """What the marks and shares (2Q,) of somebody in a group move the estimates by, (2Q, 1 + S + Q)."""
    per_share = found.per_answer[:, [group]] * found.loading
    return np.vstack([-found.mean[:, [group]] * per_share, per_share])


def _diagonal(moved: Floats, square: Floats) -> Floats:
    """The diagonal of moved' square moved, (1 + S + Q,)."""
    found: Floats = np.einsum("ik,ij,jk->k", moved, square, moved, optimize=True)
    return found
