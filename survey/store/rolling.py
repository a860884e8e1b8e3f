"""Counts of forms: how many forms are in each part of a view, and how they answered.

A view divides the forms of a campaign into parts: by group, desk, field, channel, month. The forms of a part
are counted by respondent group, because groups are the strata of a score. `EVERYTHING` is the view with one
part.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, tzinfo
from typing import Generic, TypeVar

import numpy as np

from survey.instrument.answers import NOT_APPLICABLE_FIELD
from survey.instrument.questionnaire import GROUP_QUESTION, Questionnaire
from survey.json_value import JsonValue
from survey.scoring.arrays import Counts
from survey.scoring.pair_counts import PairCounts, pair_counts

C = TypeVar("C")  # a count: a number of forms, or numbers by key
S = TypeVar("S")  # what the column holds
K = TypeVar("K")
N = TypeVar("N", int, PairCounts)
EVERYTHING = ""
VIEWS = ("group", "desk", "field", "channel", "month")
FIELD_QUESTION, CHANNEL_QUESTION = "service_domain", "submission_channel"
N_REASONS = 3  # why there is no answer: not applicable, blank, not asked, in this order
CellKey = tuple[str, str, str]  # view, part, respondent group
Crossing = tuple[str, ...]  # the part of each view, in the order of the views
StoredCrossings = list[tuple[list[str], int]]


@dataclass(frozen=True)
class FormToCount:
    """The columns of a stored response that are counted, by name."""

    collector_id: int
    language: str
    mode: str
    received_at: datetime
    is_complete: bool
    answers: Mapping[str, int | str | None]


@dataclass(frozen=True)
class Batch:
    """Forms to count: all, the valid ones, and the crossing of each valid form."""

    forms: Sequence[FormToCount]
    valid: Sequence[FormToCount] = ()
    crossings: Sequence[Crossing] = ()


@dataclass(frozen=True)
class Count(Generic[C, S]):
    """How a count of a `RollUp` is made from forms, and written to the column with its name.

    `layout` is the number of the first layout with this count: a larger number than before makes every
    roll-up be counted anew. Counts that are `in_digest` are part of the identity of a result.
    """

    of: Callable[[Batch], C]
    add: Callable[[C, C], C]
    negate: Callable[[C], C]
    to_json: Callable[[C], S]
    from_json: Callable[[S], C]
    in_digest: bool
    layout: int

    @property
    def empty_json(self) -> S:
        """The value of the column before any form is counted."""
        return self.to_json(self.of(Batch(())))


def _declare(count: Count[C, S]) -> C:
    """Declare a field of `RollUp`."""
    return field(default_factory=lambda: count.of(Batch(())), metadata={"count": count})


def _number(of: Callable[[Batch], int], *, in_digest: bool = False, layout: int = 1) -> int:
    """Declare a number of forms."""
    return _declare(Count(of, int.__add__, int.__neg__, int, int, in_digest, layout))


def _count(of: Callable[[Batch], Mapping[str, int]], *, layout: int = 1) -> Mapping[str, int]:
    """Declare numbers of forms by key."""
    return _declare(Count(of, _add_numbers, _negate_numbers, dict, dict, in_digest=False, layout=layout))


def _add_numbers(one: Mapping[K, int], other: Mapping[K, int]) -> Mapping[K, int]:
    return {key: n for key, n in _add_by_key(one, other).items() if n}


def _negate_numbers(numbers: Mapping[K, int]) -> Mapping[K, int]:
    return {key: -n for key, n in numbers.items()}


def _add_by_key(one: Mapping[K, N], other: Mapping[K, N]) -> dict[K, N]:
    return {**one, **{key: one[key] + value if key in one else value for key, value in other.items()}}


def crossings_to_json(crossings: Mapping[Crossing, int]) -> StoredCrossings:
    """Numbers of people by crossing, as JSON."""
    return [(list(parts), n) for parts, n in sorted(crossings.items())]


def crossings_from_json(stored: StoredCrossings) -> Mapping[Crossing, int]:
    """The numbers that `crossings_to_json` wrote."""
    return {tuple(parts): n for parts, n in stored}


_CROSSINGS = Count(
    lambda batch: Counter(batch.crossings),
    _add_numbers,
    _negate_numbers,
    crossings_to_json,
    crossings_from_json,
    in_digest=True,
    layout=1,
)


@dataclass(frozen=True, eq=False)
class RollUp:
    """The counts of forms. A new count is declared here and has a column of its name in `rollup`.

    `crossings` counts valid forms by their parts in all `views` together.
    """

    cells: Mapping[CellKey, PairCounts] = field(default_factory=dict)
    crossings: Mapping[Crossing, int] = _declare(_CROSSINGS)
    languages: Mapping[str, int] = _count(lambda batch: Counter(form.language for form in batch.valid))
    modes: Mapping[str, int] = _count(lambda batch: Counter(form.mode for form in batch.valid))
    incomplete: int = _number(lambda batch: len(batch.forms) - len(batch.valid), in_digest=True)
    views: tuple[str, ...] = VIEWS

    @property
    def valid(self) -> int:
        """The number of forms that are scored."""
        return sum(self.crossings.values())

    def __add__(self, other: "RollUp") -> "RollUp":
        """The counts of both sets of forms together."""
        cells = _add_by_key(self.cells, other.cells)
        counts = {
            name: count.add(getattr(self, name), getattr(other, name)) for name, count in COUNTS.items()
        }
        return roll_up_of({key: cell for key, cell in cells.items() if cell.n}, **counts)

    def __neg__(self) -> "RollUp":
        """The counts with the opposite sign."""
        counts = {name: count.negate(getattr(self, name)) for name, count in COUNTS.items()}
        return roll_up_of({key: -cell for key, cell in self.cells.items()}, **counts)

    def __sub__(self, other: "RollUp") -> "RollUp":
        """The counts without the forms of `other`."""
        return self + -other

    def same_as(self, other: "RollUp") -> bool:
        """Whether all counts of both are equal."""
        mine, others = ({key: cell.to_bytes() for key, cell in r.cells.items()} for r in (self, other))
        return mine == others and all(getattr(self, name) == getattr(other, name) for name in COUNTS)

    def digest_facts(self) -> list[JsonValue]:
        """The JSON of the counts that are part of the digest of a result."""
        return [count.to_json(getattr(self, name)) for name, count in COUNTS.items() if count.in_digest]

    def part(self, view: str, part: str) -> dict[str, PairCounts]:
        """The counts of a part by respondent group."""
        return {key[2]: cell for key, cell in self.cells.items() if key[:2] == (view, part)}

    def sizes(self, view: str) -> dict[str, int]:
        """The number of valid forms in each part of a view; empty for a view that is not counted."""
        sizes: Counter[str] = Counter()
        if view not in self.views:
            return {}
        for crossing, n in self.crossings.items():
            sizes[crossing[self.views.index(view)]] += n
        return {part: n for part, n in sizes.items() if part}

    def with_merged_view(self, name: str, source: str, part_of: Mapping[str, str]) -> "RollUp":
        """The counts with another view, whose parts are parts of the view `source` merged.

        `part_of` maps a part of `source` to the new part. Parts without an entry are in no new part.
        """
        cells = dict(self.cells)
        for (view, part, group), cell in self.cells.items():
            if view == source and part in part_of:
                key = (name, part_of[part], group)
                cells[key] = cells[key] + cell if key in cells else cell
        column = self.views.index(source)
        crossings = {(*parts, part_of.get(parts[column], "")): n for parts, n in self.crossings.items()}
        return replace(self, cells=cells, crossings=crossings, views=(*self.views, name))


COUNTS: dict[str, Count[object, JsonValue]] = {
    f.name: f.metadata["count"] for f in fields(RollUp) if "count" in f.metadata
}
LAYOUT = str(max(count.layout for count in COUNTS.values()))  # of stored counts
# The roll-up with these cells and the value of each count by its name.
roll_up_of: Callable[..., RollUp] = RollUp


def count_forms(questionnaire: Questionnaire, forms: Sequence[FormToCount], zone: tzinfo) -> RollUp:
    """The counts of forms. Months are those of the time zone."""
    valid = [form for form in forms if form.is_complete]
    crossings = [_crossing(form, zone) for form in valid]
    codes = _codes(questionnaire, [form.answers for form in valid])
    batch = Batch(forms, valid, crossings)
    counts = {name: count.of(batch) for name, count in COUNTS.items()}
    return roll_up_of(_cells(questionnaire, codes, crossings), **counts)


def count_crossings(forms: Sequence[FormToCount], zone: tzinfo) -> Mapping[Crossing, int]:
    """The `crossings` of `count_forms`, without counting what the forms answered."""
    return Counter(_crossing(form, zone) for form in forms if form.is_complete)


def _crossing(form: FormToCount, zone: tzinfo) -> Crossing:
    group, service, channel = (
        str(form.answers.get(key) or "") for key in (GROUP_QUESTION, FIELD_QUESTION, CHANNEL_QUESTION)
    )
    month = form.received_at.astimezone(zone).strftime("%Y-%m")
    return (group, str(form.collector_id), service, channel, month)


def _cells(
    questionnaire: Questionnaire, codes: Counts, crossings: Sequence[Crossing]
) -> dict[CellKey, PairCounts]:
    n_answers, scored = len(questionnaire.scale.options), scored_positions(questionnaire)
    rows: dict[CellKey, list[int]] = {}
    for row, crossing in enumerate(crossings):
        group = crossing[0]
        rows.setdefault((EVERYTHING, EVERYTHING, group), []).append(row)
        for view, part in zip(VIEWS[1:], crossing[1:], strict=True):
            if part:
                rows.setdefault((view, part, group), []).append(row)
    return {key: pair_counts(codes[inside], n_answers, N_REASONS, scored) for key, inside in rows.items()}


def _codes(questionnaire: Questionnaire, answers: Sequence[Mapping[str, int | str | None]]) -> Counts:
    """The code of each form's answer to each criterion, (n, Q).

    The code is the position on the scale; the reasons for having no answer follow.
    """
    options = questionnaire.scale.options
    code_of: dict[int | str | None, int] = {option.value: code for code, option in enumerate(options)}
    code_of |= {NOT_APPLICABLE_FIELD: len(options), None: len(options) + 1}
    not_asked = len(options) + N_REASONS - 1
    keys = [criterion.key for criterion in questionnaire.criteria]
    codes = [[code_of[values[key]] if key in values else not_asked for key in keys] for values in answers]
    return np.array(codes, dtype=np.int64).reshape(len(answers), len(keys))


def scored_positions(questionnaire: Questionnaire) -> tuple[int, ...]:
    """The positions of the criteria that earn points among all criteria."""
    return tuple(i for i, criterion in enumerate(questionnaire.criteria) if criterion.max_points > 0)
