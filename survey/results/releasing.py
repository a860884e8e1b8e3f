"""Moves the released results of a campaign on when enough people came or left, and says what moves.

This happens when somebody looks, so a survey nobody looks at while it is open is released once, whole.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from survey.instrument.questionnaire import Questionnaire
from survey.results.moving import RatingsSince, views_that_wait
from survey.scoring.pair_counts import PairCounts
from survey.scoring.releases import (
    GROUP_VIEW,
    SEPARATOR,
    WITH_GROUP,
    PartKey,
    ShownStep,
    ViewNames,
    are_parts_due,
    is_due,
    parts_of_step,
    within,
)
from survey.store import fieldwork, questionnaires, releases, responses, retention, rollups
from survey.store.db import Database
from survey.store.fieldwork import Campaign, CollectorAtDesk
from survey.store.releases import NewStep, ReleaseProgress
from survey.store.responses import ResponseRow
from survey.store.rolling import EVERYTHING, VIEWS, CellKey, Crossing, RollUp
from survey.store.unavailable import StoreUnavailableError
from survey.store.writers import wait_for_writers

SECTION_VIEW = "section"  # what is shown of the whole by criterion; each part has the counts of everybody
UNIT_VIEW = "unit"  # the desks of a unit together; only where a desk has one
# What hiding a part costs for each of its people. The crossings with groups, at 1, are given up first.
COSTS = {GROUP_VIEW: 100.0, "desk": 10.0, UNIT_VIEW: 10.0, "field": 10.0, "channel": 3.0, "month": 3.0}
_VIEWS = ViewNames(VIEWS, {UNIT_VIEW: "desk"}, COSTS)
_LONGEST_UNIT = 2_000  # characters: PostgreSQL cannot index much more


def release_if_due(database: Database, campaign_ids: Iterable[int], *, now: datetime, zone: tzinfo) -> None:
    """Store the next step of each campaign where it is due, so that what is read next is up to date.

    While the store cannot be written, what was released last stays.

    Parameters
    ----------
    campaign_ids : campaigns whose results are looked at
    now : the present moment; a campaign is over when its last day has ended in the zone
    zone : the office's time zone, which months follow
    """
    for campaign_id in campaign_ids:
        with suppress(StoreUnavailableError):
            _release_if_due(database, campaign_id, now, zone)


def _release_if_due(database: Database, campaign_id: int, now: datetime, zone: tzinfo) -> None:
    if database.read(lambda session: retention.has_begun(session, campaign_id)):
        return
    today = now.astimezone(zone).date()
    rollups.fold_pending(database, campaign_id, zone)
    if database.read(lambda session: _is_due(session, campaign_id, zone, today)):
        rollups.fold_all(database, campaign_id, zone)
        step, n_forms = database.read(lambda session: _with_forms(session, campaign_id, zone, today))
        if step is None:
            return
        wait_for_writers(database, ResponseRow.__tablename__)
        last_id = step.last_response_id
        if database.read(lambda session: responses.count_until(session, campaign_id, last_id)) == n_forms:
            database.write(lambda session: releases.add_step(session, campaign_id, step, now=now))


def _with_forms(session: Session, campaign_id: int, zone: tzinfo, today: date) -> tuple[NewStep | None, int]:
    """The next step, and how many forms have an id up to its last; one that is stored later is not in it."""
    step = _next_step(session, campaign_id, zone, today)
    return step, responses.count_until(session, campaign_id, step.last_response_id) if step else 0


def _is_due(session: Session, campaign_id: int, zone: tzinfo, today: date) -> bool:
    """Whether enough people came or left, or parts can move without the whole."""
    campaign, progress = session.get_one(Campaign, campaign_id), releases.progress_of(session, campaign_id)
    if progress.number and _may_parts_be_behind(
        session, campaign, progress, is_over=campaign.closes_on < today
    ):
        return True
    n_changed = sum(_changes(progress, rollups.crossings_now(session, campaign, zone)).values())
    n_shown = 0 if campaign.closes_on < today else sum(progress.crossings.values())
    return is_due(n_changed, n_shown, _minimum(session, campaign))


def _may_parts_be_behind(
    session: Session, campaign: Campaign, progress: ReleaseProgress, *, is_over: bool
) -> bool:
    """Whether the survey is over since the last step, or its desks work for other units."""
    if is_over and not progress.is_final:
        return True
    of_desks = _desks_of_units(session, campaign.id)
    collectors = {crossing[VIEWS.index("desk")] for crossing in progress.crossings}
    units = {of_desks[desk] for desk in collectors & of_desks.keys()}
    return units != releases.parts_of_last_step(session, campaign.id, UNIT_VIEW)


def _minimum(session: Session, campaign: Campaign) -> int:
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    return questionnaire.scoring.small_cell_suppression


def _changes(progress: ReleaseProgress, now: Mapping[Crossing, int]) -> dict[Crossing, int]:
    """The people who came or left since the last step, by crossing.

    Where people of a crossing came and others left, at least one is counted: rather too few than too many.
    """
    crossings = {*now, *progress.crossings, *progress.withdrawn}
    changed = {key: abs(now.get(key, 0) - progress.crossings.get(key, 0)) for key in crossings}
    return {
        key: max(n, 1 if key in progress.withdrawn else 0)
        for key, n in sorted(changed.items())
        if n or key in progress.withdrawn
    }


def _next_step(session: Session, campaign_id: int, zone: tzinfo, today: date) -> NewStep | None:
    """The step that the stored counts make now, None where another process has just made it.

    The last few people of a survey that is over stay outside for good: they would be the whole difference.
    """
    campaign, progress = session.get_one(Campaign, campaign_id), releases.progress_of(session, campaign_id)
    questionnaire = questionnaires.questionnaire(session, campaign.instrument_digest)
    minimum, is_over = questionnaire.scoring.small_cell_suppression, campaign.closes_on < today
    counts = rollups.stored_counts(session, campaign, zone) or RollUp()
    changes, withdrawn = _changes(progress, counts.crossings), progress.withdrawn
    last_id = rollups.last_folded_id(session, campaign_id)
    is_moving = sum(changes.values()) >= minimum
    if not is_moving:
        if not progress.number or not _may_parts_be_behind(session, campaign, progress, is_over=is_over):
            return None
        counts = releases.counts_of_last_step(session, campaign_id, questionnaire)
        changes, withdrawn, last_id = {}, {}, progress.last_response_id
    counts = _with_group_view(_with_unit_view(counts, _desks_of_units(session, campaign_id)))
    counts = _with_section_view(counts, questionnaire)
    earlier = releases.steps_of(session, campaign_id)
    shown = releases.shown_cells(session, campaign_id, questionnaire)
    ratings = RatingsSince(questionnaire, shown, counts.cells, minimum)
    parts: frozenset[PartKey] = frozenset()
    if is_over or not is_moving or _are_parts_due(earlier, changes, sum(counts.crossings.values()), minimum):
        parts = _parts_to_move(earlier, changes, counts, ratings, minimum)
    return NewStep(
        progress.number,
        counts,
        changes,
        parts,
        withdrawn,
        last_id,
        is_final=is_over,
        cells=_sections_to_move(questionnaire, ratings),
    )


def _are_parts_due(
    earlier: Sequence[ShownStep], changes: Mapping[Crossing, int], n: int, minimum: int
) -> bool:
    last = max((number for number, step in enumerate(earlier, start=1) if step.parts), default=0)
    n_since = sum(sum(step.changes.values()) for step in earlier[last:]) + sum(changes.values())
    return are_parts_due(n_since, max(0, n - n_since), minimum, sum(len(step.parts) for step in earlier))


def unit_parts(collectors: Iterable[CollectorAtDesk]) -> dict[int, str]:
    """For each unit, the name under which its desks are released together: it changes when they do."""
    desks: dict[int, list[int]] = {}
    for row in collectors:
        if row.unit:
            desks.setdefault(row.unit.id, []).append(row.collector.id)
    return {unit_id: ",".join(map(str, sorted(ids))) for unit_id, ids in desks.items()}


def _desks_of_units(session: Session, campaign_id: int) -> dict[str, str]:
    """For each desk that works for a unit, the name under which the desks of the unit are released."""
    names = unit_parts(fieldwork.collectors_of(session, campaign_id)).values()
    return {desk: name for name in names if len(name) <= _LONGEST_UNIT for desk in name.split(",")}


def _with_unit_view(counts: RollUp, part_of: Mapping[str, str]) -> RollUp:
    """The counts with cells of units instead of those they have; the crossings stay as they are."""
    without = {key: cell for key, cell in counts.cells.items() if key[0] != UNIT_VIEW}
    counts = replace(counts, cells=without)
    merged = counts.with_merged_view(UNIT_VIEW, "desk", part_of) if part_of else counts
    return replace(counts, cells=merged.cells)


def _with_group_view(counts: RollUp) -> RollUp:
    """The counts with the groups as a view, so that a group can stay as it was shown."""
    cells: dict[CellKey, PairCounts] = dict(counts.cells)
    for group, cell in counts.part(EVERYTHING, EVERYTHING).items():
        cells[GROUP_VIEW, group, group] = cell
    return replace(counts, cells=cells)


def _with_section_view(counts: RollUp, questionnaire: Questionnaire) -> RollUp:
    """The counts with the sections as a view, so that the criteria of a section can stay as they were shown.

    Each has the counts of everybody. The criteria that earn no points are a section without a name.
    """
    everybody = counts.part(EVERYTHING, EVERYTHING).items()
    cells = {
        (SECTION_VIEW, key, group): cell for key in sections_of(questionnaire) for group, cell in everybody
    }
    return replace(counts, cells={**counts.cells, **cells})


def sections_of(questionnaire: Questionnaire) -> dict[str, list[int]]:
    """The positions of the criteria of each section, and of those that earn no points, named ""."""
    sections: dict[str, list[int]] = {section.key: [] for section in questionnaire.sections}
    for position, criterion in enumerate(questionnaire.criteria):
        own = (s.key for s in questionnaire.sections if criterion in s.criteria)
        sections.setdefault(next(own, ""), []).append(position)
    return sections


def _sections_to_move(questionnaire: Questionnaire, ratings: RatingsSince) -> frozenset[PartKey]:
    """The sections, if all that is shown of them by criterion may be as it is now; else none.

    The score less the other sections tells the points of one, so all move together.
    """
    sections = [(SECTION_VIEW, section) for section in sections_of(questionnaire)]
    return frozenset(sections) if all(ratings.may_move([section]) for section in sections) else frozenset()


def _parts_to_move(
    earlier: Sequence[ShownStep],
    changes: Mapping[Crossing, int],
    counts: RollUp,
    ratings: RatingsSince,
    minimum: int,
) -> frozenset[PartKey]:
    """The parts that move: of those that may by the numbers of their people, those that may by criterion."""
    totals = _totals(counts)
    views = {(view, part) for view, part in totals if not view.endswith(WITH_GROUP)}
    may = {part for part in views if ratings.may_move([part])}
    candidates = {key: n for key, n in totals.items() if _part_around(key) in may}
    moving = parts_of_step(_VIEWS, earlier, changes, candidates, minimum)
    waiting = views_that_wait(ratings, views, moving)
    units = _units_that_wait(ratings, views, moving)
    return frozenset(
        key for key in moving if _part_around(key)[0] not in waiting and _part_around(key) not in units
    )


def _part_around(key: PartKey) -> PartKey:
    """The part that a crossing with groups is in, and any other part itself."""
    view, name = key
    return view.removesuffix(WITH_GROUP), name.split(SEPARATOR)[0]


def _units_that_wait(
    ratings: RatingsSince, parts: Collection[PartKey], moving: Collection[PartKey]
) -> set[PartKey]:
    """The units of which some desks move, and the rest would tell the ratings of few."""
    waiting = set()
    for view, name in parts:
        desks = [("desk", desk) for desk in name.split(",")] if view == UNIT_VIEW else []
        rest = [desk for desk in desks if desk in parts and desk not in moving]
        if len(rest) < len(desks) and not ratings.may_move(rest):
            waiting.add((view, name))
    return waiting


def _totals(counts: RollUp) -> dict[PartKey, int]:
    """The people of each part of a view, and of each part within groups."""
    totals: Counter[PartKey] = Counter()
    for (view, part, group), cell in counts.cells.items():
        if view not in {EVERYTHING, SECTION_VIEW} and part:
            totals[view, part] += cell.n
            if view != GROUP_VIEW and group:
                totals[view + WITH_GROUP, within(part, group)] += cell.n
    return dict(totals)
