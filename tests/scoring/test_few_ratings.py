"""What few people rated is left out of a table of parts, and so is what would tell it by subtraction."""

import numpy as np
import pytest

from survey.scoring.arrays import Counts, Flags
from survey.scoring.few_ratings import RatedParts, leave_out_few, may_move

FEW = 5


def leave_out(n: list[list[int]], shown: list[bool] | None = None) -> tuple[list[bool], list[list[bool]]]:
    """What is left out of one criterion; `n` by part and group."""
    counts = np.array(n)[:, :, np.newaxis]
    parts = np.ones(len(n), dtype=bool) if shown is None else np.array(shown)
    cells = np.broadcast_to(parts[:, np.newaxis], counts.shape[:2]).copy()
    left = leave_out_few(RatedParts(counts, parts, cells), FEW)
    return left.of_part[:, 0].tolist(), left.of_cell[:, :, 0].tolist()


def test_where_enough_rated_nothing_is_left_out() -> None:
    assert leave_out([[5, 6], [7, 8]]) == ([False, False], [[False, False], [False, False]])


def test_nobody_is_not_few() -> None:
    assert leave_out([[0, 6], [0, 8]]) == ([False, False], [[False, False], [False, False]])


def test_the_whole_less_the_other_parts_would_tell_of_a_small_one() -> None:
    parts, _cells = leave_out([[3], [40], [9]])
    assert parts == [True, False, True], "the smallest of the others goes with it"


def test_a_hidden_part_is_protected_likewise() -> None:
    parts, _cells = leave_out([[2], [40], [9]], shown=[False, True, True])
    assert parts == [True, False, True]


def test_a_part_less_one_group_would_tell_of_the_other() -> None:
    parts, cells = leave_out([[30, 1], [30, 30], [30, 20]])
    assert parts == [False, False, False]
    assert cells[0] == [True, True]
    assert [row[1] for row in cells].count(True) >= 2, "the group in the whole less the other parts"


def test_the_groups_of_a_part_that_is_left_out_are_left_out() -> None:
    parts, cells = leave_out([[2, 2], [9, 9], [30, 30]])
    assert parts == [True, True, False]
    assert cells[:2] == [[True, True], [True, True]]


def tells_of_few(line: Counts, hidden: Flags) -> bool:
    """Whether a line's total less what is shown of it is about few; a total of few is not shown either."""
    return bool((line[~hidden] > 0).any()) and 0 < int(line[hidden].sum()) < FEW


@pytest.mark.parametrize("seed", range(20))
def test_no_line_of_a_table_tells_of_few(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = rng.poisson(rng.choice([2, 8, 30], size=(rng.integers(2, 9), 2, 3)))
    shown = n.sum(axis=(1, 2)) >= FEW * 3
    left = leave_out_few(RatedParts(n, shown, np.broadcast_to(shown[:, None], n.shape[:2]).copy()), FEW)
    for criterion in range(3):
        table, parts, cells = n[:, :, criterion], left.of_part[:, criterion], left.of_cell[:, :, criterion]
        assert not ((table > 0) & (table < FEW) & ~cells).any()
        assert not tells_of_few(table.sum(axis=1), parts)
        assert not any(tells_of_few(table[part], cells[part]) for part in np.flatnonzero(~parts))
        assert not any(tells_of_few(table[:, group], cells[:, group]) for group in range(2))


@pytest.mark.parametrize(
    ("before", "now", "moves"),
    [
        ([9, 0], [9, 0], "yes"),
        ([9, 0], [9, 1], "no"),
        ([9, 0], [8, 1], "no"),
        ([9, 0], [9, 5], "yes"),
        ([4, 0], [5, 0], "yes"),
        ([0, 0], [2, 0], "yes"),
        ([9, 0], [2, 0], "yes"),
    ],
)
def test_criteria_move_when_as_many_rated_them_as_may_be_shown(
    before: list[int], now: list[int], moves: str
) -> None:
    """What fewer than five rated, before or now, is not shown."""
    assert may_move(np.array([before]), np.array([now]), FEW) == (moves == "yes")
