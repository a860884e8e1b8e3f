"""Chooses what of an unfinished survey may be shown now, given everything that was shown before.

Results are released in steps. A reader who compares two of them learns the difference: the figures of the
people who came or left between. So what came between two steps is one more view that sets are crossed with,
and a part moves only if nothing about too few people follows from all steps together.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from survey.scoring.arrays import Codes, Counts, label_codes
from survey.scoring.disclosure import CellSet, parts_to_show, small_sets

EVERYBODY = ("", "")
GROUP_VIEW = "group"
WITH_GROUP = "+group"
SEPARATOR = "\x1f"

PartKey = tuple[str, str]  # view, part
Crossing = tuple[str, ...]  # the part of each view

# The share of the people shown that must come before the next step; for parts by how often some were shown.
_GROWTH_OF_WHOLE = 0.02
_GROWTH_OF_PARTS = ((2_500, 0.2), (math.inf, 1.0))


@dataclass(frozen=True)
class ShownStep:
    """One release: the people who came or left before it, by crossing, and the parts that moved with it."""

    changes: Mapping[Crossing, int]
    parts: frozenset[PartKey]


@dataclass(frozen=True)
class ViewNames:
    """The views that parts are of.

    Attributes
    ----------
    crossed : the views of a crossing in their order; one is "group"
    merged : other views by name, each with the view whose parts theirs consist of; the name of such a part is
        the names of those, with commas between them
    costs : what hiding a part of a view costs for each of its people; 1 for a view that is not named
    """

    crossed: Sequence[str]
    merged: Mapping[str, str]
    costs: Mapping[str, float]


def within(part: str, group: str) -> str:
    """The name of a group's people in a part."""
    return f"{part}{SEPARATOR}{group}"


def is_due(n_changed: int, n_shown: int, minimum: int) -> bool:
    """Whether the whole of a survey moves.

    Parameters
    ----------
    n_changed : people who came or left since the last step
    n_shown : people in the last step
    minimum : smallest number of people of what moves
    """
    return n_changed >= max(minimum, _GROWTH_OF_WHOLE * n_shown)


def is_text_batch_due(n_texts: int, n_people: int, minimum: int, *, is_over: bool) -> bool:
    """Whether the texts that came since the last batch appear.

    While a survey is open, enough texts must have come that none can be ascribed to a person who was seen.
    Once it is over, enough people must have come who may have written one.

    Parameters
    ----------
    n_texts : texts that wait
    n_people : people since the last batch, with a text or without
    minimum : smallest number of people of what appears
    """
    return n_texts > 0 and (n_people if is_over else n_texts) >= minimum


def are_parts_due(n_changed: int, n_shown: int, minimum: int, n_parts_shown: int) -> bool:
    """Whether the parts move too. In small steps they would soon stop each other from moving at all.

    Parameters
    ----------
    n_changed : people who came or left since the parts moved
    n_shown : people when the parts moved
    minimum : smallest number of people of what moves
    n_parts_shown : parts of all steps together; a step is checked against each
    """
    growth = next(share for limit, share in _GROWTH_OF_PARTS if n_parts_shown < limit)
    return n_changed >= max(minimum, growth * n_shown)


def parts_of_step(
    views: ViewNames,
    earlier: Sequence[ShownStep],
    changes: Mapping[Crossing, int],
    totals: Mapping[PartKey, int],
    minimum: int,
) -> frozenset[PartKey]:
    """The parts that move with a step: of each view, and of each view but groups within groups.

    The whole moves with every step. A part that did not change moves if it was shown before.

    Parameters
    ----------
    views : the views; a part of one, or of one within groups, is shown or not
    earlier : the steps before, the first one first
    changes : people who came or left since the last step, by crossing, each at least 1
    totals : people of each part now
    minimum : smallest number of people of a part, and of what moves
    """
    table = _StepTable(views, [*(step.changes for step in earlier), changes])
    shown_with: dict[PartKey, int] = {}
    known = []
    for number, step in enumerate([*earlier, ShownStep(changes, frozenset())], start=1):
        known.append(table.set_of(EVERYBODY, number - 1, number))
        for part in sorted(step.parts):
            known.append(table.set_of(part, shown_with.get(part, 0), number))
            shown_with[part] = number
    unchanged, candidates = set(), {}
    for part in sorted(part for part, total in totals.items() if total >= minimum):
        new = table.set_of(part, shown_with.get(part, 0), len(earlier) + 1, views.costs.get(part[0], 1.0))
        if new.cells.size:
            candidates[part] = new
        elif part in shown_with:
            unchanged.add(part)
    # Otherwise the sum of crossings would tell what is new in a part that does not move.
    needs = {part: [whole for whole in _around(part) if whole not in unchanged] for part in candidates}
    known = [part for part in known if part.cells.size]
    small = table.small_sets(minimum)
    return frozenset(unchanged | parts_to_show(candidates, known, small, table.sizes, minimum, needs))


def _around(part: PartKey) -> tuple[PartKey, ...]:
    """The part and the group of a crossing with groups."""
    view, name = part
    if not view.endswith(WITH_GROUP):
        return ()
    name, group = name.split(SEPARATOR)
    return (view.removesuffix(WITH_GROUP), name), (GROUP_VIEW, group)


class _StepTable:
    """The cells of several steps: the people of each crossing who came or left with each step."""

    def __init__(self, views: ViewNames, steps: Sequence[Mapping[Crossing, int]]) -> None:
        cells = [(*crossing, str(number)) for number, step in enumerate(steps, start=1) for crossing in step]
        labels = np.array(cells, dtype=str).reshape(len(cells), len(views.crossed) + 1)
        self.sizes: Counts = np.array([n for step in steps for n in step.values()], dtype=np.int64)
        self._columns = {view: labels[:, column] for column, view in enumerate(views.crossed)}
        self._merged = views.merged
        self._step = labels[:, -1].astype(np.intp)

    def set_of(self, part: PartKey, after: int, until: int, cost: float = 1.0) -> CellSet:
        """Who came to or left a part with the steps after one, until another."""
        view, name = part
        inside = (self._step > after) & (self._step <= until)
        if view.endswith(WITH_GROUP):
            name, group = name.split(SEPARATOR)
            inside &= self._columns[GROUP_VIEW] == group
        if part != EVERYBODY:
            base = view.removesuffix(WITH_GROUP)
            names = name.split(",") if base in self._merged else [name]
            inside &= np.isin(self._columns[self._merged.get(base, base)], names)
        return CellSet(view, np.flatnonzero(inside), cost)

    def small_sets(self, minimum: int) -> list[Codes]:
        """The sets to protect."""
        codes = [label_codes(labels)[0] for labels in self._columns.values()]
        return small_sets(np.column_stack(codes), self.sizes, minimum, self._step)
