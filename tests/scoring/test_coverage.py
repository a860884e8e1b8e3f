"""The default interval has its nominal coverage where the t interval has not: a small seeded simulation."""

from collections.abc import Callable

import numpy as np
import pytest

from survey.scoring.arrays import Floats
from survey.scoring.design import SampleDesign
from survey.scoring.interval import IntervalMethod, score_interval
from survey.scoring.rules import Rules, ScoredCriterion, Target
from survey.scoring.score import score_responses
from survey.scoring.sequence import score_sequence

SAMPLES = 600
LEAST = 0.95 - 4 * (0.05 * 0.95 / SAMPLES) ** 0.5  # four standard errors: chance fails one run in 30,000


def ceiling(rng: np.random.Generator, n: int) -> Floats:
    """Nearly everybody gives full points."""
    points: Floats = 38 * np.where(rng.random(n) < 0.85, 1.0, rng.beta(6, 2, n))
    return points


def draw_polarised(rng: np.random.Generator, n: int) -> Floats:
    points: Floats = 38 * np.where(rng.random(n) < 0.1, 0.0, 0.95)
    return points


def draw_skewed(rng: np.random.Generator, n: int) -> Floats:
    points: Floats = 38 * rng.beta(4, 0.6, n)
    return points


def coverage_of(draw: Callable[[np.random.Generator, int], Floats], n: int, method: IntervalMethod) -> float:
    truth = float(draw(np.random.default_rng(1), 400_000).mean())
    rng = np.random.default_rng(2)
    limits = [score_interval(draw(rng, n), method=method) for _ in range(SAMPLES)]
    return float(np.mean([low <= truth <= high for low, high in limits]))


@pytest.mark.parametrize(
    ("draw", "n"), [(ceiling, 10), (ceiling, 30), (draw_polarised, 15), (draw_skewed, 12)]
)
def test_the_default_covers_where_t_does_not(
    draw: Callable[[np.random.Generator, int], Floats], n: int
) -> None:
    assert coverage_of(draw, n, "tilted-beta") >= LEAST
    assert coverage_of(draw, n, "t") < LEAST


def test_a_sequence_checked_after_every_form_is_rarely_wrong() -> None:
    rng = np.random.default_rng(3)
    truth = float(draw_skewed(np.random.default_rng(1), 400_000).mean())
    wrong = 0
    for _ in range(150):
        lows, highs = score_sequence(draw_skewed(rng, 150))
        wrong += bool((lows > truth).any() or (highs < truth).any())
    assert wrong <= 0.05 * 150 + 4 * (0.05 * 0.95 * 150) ** 0.5


def test_an_interval_from_whole_forms_is_the_one_of_the_score() -> None:
    answers = np.random.default_rng(4).integers(1, 6, size=(25, 19)).astype(float)
    rules = Rules(
        38.0,
        tuple(ScoredCriterion(f"q{q}", 2.0, "s") for q in range(19)),
        {answer: (answer - 1) / 4 for answer in range(1, 6)},
        Target(28, 30),
    )
    strata = np.array(["a"] * 15 + ["b"] * 10)
    design = SampleDesign(strata=strata, fpc=np.where(strata == "a", 60.0, 30.0))
    score = score_responses(answers, rules, design).whole
    points = (answers.mean(axis=1) - 1) / 4 * 38
    for method, interval in (("tilted-beta", score.interval), ("t", score.interval_t)):
        assert interval is not None
        limits = score_interval(points, strata=strata, population={"a": 60, "b": 30}, method=method)  # type: ignore[arg-type]
        assert limits == pytest.approx((interval.low, interval.high))
