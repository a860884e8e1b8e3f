"""Says what of a step may move by criterion: a form counts for a part though it rates only some criteria.

Points and answers of a criterion tell those of each respondent group. So what is shown by criterion moves
only when nobody or enough people of each group rated each criterion since it was shown.
"""

from collections.abc import Collection, Iterable, Mapping

import numpy as np

from survey.instrument.questionnaire import Questionnaire
from survey.scoring.arrays import Counts
from survey.scoring.few_ratings import may_move
from survey.scoring.pair_counts import PairCounts
from survey.scoring.releases import PartKey
from survey.store.rolling import CellKey

Cells = Mapping[CellKey, PairCounts]


class RatingsSince:
    """The ratings of parts as they were shown and as they are now.

    Parameters
    ----------
    shown : the counts of each part as of the step it last moved with
    now : the counts of each part now
    minimum : smallest number of people of what moves
    """

    def __init__(self, questionnaire: Questionnaire, shown: Cells, now: Cells, minimum: int) -> None:
        self._shape = len(questionnaire.criteria), len(questionnaire.scale.options)
        self._shown, self._now = _by_part(shown), _by_part(now)
        self._minimum = minimum

    def may_move(self, parts: Iterable[PartKey]) -> bool:
        """Whether these parts together may move: nobody or enough of each group rated each criterion."""
        keys = list(parts)
        groups = {group for cells in (self._shown, self._now) for key in keys for group in cells.get(key, {})}
        return all(
            may_move(self._sum(self._shown, keys, group), self._sum(self._now, keys, group), self._minimum)
            for group in groups
        )

    def _sum(
        self, cells: Mapping[PartKey, Mapping[str, PairCounts]], parts: Iterable[PartKey], group: str
    ) -> Counts:
        """People by criterion and answer."""
        total: Counts = np.zeros(self._shape, dtype=np.int64)
        for part in parts:
            cell = cells.get(part, {}).get(group)
            if cell is not None:
                total = total + cell.marks[:, : self._shape[1]]
        return total


def _by_part(cells: Cells) -> dict[PartKey, dict[str, PairCounts]]:
    by_part: dict[PartKey, dict[str, PairCounts]] = {}
    for (view, part, group), cell in cells.items():
        by_part.setdefault((view, part), {})[group] = cell
    return by_part


def views_that_wait(
    ratings: RatingsSince, parts: Collection[PartKey], moving: Collection[PartKey]
) -> set[str]:
    """The views in which what moves, subtracted from everybody, would tell the ratings of few in the rest.

    Parameters
    ----------
    parts : all parts of the views
    moving : those that move
    """
    rests: dict[str, list[PartKey]] = {}
    for part in sorted(set(parts) - set(moving)):
        rests.setdefault(part[0], []).append(part)
    return {view for view, rest in rests.items() if not ratings.may_move(rest)}
