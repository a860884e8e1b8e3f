"""Ranks of units: certain for exact points, and with the probabilities of a simulation for estimates."""

import numpy as np
import pytest

from survey.scoring.interval import Interval
from survey.scoring.ranking import Contender, rank_units

Z = 1.959963984540054


def around(key: str, points: float, below: float, above: float | None = None) -> Contender:
    return Contender(key, points, Interval(points - below, points + (below if above is None else above)))


def test_points_without_an_interval_have_a_certain_rank() -> None:
    ranked = rank_units([Contender("b", 70), Contender("a", 80), Contender("c", 60)], top=2)
    assert [(p.key, p.rank, p.low, p.high, p.chance_top) for p in ranked] == [
        ("a", 1, 1, 1, 1.0),
        ("b", 2, 2, 2, 1.0),
        ("c", 3, 3, 3, 0.0),
    ]


def test_equal_units_share_a_rank_and_the_chance() -> None:
    for contenders in ([Contender("a", 70), Contender("b", 70)], [around("a", 70, 3), around("b", 70, 3)]):
        for placing in rank_units(contenders, top=1):
            assert (placing.rank, placing.low, placing.high) == (1, 1, 2)
            assert placing.chance_top == pytest.approx(0.5, abs=1e-3)


def test_two_units_are_compared_as_the_difference_of_two_normals() -> None:
    better, _worse = rank_units([around("a", 72, 2 * Z), around("b", 70, 1 * Z)], top=1)
    assert better.chance_top == pytest.approx(0.81445, abs=5e-4)  # pnorm(2 / sqrt(5))


def test_the_chances_of_all_units_sum_to_the_number_of_top_ranks() -> None:
    contenders = [around(f"u{i:02}", 60 + i * 0.7, 2.5, 1.5 + i % 3) for i in range(20)]
    assert sum(p.chance_top for p in rank_units(contenders, top=10)) == pytest.approx(10, abs=0.01)


def test_twenty_units_are_ranked_as_by_simulation() -> None:
    contenders = [around(f"u{i:02}", 60 + (i * 7 % 20) * 0.6, 1 + i % 4, 1.5 + i % 3) for i in range(20)]
    rng = np.random.default_rng(20180824)
    z = rng.standard_normal((100_000, 20))
    middle = np.array([c.points for c in contenders])
    below = np.array([(c.points - c.interval.low) / Z for c in contenders if c.interval])
    above = np.array([(c.interval.high - c.points) / Z for c in contenders if c.interval])
    drawn = middle + z * np.where(z < 0, below, above)
    ranks = (-drawn).argsort(axis=1).argsort(axis=1) + 1
    for placing in rank_units(contenders, top=10):
        mine = ranks[:, int(placing.key[1:])]
        assert placing.chance_top == pytest.approx((mine <= 10).mean(), abs=0.006)
        assert abs(placing.low - np.quantile(mine, 0.025)) <= 1
        assert abs(placing.high - np.quantile(mine, 0.975)) <= 1


def test_nobody_and_one_unit_are_ranked() -> None:
    assert rank_units([], top=10) == ()
    (alone,) = rank_units([around("a", 50, 2)], top=10)
    assert (alone.rank, alone.low, alone.high) == (1, 1, 1)
    assert alone.chance_top == pytest.approx(1)
