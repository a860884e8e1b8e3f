"""Confidence sequences hold at every look."""

import numpy as np
import pytest

from survey.scoring.interval import score_sequence
from survey.scoring.sequence import watched_level


def test_limits_only_come_closer() -> None:
    points = np.random.default_rng(1).uniform(15, 38, 200)
    lows, highs = score_sequence(points)
    assert (np.diff(lows) >= 0).all()
    assert (np.diff(highs) <= 0).all()
    assert (lows <= highs).all()
    assert (lows[0], highs[0]) == (pytest.approx(0, abs=0.1), pytest.approx(38, abs=0.1))
    assert highs[-1] - lows[-1] < 8


def test_a_whole_population_is_known_exactly() -> None:
    points = np.random.default_rng(2).uniform(15, 38, 60)
    lows, highs = score_sequence(points, population=60)
    assert lows[-1] == pytest.approx(points.mean(), abs=0.03)
    assert highs[-1] == pytest.approx(points.mean(), abs=0.03)


def test_drawing_without_replacement_is_narrower() -> None:
    points = np.random.default_rng(3).uniform(15, 38, 100)
    endless, finite = score_sequence(points), score_sequence(points, population=120)
    assert (finite[1] - finite[0])[-1] < (endless[1] - endless[0])[-1]


@pytest.mark.parametrize("population", [None, 150])
def test_the_mean_is_hardly_ever_missed_at_any_look(population: int | None) -> None:
    rng = np.random.default_rng(4)
    people = 38 * rng.beta(4, 1.5, 150)
    missed = 0
    for _ in range(60):
        draw = rng.permutation(people)[:80] if population else rng.choice(people, 80)
        lows, highs = score_sequence(draw, population=population)
        missed += bool((lows > people.mean()).any() or (highs < people.mean()).any())
    assert missed <= 4


def test_perfect_forms_keep_the_total_possible() -> None:
    lows, highs = score_sequence(np.full(40, 38.0), population=50)
    assert (highs == 38).all()
    assert lows[-1] > 30


def test_nobody_gives_an_empty_sequence() -> None:
    lows, highs = score_sequence(np.array([]))
    assert (lows.size, highs.size) == (0, 0)


@pytest.mark.parametrize(
    ("points", "arguments", "message"),
    [
        ([39.0], {}, "one number in 0..38"),
        ([20.0, 21.0], {"population": 1}, "2 responses cannot come from a population of 1"),
        ([20.0], {"level": 95}, "confidence level is 95"),
    ],
)
def test_arguments_without_meaning_are_refused(points: list[float], arguments: dict, message: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match=message):
        score_sequence(np.array(points), **arguments)


def test_watching_needs_a_higher_level_than_one_look() -> None:
    levels = [watched_level(n) for n in (5, 30, 300)]
    assert all(level is not None and 0.99 < level < 1 for level in levels)
    assert watched_level(4) is None
