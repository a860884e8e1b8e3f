"""Counts of pairs of answers give the results of the rows, and can be added in any order."""

from typing import Any

import numpy as np
import pytest

from survey.scoring.arrays import Floats
from survey.scoring.design import SampleDesign
from survey.scoring.difference import differences_between
from survey.scoring.disclosure import hidden_in_views
from survey.scoring.importance import derived_importance, importance_in_table
from survey.scoring.moment_score import moment_differences, score_moments
from survey.scoring.moments import Moments, MomentsError, rules_key
from survey.scoring.pair_counts import PairCounts, from_bytes, moment_cell, pair_counts
from survey.scoring.results import Score
from survey.scoring.score import sample_of, score_responses
from tests.scoring.builders import fixed_rules, random_answers

RULES = fixed_rules()
SHARES = [0, 0.25, 0.5, 0.75, 1]
N = 120
ANSWERS = random_answers(5, N)
GROUP = np.array(["citizen", "business"])[np.arange(N) % 2]
DESK = np.array(["a", "b", "c"])[np.arange(N) % 3]


def codes(answers: Floats) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    return np.where(np.isnan(answers), 5, np.nan_to_num(answers) - 1).astype(np.int64)


def count_rows(rows: Any) -> PairCounts:
    return pair_counts(codes(ANSWERS[rows]), 5, 3, range(4))


def moments() -> Moments:
    cells = {
        ("", group, desk): moment_cell(count_rows((group == GROUP) & (desk == DESK)), SHARES, range(4))
        for group in ("citizen", "business")
        for desk in ("a", "b", "c")
    }
    return Moments(rules_key(RULES), has_clusters=False, has_weights=False, cells=cells)


def test_the_score_from_counts_is_the_one_from_rows() -> None:
    fast = score_moments(moments(), RULES)
    slow = score_responses(ANSWERS, RULES, SampleDesign(), group=GROUP, domain=DESK)
    for one, other in ((fast.whole, slow.whole), *((fast.domains[d], slow.domains[d]) for d in "abc")):
        assert (one.score, one.se, one.p_ge_low) == pytest.approx((other.score, other.se, other.p_ge_low))


def limits(score: Score) -> list[tuple[float, float]]:
    """Every interval of a score: whole, sections, criteria."""
    intervals = [score.interval, *(s.interval for s in score.sections), *(c.interval for c in score.criteria)]
    return [(interval.low, interval.high) for interval in intervals if interval is not None]


@pytest.mark.parametrize("marks", [(5, 3), (1, 1), (2, 5), (4, 4), (3, 2)])
@pytest.mark.parametrize("sizes", [(12, 6), (7, 7), (31, 3), (200, 11)])
@pytest.mark.parametrize("apart", [0, 1])
def test_equal_answers_leave_no_rounding_error(
    marks: tuple[int, int], sizes: tuple[int, int], apart: int
) -> None:
    group = np.repeat(["citizen", "business"], sizes)
    answers = np.repeat(np.array(marks, dtype=float), sizes)[:, None] * np.ones(4)
    answers[:2, 1] = np.nan  # one criterion is answered by fewer
    answers[:apart, 0] = 6 - answers[:apart, 0]
    cells = {
        ("", name, ""): moment_cell(
            pair_counts(codes(answers[group == name]), 5, 3, range(4)), SHARES, range(4)
        )
        for name in ("citizen", "business")
    }
    moments_of_rows = Moments(rules_key(RULES), has_clusters=False, has_weights=False, cells=cells)
    fast = score_moments(moments_of_rows, RULES).whole
    slow = score_responses(answers, RULES, SampleDesign(), group=group).whole
    assert fast.se == pytest.approx(slow.se, abs=1e-12)
    for one, other in zip(limits(fast), limits(slow), strict=True):
        assert one == pytest.approx(other)


def test_differences_from_moments_are_those_from_rows() -> None:
    pairs = [("a", "b"), ("a", "c"), ("b", "c")]
    slow = differences_between(sample_of(ANSWERS, RULES, SampleDesign(), GROUP), DESK, pairs)
    for one, other in zip(moment_differences(moments(), RULES, pairs), slow, strict=True):
        assert one is not None
        assert other is not None
        assert (one.estimate, one.se, one.df) == pytest.approx((other.estimate, other.se, other.df), rel=1e-9)
        assert one.p_value == pytest.approx(other.p_value)


def test_a_difference_of_an_unknown_domain_is_refused() -> None:
    with pytest.raises(MomentsError, match="'d' is no domain"):
        moment_differences(moments(), RULES, [("a", "d")])


def test_counts_are_added_in_any_order_and_subtracted() -> None:
    whole = count_rows(np.ones(N, dtype=bool))
    parts = [count_rows(desk == DESK) for desk in "cab"]
    joined = parts[0] + parts[1] + parts[2]
    assert (joined.n, joined.n_answered) == (whole.n, whole.n_answered)
    assert np.array_equal(joined.pairs, whole.pairs)
    left = whole - parts[0]
    assert np.array_equal(left.marks, (parts[1] + parts[2]).marks)


def test_packed_counts_are_the_same_unpacked() -> None:
    whole = count_rows(np.ones(N, dtype=bool))
    again = from_bytes(whole.to_bytes(), 4, 5, 3)
    assert (again.n, again.n_answered) == (whole.n, whole.n_answered)
    assert np.array_equal(again.marks, whole.marks)
    assert np.array_equal(again.pairs, whole.pairs)


def test_importance_from_a_table_is_the_rank_correlation_of_the_rows() -> None:
    from scipy.stats import spearmanr

    whole = count_rows(np.ones(N, dtype=bool))
    both = ~np.isnan(ANSWERS[:, 0]) & ~np.isnan(ANSWERS[:, 3])
    importance = importance_in_table(whole.table(0, 3))
    assert importance is not None
    assert importance.value == pytest.approx(spearmanr(ANSWERS[both, 0], ANSWERS[both, 3]).statistic)
    assert importance == pytest.approx(derived_importance(ANSWERS[:, 0], ANSWERS[:, 3]))


def test_crossings_with_numbers_of_people_hide_what_single_people_would() -> None:
    rng = np.random.default_rng(8)
    for _round in range(30):
        rows = rng.integers(0, 3, size=(40, 2)).astype(str)
        crossings, sizes = np.unique(rows, axis=0, return_counts=True)
        one_by_one = hidden_in_views({"x": rows[:, 0], "y": rows[:, 1]}, 5)
        together = hidden_in_views({"x": crossings[:, 0], "y": crossings[:, 1]}, 5, people=sizes)
        assert together == one_by_one
