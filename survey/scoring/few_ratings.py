"""Chooses the criteria that are left out of a table of parts because few of a part rated them.

A form counts for a part though it has no rating of some criterion: it was not asked, or does not apply. So a
part that may be shown can have a criterion that two people rated. That criterion is left out of the part, and
of another part where the two could be computed by subtraction from a total.
"""

from dataclasses import dataclass

import numpy as np

from survey.scoring.arrays import Counts, Flags


@dataclass(frozen=True)
class RatedParts:
    """Who rated which criterion in the parts of a view, and which parts are shown.

    Attributes
    ----------
    n : people who rated, by part, group and criterion
    is_part_shown : by part, whether it is shown with all its people
    is_cell_shown : by part and group, whether the group's people in the part are shown
    """

    n: Counts
    is_part_shown: Flags
    is_cell_shown: Flags


@dataclass(frozen=True)
class LeftOut:
    """Whether a criterion is left out, of a part and of a group's people in it.

    `of_part` (parts, criteria), `of_cell` (parts, groups, criteria).
    """

    of_part: Flags
    of_cell: Flags


def leave_out_few(parts: RatedParts, minimum: int) -> LeftOut:
    """The criteria to leave out, so that no total less what is shown is about fewer than the minimum.

    The totals are those of every line: a criterion in the whole, in a part, and in a group. Parts that are
    not shown count as left out. What is left out besides has the fewest ratings.

    Parameters
    ----------
    minimum : smallest number of people whose ratings are shown, or follow from what is
    """
    left = LeftOut(
        _is_few(parts.n.sum(axis=1), minimum) | ~parts.is_part_shown[:, None],
        _is_few(parts.n, minimum) | ~parts.is_cell_shown[:, :, None],
    )
    for criterion in range(parts.n.shape[2]):
        of_part, of_cell = left.of_part[:, criterion], left.of_cell[:, :, criterion]
        _close(parts.n[:, :, criterion], of_part, of_cell, minimum)
    return left


def may_move(before: Counts, now: Counts, minimum: int) -> bool:
    """Whether criteria may be shown as they are now to a reader who saw them before.

    Each has the answers it had, or is known of enough more or fewer people. What few rated is not shown.

    Parameters
    ----------
    before, now : (criteria, answers) people by answer
    minimum : smallest number of people whose ratings are shown, or follow from what is
    """
    n_before, n_now = before.sum(axis=1), now.sum(axis=1)
    was_shown, is_shown = n_before >= minimum, n_now >= minimum
    is_same = (before == now).all(axis=1)
    is_far = np.abs(n_now - n_before) >= minimum
    return bool((is_same | is_far | ~was_shown | ~is_shown).all())


def _is_few(n: Counts, minimum: int) -> Flags:
    few: Flags = (n > 0) & (n < minimum)
    return few


def _close(n: Counts, of_part: Flags, of_cell: Flags, minimum: int) -> None:
    """Leave out of one criterion until no line tells of few; changes the flags."""
    is_changing = True
    while is_changing:
        is_changing = _leave_out_one(n.sum(axis=1), of_part, minimum)
        of_cell |= of_part[:, None]  # the groups of a part together would be the part
        for part in range(len(n)):
            if not of_part[part]:
                is_changing |= _leave_out_one(n[part], of_cell[part], minimum)
        for group in range(n.shape[1]):
            is_changing |= _leave_out_one(n[:, group], of_cell[:, group], minimum)


def _leave_out_one(n: Counts, is_left_out: Flags, minimum: int) -> bool:
    """Leave out the smallest of a line where what is left out is too few together; whether one was."""
    if not _is_few(n[is_left_out].sum(keepdims=True), minimum).any():
        return False
    shown = np.flatnonzero(~is_left_out & (n > 0))
    if not shown.size:
        return False
    is_left_out[shown[np.argmin(n[shown])]] = True
    return True
