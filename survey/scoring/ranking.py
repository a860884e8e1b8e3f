"""Ranking of units by points with intervals, and the uncertainty of each rank."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from survey.scoring.arrays import Floats
from survey.scoring.borders import is_above
from survey.scoring.interval import Interval

_GRID = 400
_Z = 1.959963984540054
_TAIL = 0.025


@dataclass(frozen=True)
class Contender:
    """A unit's points with their 95% interval; None where nothing in them is an estimate."""

    key: str
    points: float
    interval: Interval | None = None


@dataclass(frozen=True)
class Placing:
    """A unit's rank. `chance_top` is the probability of being among the best `top`.

    `rank` is the rank by points; equal points have equal ranks. `low` to `high` is the 95% interval of ranks.
    """

    key: str
    rank: int
    low: int
    high: int
    chance_top: float


def rank_units(contenders: Sequence[Contender], top: int) -> tuple[Placing, ...]:
    """The ranks of the units, best first.

    Each unit's points follow a normal curve of two halves that meets both ends of its interval. The number of
    others above a value is a sum of independent chances (a Poisson binomial); it is computed exactly at 400
    quantiles of the unit's own curve and averaged. No random number is drawn, so the same input gives the
    same file. Each of two equal units without an interval is above the other with a chance of one half.

    Source
    ------
    Goldstein, Spiegelhalter (1996), JRSS A 159, 385-443, on intervals of ranks; Hong (2013), CSDA 59, 41-51,
    on the Poisson binomial.
    """
    if not contenders:
        return ()
    curves = _Curves(contenders)
    placings = [_placing(i, contenders, curves, top) for i in range(len(contenders))]
    order = {contender.key: -contender.points for contender in contenders}
    return tuple(sorted(placings, key=lambda placing: (order[placing.key], placing.key)))


class _Curves:
    """The curves of the points of all units, one entry a unit."""

    def __init__(self, contenders: Sequence[Contender]) -> None:
        ends = [c.interval or Interval(c.points, c.points) for c in contenders]
        self.middle = np.array([c.points for c in contenders])
        self.below = np.array([(c.points - e.low) / _Z for c, e in zip(contenders, ends, strict=True)])
        self.above = np.array([(e.high - c.points) / _Z for c, e in zip(contenders, ends, strict=True)])

    def quantiles(self, i: int) -> Floats:
        """Quantiles of the unit's points at equal steps of probability, shape (grid,)."""
        from scipy.special import ndtri

        z = ndtri((np.arange(_GRID) + 0.5) / _GRID)
        spread = np.where(z < 0, self.below[i], self.above[i])
        return np.asarray(self.middle[i] + z * spread, dtype=np.float64)

    def chance_above(self, values: Floats) -> Floats:
        """The chance that a unit's points exceed each value, shape (grid, n); a half where they equal it."""
        from scipy.special import ndtr

        gap = self.middle[None, :] - values[:, None]
        spread = np.where(gap > 0, self.below[None, :], self.above[None, :])
        certain = spread <= 0
        uncertain = ndtr(gap / np.where(certain, 1.0, spread))
        return np.where(certain, (np.sign(gap) + 1) / 2, uncertain)


def _placing(i: int, contenders: Sequence[Contender], curves: _Curves, top: int) -> Placing:
    chances = np.delete(curves.chance_above(curves.quantiles(i)), i, axis=1)
    ranks = np.cumsum(_number_above(chances).mean(axis=0))
    better = sum(is_above(c.points, contenders[i].points) for c in contenders)
    last = len(contenders)
    return Placing(
        key=contenders[i].key,
        rank=better + 1,
        low=min(int(np.searchsorted(ranks, _TAIL)) + 1, last),
        high=min(int(np.searchsorted(ranks, 1 - _TAIL)) + 1, last),
        chance_top=float(min(ranks[min(top, last) - 1], 1.0)),
    )


def _number_above(chances: Floats) -> Floats:
    """The chances of 0, 1, … units above, shape (grid, n); `chances` is (grid, n - 1)."""
    n = chances.shape[1] + 1
    number = np.zeros((chances.shape[0], n))
    number[:, 0] = 1.0
    for chance in chances.T:
        with_it = chance[:, None]
        number[:, 1:] = number[:, 1:] * (1 - with_it) + number[:, :-1] * with_it
        number[:, 0] *= 1 - chance
    return number
