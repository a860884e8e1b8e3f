"""Chooses the parts of breakdowns to show, so that nothing about too few people can be computed from them.

The figures of a part are sums over its people. So what a reader can compute is every linear combination of
the parts that are shown. A set of too few people is protected while it is not such a combination.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import numpy as np
from scipy.sparse import csr_array

from survey.scoring.arrays import Codes, Counts, Floats, Labels

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
    columns = [np.unique(np.asarray(labels).astype(str), return_inverse=True) for labels in views.values()]
    labels = np.column_stack([codes.reshape(-1) for _names, codes in columns])
    cells, cell_of = np.unique(labels, axis=0, return_inverse=True)
    sizes = np.bincount(cell_of.reshape(-1), weights=people, minlength=len(cells)).astype(np.int64)
    cells, sizes = cells[sizes > 0], sizes[sizes > 0]
    candidates = {
        (name, part): CellSet(name, inside, (weights or {}).get(name, 1.0))
        for column, (name, (parts, _codes)) in enumerate(zip(views, columns, strict=True))
        for code, part in enumerate(parts.tolist())
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
) -> set[Key]:
    """The candidates that may be shown to readers who know some parts, the dearest first.

    Parameters
    ----------
    candidates : parts by key
    known : parts that are shown in any case; what follows from them alone cannot be protected
    small : sets of cells to protect
    sizes : (m,), the people of each cell
    minimum : smallest number of people of a shown part
    """
    keys = sorted(
        candidates, key=lambda key: -candidates[key].cost * float(sizes[candidates[key].cells].sum())
    )
    audit = _Audit([*known, *(candidates[key] for key in keys)], small, sizes, minimum)
    for row in range(len(known)):
        audit.show(row)
    audit.forget_what_is_known()
    return {key for row, key in enumerate(keys, start=len(known)) if audit.show_if_safe(row)}


def small_sets(cells: Codes, sizes: Counts, minimum: int) -> list[Codes]:
    """The sets of cells to protect: small parts, and small crossings of two views and of all.

    Parameters
    ----------
    cells : (m, v), the part of each view that a cell is in
    sizes : (m,), the people of each cell
    """
    n_views = cells.shape[1]
    crossed = [*combinations(range(n_views), 1), *combinations(range(n_views), 2), tuple(range(n_views))]
    sets = set()
    for columns in crossed:
        crossing = np.unique(cells[:, columns], axis=0, return_inverse=True)[1].reshape(-1)
        is_small = np.bincount(crossing, weights=sizes) < minimum
        inside = np.flatnonzero(is_small[crossing])
        by_crossing = inside[np.argsort(crossing[inside], kind="stable")]
        borders = np.flatnonzero(np.diff(crossing[by_crossing])) + 1
        sets |= {tuple(part.tolist()) for part in np.split(by_crossing, borders) if part.size}
    return [np.array(part, dtype=np.intp) for part in sorted(sets)]


class _Audit:
    """What can be computed from the parts that are shown so far.

    Parts are rows of 0 and 1 over the cells. An orthonormal basis of the shown rows is kept as their
    combinations, so that only inner products of rows are needed.
    """

    def __init__(self, parts: Sequence[CellSet], small: Sequence[Codes], sizes: Counts, minimum: int) -> None:
        rows, protected = _as_rows([part.cells for part in parts], sizes.size), _as_rows(small, sizes.size)
        views = {part.view: number for number, part in enumerate(parts)}
        self._minimum = minimum
        self._view_of = np.unique([views[part.view] for part in parts], return_inverse=True)[1].reshape(-1)
        self._n_people = np.asarray(rows @ sizes)
        self._products = (rows @ rows.T).toarray()
        self._contains = (rows @ (rows.T * sizes[:, None])).toarray() == self._n_people  # [c, p]: p is in c
        self._rest = np.repeat(self._n_people[:, None], len(views), axis=1)  # [c, v]: people of c not in v's
        self._is_shown = np.zeros(len(parts), dtype=np.bool_)
        self._basis = np.zeros((0, len(parts)))
        self._with_small = csr_array(protected @ rows.T)
        self._distance = np.asarray(protected.sum(axis=1), dtype=np.float64)  # squared, of each small set

    def forget_what_is_known(self) -> None:
        """Give up the small sets that can be computed now."""
        is_left = self._distance > _ZERO
        self._with_small, self._distance = self._with_small[is_left], self._distance[is_left]

    def show_if_safe(self, row: int) -> bool:
        """Show a part unless something about too few people could then be computed; whether it was shown."""
        step = self._step(row)
        if step is not None:
            if not self._leaves_enough(row):
                return False
            along = self._with_small @ step
            if (self._distance - along**2 < _ZERO).any():
                return False
        self._add(row, step)
        return True

    def show(self, row: int) -> None:
        """Show a part."""
        self._add(row, self._step(row))

    def _step(self, row: int) -> Floats | None:
        """The basis vector that a row adds, as a combination of rows; None where the row has nothing new."""
        along = self._basis @ self._products[:, row]
        left = self._products[row, row] - along @ along
        if left < _ZERO:
            return None
        step: Floats = -along @ self._basis
        step[row] += 1
        step /= np.sqrt(left)
        return step

    def _add(self, row: int, step: Floats | None) -> None:
        self._is_shown[row] = True
        self._rest[self._contains[:, row], self._view_of[row]] -= self._n_people[row]
        if step is not None:
            self._distance = self._distance - (self._with_small @ step) ** 2
            self._basis = np.vstack([self._basis, step])

    def _leaves_enough(self, row: int) -> bool:
        """Whether what a shown part has besides the shown parts of a view inside it is nobody, or enough."""
        if self._n_people[row] < self._minimum:
            return False
        around = self._is_shown & self._contains[:, row]
        rest = self._rest[around, self._view_of[row]] - self._n_people[row]
        rest = np.concatenate([rest, self._rest[row]])
        return not ((rest > 0) & (rest < self._minimum)).any()


def _as_rows(sets: Sequence[Codes], n_cells: int) -> csr_array:
    starts = np.cumsum([0, *(cells.size for cells in sets)])
    cells = np.concatenate([*sets, np.empty(0, dtype=np.intp)])
    return csr_array((np.ones(cells.size), cells, starts), shape=(len(sets), n_cells))
