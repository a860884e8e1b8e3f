"""What is asked of a result besides its score, on numbers small enough to follow."""

from dataclasses import replace

import pytest

from survey.results import analysis
from survey.scoring.rules import Target
from survey.scoring.verdict import BandPosition
from tests.reports.builders import normal

SCORE = normal().score


def test_what_if_is_the_score_s_own_arithmetic() -> None:
    first = SCORE.criteria[0]
    assert first.ratio is not None
    assert SCORE.score is not None
    moved = analysis.what_if(SCORE, Target(28, 30), {first.key: 10})
    assert moved is not None
    gain = SCORE.max_points / SCORE.scored_max * first.max_points * 0.10
    assert moved.gain == pytest.approx(gain)
    assert moved.score == pytest.approx(SCORE.score + gain)


def test_what_if_stops_at_the_maximum() -> None:
    everything = analysis.what_if(SCORE, Target(28, 30), {c.key: 100 for c in SCORE.criteria})
    assert everything is not None
    earned = sum((c.points or 0) for c in SCORE.criteria) * SCORE.max_points / SCORE.scored_max
    assert everything.gain == pytest.approx(SCORE.max_points - earned)
    assert everything.reading is BandPosition.ABOVE


def test_what_if_of_no_score_is_nothing() -> None:
    assert analysis.what_if(replace(SCORE, score=None), Target(28, 30), {}) is None
