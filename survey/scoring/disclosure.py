"""Finds the parts of breakdowns that are too small to show."""

from collections.abc import Mapping

import numpy as np

from survey.scoring.arrays import Counts, Flags, Floats, Labels

_ZERO = 1e-9


def hidden_parts(counts: Mapping[str, int], minimum: int) -> frozenset[str]:
    """The parts to hide so that no part under `minimum` respondents is shown or follows by subtraction.

    Parameters
    ----------
    counts : respondents in each part; the figures of the whole are shown too
    minimum : smallest number of respondents of a shown part

    Source
    ------
    Hundepool et al. (2012), Statistical Disclosure Control, ch. 4: primary and complementary suppression in a
    one-way table.
    """
    by_size = sorted((n, key) for key, n in counts.items() if n > 0)
    hidden = [key for n, key in by_size if n < minimum]
    if not hidden:
        return frozenset()
    shown = [key for n, key in by_size if n >= minimum]
    while shown and (len(hidden) == 1 or sum(counts[key] for key in hidden) < minimum):
        hidden.append(shown.pop(0))
    return frozenset(hidden)


def hidden_in_views(
    views: Mapping[str, Labels], minimum: int, *, people: Counts | None = None
) -> dict[str, frozenset[str]]:
    """The parts to hide in each of several breakdowns of the same respondents, whose total is shown.

    One view can reveal what another hides, for example when all of a small group came to one desk. So no set
    of under `minimum` respondents that is a part of a view, or a crossing of parts, may be a sum or
    difference of shown figures.

    Parameters
    ----------
    views : for each breakdown, (n,) labels of the respondents' parts, "" for none
    minimum : smallest number of respondents of a shown part
    people : (n,) int, number of respondents of each label; None: one

    Source
    ------
    Hundepool et al. (2012), Statistical Disclosure Control, ch. 4: linked tables; a linear audit.
    """
    if not views:
        return {}
    labels = {name: np.asarray(values).astype(str) for name, values in views.items()}
    n = next(iter(labels.values())).size
    people = np.ones(n, dtype=np.int64) if people is None else people
    hidden = {name: set(hidden_parts(_counts(values, people), minimum)) for name, values in labels.items()}
    coded = [np.unique(values, return_inverse=True)[1].reshape(-1) for values in labels.values()]
    codes = np.column_stack(coded)
    _crossings, first, crossing = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    sizes = np.bincount(crossing.reshape(-1), weights=people)
    parts = {
        (name, part): (values[first] == part).astype(np.float64)
        for name, values in labels.items()
        for part in np.unique(values[first]).tolist()
        if part
    }
    small = [row for row in parts.values() if 0 < row @ sizes < minimum]
    is_small = (sizes > 0) & (sizes < minimum)
    while True:
        shown = [key for key in parts if key[1] not in hidden[key[0]]]
        released = np.array([np.ones(sizes.size), *(parts[key] for key in shown)])
        if not shown or not _reveals_any(small, is_small, released):
            return {name: frozenset(hidden_keys) for name, hidden_keys in hidden.items()}
        view, part = min(shown, key=lambda key: (float(parts[key] @ sizes), key))
        hidden[view].add(part)


def _counts(labels: Labels, people: Counts) -> dict[str, int]:
    names, index = np.unique(labels, return_inverse=True)
    counts = np.bincount(index.reshape(-1), weights=people)
    return {str(name): int(n) for name, n in zip(names, counts, strict=True) if name}


def _reveals_any(small: list[Floats], is_small: Flags, released: Floats) -> bool:
    """Whether a small set, or a small crossing, is a linear combination of the released sets."""
    _left, values, basis = np.linalg.svd(released, full_matrices=False)
    basis = basis[values > _ZERO * values[0]]
    # A crossing equals its own projection where its row of the projection has length 1.
    alone = is_small & ((basis**2).sum(axis=0) > 1 - _ZERO)
    if alone.any():
        return True
    if not small:
        return False
    sets = np.array(small)
    rest = sets - sets @ basis.T @ basis
    return bool((np.abs(rest).max(axis=1) < _ZERO * 1e3).any())
