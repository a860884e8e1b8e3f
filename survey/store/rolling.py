"""From responses to counts: the parts of a campaign's forms that are shown, and how they answered.

A view divides the forms into parts: by group, desk, field, channel, month. Its parts are counted by
respondent group, because groups are the strata of a score. `EVERYTHING` is the view with one part.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any, TypeVar

import numpy as np

from survey.instrument.answers import NOT_APPLICABLE_FIELD
from survey.instrument.questionnaire import GROUP_QUESTION, Questionnaire
from survey.scoring.pair_counts import PairCounts, pair_counts

T = TypeVar("T")
EVERYTHING = ""
VIEWS = ("group", "desk", "field", "channel", "month")
FIELD_QUESTION, CHANNEL_QUESTION = "service_domain", "submission_channel"
N_REASONS = 3  # why there is no answer: not applicable, blank, not asked, in this order
CellKey = tuple[str, str, str]  # view, part, respondent group
Crossing = tuple[str, ...]  # the part of each view, in the order of the views


@dataclass(frozen=True)
class FormToCount:
    """What counting needs of one form that was not withdrawn."""

    collector_id: int
    language: str
    mode: str
    received_at: datetime
    is_complete: bool
    answers: Mapping[str, int | str | None]


@dataclass(frozen=True, eq=False)
class RollUp:
    """The counts of forms. `crossings` counts valid forms by their parts in all `views` together."""

    cells: Mapping[CellKey, PairCounts] = field(default_factory=dict)
    crossings: Mapping[Crossing, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    modes: Mapping[str, int] = field(default_factory=dict)
    incomplete: int = 0
    views: tuple[str, ...] = VIEWS

    @property
    def valid(self) -> int:
        """Forms that are scored."""
        return sum(self.crossings.values())

    def __add__(self, other: "RollUp") -> "RollUp":
        """Both sets of forms together."""
        return _joined(self, other, 1)

    def __sub__(self, other: "RollUp") -> "RollUp":
        """The forms without some that were among them."""
        return _joined(self, other, -1)

    def same_as(self, other: "RollUp") -> bool:
        """Whether both hold the same, to the last count."""
        mine, theirs = (
            (r.crossings, r.languages, r.modes, r.incomplete, {k: c.to_bytes() for k, c in r.cells.items()})
            for r in (self, other)
        )
        return mine == theirs

    def part(self, view: str, part: str) -> dict[str, PairCounts]:
        """The counts of a part by respondent group."""
        return {key[2]: cell for key, cell in self.cells.items() if key[:2] == (view, part)}

    def sizes(self, view: str) -> dict[str, int]:
        """Valid forms in each part of a view; none of a view that is not counted."""
        found: Counter[str] = Counter()
        if view not in self.views:
            return {}
        for crossing, n in self.crossings.items():
            found[crossing[self.views.index(view)]] += n
        return {part: n for part, n in found.items() if part}

    def put_together(self, view: str, of: str, parts: Mapping[str, str]) -> "RollUp":
        """The same counts with one view more, whose parts are those of another put together.

        `parts` names the new part of each old one; old ones without a name are in no new part.
        """
        cells = dict(self.cells)
        for (among, part, group), cell in self.cells.items():
            if among == of and part in parts:
                key = (view, parts[part], group)
                cells[key] = cells[key] + cell if key in cells else cell
        place = self.views.index(of)
        crossings = {(*at, parts.get(at[place], "")): n for at, n in self.crossings.items()}
        return replace(self, cells=cells, crossings=crossings, views=(*self.views, view))


def _joined(one: RollUp, other: RollUp, sign: int) -> RollUp:
    cells = dict(one.cells)
    for key, cell in other.cells.items():
        if key in cells:
            cells[key] = cells[key] + cell if sign > 0 else cells[key] - cell
        else:
            cells[key] = cell if sign > 0 else (cell - cell) - cell
    return RollUp(
        {key: cell for key, cell in cells.items() if cell.n},
        _sum(one.crossings, other.crossings, sign),
        _sum(one.languages, other.languages, sign),
        _sum(one.modes, other.modes, sign),
        one.incomplete + sign * other.incomplete,
    )


def _sum(one: Mapping[T, int], other: Mapping[T, int], sign: int) -> dict[T, int]:
    found = dict(one)
    for key, n in other.items():
        found[key] = found.get(key, 0) + sign * n
    return {key: n for key, n in found.items() if n}


def rolled_up(questionnaire: Questionnaire, forms: Sequence[FormToCount], zone: tzinfo) -> RollUp:
    """The counts of forms; months are those of the office's time zone."""
    valid = [form for form in forms if form.is_complete]
    crossings = [_crossing(form, zone) for form in valid]
    codes = _codes(questionnaire, [form.answers for form in valid])
    return RollUp(
        cells=_cells(questionnaire, codes, crossings),
        crossings=Counter(crossings),
        languages=Counter(form.language for form in valid),
        modes=Counter(form.mode for form in valid),
        incomplete=len(forms) - len(valid),
    )


def _crossing(form: FormToCount, zone: tzinfo) -> Crossing:
    group, service, channel = (
        str(form.answers.get(key) or "") for key in (GROUP_QUESTION, FIELD_QUESTION, CHANNEL_QUESTION)
    )
    month = form.received_at.astimezone(zone).strftime("%Y-%m")
    return (group, str(form.collector_id), service, channel, month)


def _cells(
    questionnaire: Questionnaire, codes: Any, crossings: Sequence[Crossing]
) -> dict[CellKey, PairCounts]:
    n_answers, places = len(questionnaire.scale.options), scored_places(questionnaire)
    rows: dict[CellKey, list[int]] = {}
    for row, crossing in enumerate(crossings):
        group = crossing[0]
        rows.setdefault((EVERYTHING, EVERYTHING, group), []).append(row)
        for view, part in zip(VIEWS[1:], crossing[1:], strict=True):
            if part:
                rows.setdefault((view, part, group), []).append(row)
    return {key: pair_counts(codes[inside], n_answers, N_REASONS, places) for key, inside in rows.items()}


def _codes(questionnaire: Questionnaire, answers: Sequence[Mapping[str, int | str | None]]) -> Any:
    """Each form's answers by their place on the scale, or the reason for having none, (n, Q)."""
    code_of = _code_of(questionnaire)
    not_asked = len(questionnaire.scale.options) + N_REASONS - 1
    keys = [criterion.key for criterion in questionnaire.criteria]
    found = [[code_of[given[key]] if key in given else not_asked for key in keys] for given in answers]
    return np.array(found, dtype=np.int64).reshape(len(answers), len(keys))


def _code_of(questionnaire: Questionnaire) -> dict[int | str | None, int]:
    options = questionnaire.scale.options
    codes: dict[int | str | None, int] = {option.value: place for place, option in enumerate(options)}
    return codes | {NOT_APPLICABLE_FIELD: len(options), None: len(options) + 1}


def scored_places(questionnaire: Questionnaire) -> tuple[int, ...]:
    """Where the criteria that earn points stand among all criteria."""
    return tuple(place for place, c in enumerate(questionnaire.criteria) if c.max_points > 0)
