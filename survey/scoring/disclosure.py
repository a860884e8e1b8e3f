"""Chooses the parts of breakdowns to show, so that nothing about too few people can be computed from them.

The figures of a part are sums over its people. So what a reader can compute is every linear combination of
the parts that are shown. A set of too few people is protected while it is not such a combination.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import numpy as np
from scipy.linalg.lapack import dpstrf
from scipy.sparse import csr_array

from survey.scoring.arrays import Codes, Counts, Floats, Labels, chunks, label_codes

_ZERO = 1e-6  # of a squared distance; those that are not 0 are far larger


def hidden_in_views(
    views: Mapping[str, Labels],
    minimum: int,
    *,
    people: Counts | None = None,
    weights: Mapping[str, float] | None = None,
) -> dict[str, frozenset[str]]:
    """The parts to hide in each of several breakdowns of the same people, whose total is shown.

    Nothing that is shown gives away a set of under `minimum` people that is a part of a view, or that lies in
    one part of each of two views or of all; nor what a shown part has besides the shown parts inside it. Dear
    parts are shown first. So little is hidden, and nothing that is hidden could be shown besides.

    Parameters
    ----------
    views : for each breakdown, (n,) labels of the people's parts, "" for none
    minimum : smallest number of people of a shown part
    people : (n,) int, number of people of each label; None: one
    weights : what hiding a part of a view costs for each of its people; 1 for a view that is not named

    Source
    ------
    Hundepool et al. (2012), Statistical Disclosure Control, ch. 4: linked tables, a linear audit, costs.
    """
    if not views:
        return {}
    coded = [label_codes(np.asarray(labels).astype(str)) for labels in views.values()]
    cells, cell_of = np.unique(
        np.column_stack([codes for codes, _names in coded]), axis=0, return_inverse=True
    )
    sizes = np.bincount(cell_of.reshape(-1), weights=people, minlength=len(cells)).astype(np.int64)
    cells, sizes = cells[sizes > 0], sizes[sizes > 0]
    candidates = {
        (view, part): CellSet(view, inside, (weights or {}).get(view, 1.0))
        for column, (view, (_codes, names)) in enumerate(zip(views, coded, strict=True))
        for code, part in enumerate(names)
        if part and (inside := np.flatnonzero(cells[:, column] == code)).size
    }
    everybody = CellSet("", np.arange(sizes.size))
    shown = parts_to_show(candidates, [everybody], small_sets(cells, sizes, minimum), sizes, minimum)
    return {
        name: frozenset(part for view, part in candidates if view == name and (view, part) not in shown)
        for name in views
    }


@dataclass(frozen=True)
class CellSet:
    """Cells whose figures are shown together; `cost` is what hiding them costs for each of their people.

    Parts of one view have no cell in common.
    """

    view: str
    cells: Codes
    cost: float = 1.0


Key = TypeVar("Key", bound=Hashable)


def parts_to_show(
    candidates: Mapping[Key, CellSet],
    known: Sequence[CellSet],
    small: Sequence[Codes],
    sizes: Counts,
    minimum: int,
    needs: Mapping[Key, Collection[Key]] | None = None,
) -> set[Key]:
    """The candidates that may be shown to readers who know some parts, the dearest first.

    Parameters
    ----------
    candidates : parts by key
    known : parts that are shown in any case; what follows from them alone cannot be protected
    small : sets of cells to protect
    sizes : (m,), the people of each cell
    minimum : smallest number of people of a shown part
    needs : dearer candidates without which one is not shown
    """
    keys = sorted(
        candidates, key=lambda key: -candidates[key].cost * float(sizes[candidates[key].cells].sum())
    )
    audit = _Audit(known, [candidates[key] for key in keys], small, sizes, minimum)
    shown: set[Key] = set()
    for candidate, key in enumerate(keys):
        if shown.issuperset((needs or {}).get(key, ())) and audit.show_if_safe(candidate):
            shown.add(key)
    return shown


def small_sets(cells: Codes, sizes: Counts, minimum: int, steps: Codes | None = None) -> list[Codes]:
    """The sets of cells to protect: small parts, and small crossings of two views and of all.

    Parameters
    ----------
    cells : (m, v), the part of each view that a cell is in
    sizes : (m,), the people of each cell, at least 1
    steps : (m,), the step a cell came with; the sets are then those of each step and of steps in a row
    """
    n_views = cells.shape[1]
    crossed = [*combinations(range(n_views), 1), *combinations(range(n_views), 2), tuple(range(n_views))]
    sets: set[tuple[int, ...]] = set()
    for columns in crossed:
        crossing = np.unique(cells[:, columns], axis=0, return_inverse=True)[1].reshape(-1)
        sets |= _small_runs(crossing, np.zeros_like(crossing) if steps is None else steps, sizes, minimum)
    return [np.array(part, dtype=np.intp) for part in sorted(sets)]


def _small_runs(crossing: Codes, steps: Codes, sizes: Counts, minimum: int) -> set[tuple[int, ...]]:
    """The cells of each crossing that came with steps in a row and are under `minimum` people together."""
    order = np.lexsort((steps, crossing))
    is_first = np.diff(crossing[order], prepend=-1) != 0
    is_first |= np.diff(steps[order], prepend=-1) != 0
    starts = np.flatnonzero(is_first)
    ends = np.append(starts[1:], order.size)
    people = np.concatenate([[0], np.cumsum(sizes[order])])
    of_run = crossing[order[starts]]
    sets: set[tuple[int, ...]] = set()
    for more in range(min(minimum - 1, starts.size)):  # runs have at least one person each
        first, last = starts[: starts.size - more], ends[more:]
        is_one_crossing = of_run[: starts.size - more] == of_run[more:]
        for run in np.flatnonzero(is_one_crossing & (people[last] - people[first] < minimum)):
            sets.add(tuple(sorted(order[first[run] : last[run]].tolist())))
    return sets


class _Audit:
    """What can be computed from the sets that are shown so far.

    Sets are rows of 0 and 1 over the cells. An orthonormal basis of the shown rows is kept as combinations
    of rows, so that only inner products of rows are needed. Those of the known rows are eliminated first.
    """

    def __init__(
        self,
        known: Sequence[CellSet],
        candidates: Sequence[CellSet],
        small: Sequence[Codes],
        sizes: Counts,
        minimum: int,
    ) -> None:
        sets, self._minimum, self._n_known = [*known, *candidates], minimum, len(known)
        rows, protected = _as_rows([part.cells for part in sets], sizes.size), _as_rows(small, sizes.size)
        self._count_people(sets, rows, sizes)
        products: Floats = (rows @ rows.T).toarray()
        basis = _independent(products[: len(known), : len(known)])
        inverse: Floats = np.linalg.inv(products[np.ix_(basis, basis)]).astype(np.float64)
        new = slice(len(known), None)
        self._known_part = -inverse @ products[basis, new]  # what makes a row orthogonal to known ones
        self._products = products[new, new] + products[new, basis] @ self._known_part
        self._basis = np.zeros((0, len(candidates)))
        with_rows = csr_array(protected @ rows.T)
        with_known = with_rows[:, basis]
        distance = protected.sum(axis=1) - _quadratic_forms(with_known, inverse)  # squared
        is_left = distance > _ZERO  # what follows from known sets alone cannot be protected
        self._distance: Floats = distance[is_left]
        self._with_known, self._with_rows = with_known[is_left], with_rows[is_left][:, new]

    def _count_people(self, sets: Sequence[CellSet], rows: csr_array, sizes: Counts) -> None:
        numbers = {name: number for number, name in enumerate(dict.fromkeys(part.view for part in sets))}
        self._view_of = np.array([numbers[part.view] for part in sets], dtype=np.intp)
        self._n_people = np.asarray(rows @ sizes)
        self._contains = (rows @ (rows.T * sizes[:, None])).toarray() == self._n_people  # [c, p]: p is in c
        # [c, v]: the people of c that are in no shown part of v inside c
        self._rest = np.repeat(self._n_people[:, None], len(numbers), axis=1)
        self._is_shown = np.zeros(len(sets), dtype=np.bool_)
        for row in range(self._n_known):
            self._mark(row)

    def show_if_safe(self, candidate: int) -> bool:
        """Show a set unless something about too few people could then be computed; whether it was shown."""
        step = self._step(candidate)
        if step is not None:
            along = self._with_rows @ step + self._with_known @ (self._known_part @ step)
            left = self._distance - along**2
            if not self._leaves_enough(self._n_known + candidate) or (left < _ZERO).any():
                return False
            self._distance = left
            self._basis = np.vstack([self._basis, step])
        self._mark(self._n_known + candidate)
        return True

    def _step(self, candidate: int) -> Floats | None:
        """The basis vector that a set adds, as a combination of candidates; None where it has nothing new."""
        along = self._basis @ self._products[:, candidate]
        left = self._products[candidate, candidate] - along @ along
        if left < _ZERO:
            return None
        step: Floats = -along @ self._basis
        step[candidate] += 1
        step /= np.sqrt(left)
        return step

    def _mark(self, row: int) -> None:
        self._is_shown[row] = True
        self._rest[self._contains[:, row], self._view_of[row]] -= self._n_people[row]

    def _leaves_enough(self, row: int) -> bool:
        """Whether what a shown set has besides the shown sets of a view inside it is nobody, or enough."""
        if self._n_people[row] < self._minimum:
            return False
        around = self._is_shown & self._contains[:, row]
        rest = self._rest[around, self._view_of[row]] - self._n_people[row]
        rest = np.concatenate([rest, self._rest[row]])
        return not ((rest > 0) & (rest < self._minimum)).any()


def _independent(products: Floats) -> Codes:
    """Rows that the others are combinations of, from the inner products of all."""
    _factor, order, rank, _info = dpstrf(products, tol=_ZERO)
    return np.sort(order[:rank] - 1).astype(np.intp)


def _quadratic_forms(rows: csr_array, matrix: Floats) -> Floats:
    """The product of each row with itself under a symmetric matrix."""
    forms = [
        np.asarray((rows[part] * (rows[part] @ matrix)).sum(axis=1)).reshape(-1)
        for part in chunks(rows.shape[0])
    ]
    return np.concatenate([*forms, np.empty(0)])


def _as_rows(sets: Sequence[Codes], n_cells: int) -> csr_array:
    starts = np.cumsum([0, *(cells.size for cells in sets)])
    cells = np.concatenate([*sets, np.empty(0, dtype=np.intp)])
    return csr_array((np.ones(cells.size), cells, starts), shape=(len(sets), n_cells))
