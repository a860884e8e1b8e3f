"""Confidence sequences: limits that hold at every look while responses come in."""

import math

import numpy as np

from survey.scoring.arrays import Flags, Floats

_GRID = 2000
_CAP = 0.5
_FIRST_LOOK = 5
_ROUNDING = 1e-9


def score_sequence(
    points: Floats, *, level: float = 0.95, population: int | None = None, total: float = 38.0
) -> tuple[Floats, Floats]:
    """Limits of the mean score after each of 1..n responses; all hold together, in random order.

    Parameters
    ----------
    points : (n,) float, 0..total, in the order of arrival
    population : people the responses are drawn from without replacement, >= n; None: no end
    level : chance that every interval of the sequence contains the mean

    Returns
    -------
    (n,) lows that never fall and (n,) highs that never rise, points

    Raises
    ------
    ValueError
        A point lies outside 0..total, the level outside 0 to 1, or the population is under n.

    Source
    ------
    Waudby-Smith, Ramdas (2024), JRSS B 86, 1-27, sections 4 and 5 (without replacement).
    """
    shares = _checked_shares(points, level, population, total)
    bets = _bets(shares, 1 - level)
    grid = np.linspace(0.0, 1.0, _GRID + 1)
    capital, alive = np.zeros((2, grid.size)), np.ones(grid.size, dtype=np.bool_)
    lows, highs = np.zeros(shares.size), np.ones(shares.size)
    seen = 0.0
    for i, share in enumerate(shares):
        mean = grid if population is None else (population * grid - seen) / (population - i)
        capital += _log_growth(share, np.clip(mean, 0.0, 1.0), bets[i])
        alive &= (np.abs(mean - 0.5) <= 0.5 + _ROUNDING) & (
            capital.max(axis=0) + math.log(0.5) < -math.log(1 - level)
        )
        seen += share
        lows[i], highs[i] = _hull(grid, alive, seen, i + 1, population)
    lows = np.maximum.accumulate(lows)
    return lows * total, np.maximum(lows, np.minimum.accumulate(highs)) * total


def watched_level(n: int, level: float = 0.95) -> float | None:
    """The level at which a tilted beta interval may be looked at after every response; None before five.

    For weighted or stratified samples, where the betting sequence does not apply. Measured, not proved.

    Source
    ------
    docs/statistics.md#confidence-sequences; Robbins (1970) normal mixture.
    """
    if n < _FIRST_LOOK:
        return None
    alpha = 1 - level
    rate = (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / 60
    bound = math.sqrt(2 * (n * rate + 1) / (n * rate) * math.log(math.sqrt(n * rate + 1) / alpha))
    return math.erf(bound / math.sqrt(2))


def _checked_shares(points: Floats, level: float, population: int | None, total: float) -> Floats:
    shares = np.asarray(points, dtype=np.float64) / total
    if not 0 < level < 1:
        raise ValueError(f"the confidence level is {level!r}; give a share between 0 and 1, such as 0.95")
    if shares.ndim != 1 or not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(f"points must be one number in 0..{total:g} for each respondent")
    if population is not None and population < shares.size:
        raise ValueError(f"{shares.size} responses cannot come from a population of {population}")
    return shares


def _bets(shares: Floats, alpha: float) -> Floats:
    """Predictable plug-in bets, (n,): each depends only on the responses before it."""
    n = shares.size
    t = np.arange(1, n + 1)
    mean = (0.5 + np.cumsum(shares)) / (t + 1)
    variance = (0.25 + np.cumsum((shares - mean) ** 2)) / (t + 1)
    before = np.concatenate([[0.25], variance[:-1]])[:n]
    return np.asarray(np.sqrt(2 * math.log(2 / alpha) / (before * t * np.log(t + 1))))


def _log_growth(share: float, mean: Floats, bet: float) -> Floats:
    """Growth of the logarithm of both bets' capital, (2, grid): for a higher and for a lower mean."""
    up = np.minimum(bet, _CAP / np.maximum(mean, 1e-12))
    down = np.minimum(bet, _CAP / np.maximum(1 - mean, 1e-12))
    return np.stack([np.log1p(up * (share - mean)), np.log1p(-down * (share - mean))])


def _hull(grid: Floats, alive: Flags, seen: float, n: int, population: int | None) -> tuple[float, float]:
    """Limits of the means that are not refuted, wider by a grid step and inside the possible range."""
    remaining = np.flatnonzero(alive)
    step = 1 / _GRID
    low, high = (0.0, 1.0) if remaining.size == 0 else (grid[remaining[0]] - step, grid[remaining[-1]] + step)
    lowest = seen / population if population else 0.0
    highest = (seen + population - n) / population if population else 1.0
    if remaining.size == 0:
        low, high = max(lowest, seen / n - step), min(highest, seen / n + step)
    return float(min(max(low, lowest), highest)), float(max(min(high, highest), lowest))
