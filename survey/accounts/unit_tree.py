"""Changes of the tree of units. Each notes what the unit was called and where it was before."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from survey.instrument.questionnaire import DEFAULT_LANGUAGE, Text
from survey.store import units
from survey.store.db import lock
from survey.store.units import ChangeKind, Unit, UnitKind

_MAX_DEPTH = 8


class UnitExistsError(ValueError):
    """There is a unit of this name below the same unit."""


class UnitMoveError(ValueError):
    """A unit cannot stand below itself, nor the province below another, nor anything too deep."""


def add_unit(session: Session, names: Text, *, parent_id: int, kind: UnitKind) -> Unit:
    """Add a unit below another; UnitExistsError where the name is in use there."""
    parent = _lock_tree(session, parent_id)
    _refuse_twin(session, parent_id, names)
    if parent.depth + 1 >= _MAX_DEPTH:
        raise UnitMoveError
    return units.add_unit(session, names, parent=parent, kind=kind)


def add_level(session: Session, wanted: Sequence[tuple[Text, UnitKind, int]]) -> list[Unit]:
    """Add many units, each below one that there is and under a name that is free there; as `add_unit`."""
    lock(session, Unit.id, units.province(session).id)
    by_id = {unit.id: unit for unit in units.units(session)}
    rows = [(names, kind, by_id[parent_id]) for names, kind, parent_id in wanted]
    if any(parent.depth + 1 >= _MAX_DEPTH for _names, _kind, parent in rows):
        raise UnitMoveError
    return units.add_all(session, rows)


def rename(session: Session, unit_id: int, names: Text, *, now: datetime) -> Unit:
    """Give a unit another name; UnitExistsError where the name is in use beside it."""
    unit = _lock_tree(session, unit_id)
    if unit.names == names:
        return unit
    if unit.parent_id is not None and names.to(DEFAULT_LANGUAGE) != unit.name:
        _refuse_twin(session, unit.parent_id, names)
    units.add_change(session, unit, ChangeKind.RENAMED, now=now)
    renamed = Unit.with_names(names)
    unit.name, unit.translations = renamed.name, renamed.translations
    return unit


def move(session: Session, unit_id: int, parent_id: int, *, now: datetime) -> Unit:
    """Put a unit with everything below it under another one.

    Raises
    ------
    UnitExistsError
        A unit of this name is there.
    UnitMoveError
        The new place is the unit itself or below it, or the unit is the province.
    """
    unit = _lock_tree(session, unit_id)
    if unit.parent_id != parent_id:
        units.add_change(session, unit, ChangeKind.MOVED, now=now)
        _put_below(session, unit, units.unit(session, parent_id))
    return unit


def merge(session: Session, unit_id: int, successor_id: int, *, day: date, now: datetime) -> Unit:
    """Close a unit and put it below the one that it becomes part of, whose people so see its history."""
    unit = _lock_tree(session, unit_id)
    units.add_change(session, unit, ChangeKind.MERGED, now=now)
    _put_below(session, unit, units.unit(session, successor_id))
    unit.successor_id, unit.closed_on = successor_id, day
    return unit


def close(session: Session, unit_id: int, *, day: date, now: datetime) -> Unit:
    """Close a unit from a day on; UnitMoveError for the province."""
    unit = _lock_tree(session, unit_id)
    if unit.parent_id is None:
        raise UnitMoveError
    units.add_change(session, unit, ChangeKind.CLOSED, now=now)
    unit.closed_on = day
    return unit


def reopen(session: Session, unit_id: int, *, now: datetime) -> Unit:
    """Open a closed unit again, also one that was merged, where it stands now."""
    unit = _lock_tree(session, unit_id)
    if unit.closed_on is not None:
        units.add_change(session, unit, ChangeKind.REOPENED, now=now)
        unit.closed_on = unit.successor_id = None
    return unit


def _lock_tree(session: Session, unit_id: int) -> Unit:
    """A unit, while nobody else changes the tree: the province stands for all of it."""
    lock(session, Unit.id, units.province(session).id)
    return units.unit(session, unit_id)


def _refuse_twin(session: Session, parent_id: int, names: Text) -> None:
    name = names.to(DEFAULT_LANGUAGE)
    if units.has_child(session, parent_id, name):
        raise UnitExistsError(name)


def _put_below(session: Session, unit: Unit, parent: Unit) -> None:
    moved = units.below(session, unit.path)
    deepest = max(row.depth for row in moved) - unit.depth + parent.depth + 1
    if unit.parent_id is None or parent.path.startswith(unit.path) or deepest >= _MAX_DEPTH:
        raise UnitMoveError
    if unit.parent_id != parent.id:
        _refuse_twin(session, parent.id, unit.names)
    before, after = unit.path, f"{parent.path}{unit.id}/"
    for row in moved:
        row.path = after + row.path.removeprefix(before)
    unit.parent_id = parent.id
