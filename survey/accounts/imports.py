"""What is imported from files: people and units, each with its columns, its check and its taking over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.accounts import officials, unit_tree
from survey.accounts.import_files import Cells, FileColumn, NumberedCells
from survey.accounts.people_file import COLUMNS as PEOPLE_COLUMNS
from survey.accounts.people_file import NewPerson, parse_people
from survey.accounts.unit_file import COLUMNS as UNIT_COLUMNS
from survey.accounts.unit_file import NewUnit, parse_units
from survey.accounts.unit_words import kind_names
from survey.store import people, units
from survey.store.audit import AuditAction
from survey.store.units import Unit
from survey.web.permissions import Permission, role_names

Rows = Sequence[NumberedCells]


@dataclass(frozen=True)
class ImportContext:
    """Below which paths something is added, in which language a refusal speaks, and the moment of it."""

    within: Sequence[str]
    language: str
    now: datetime


@dataclass(frozen=True)
class ImportKind:
    """What a file holds.

    `preview` says what would be added, a text a column; `add` adds all rows and counts them. Both raise
    TableFileError.
    """

    key: str
    permission: Permission
    action: AuditAction
    columns: Sequence[FileColumn]
    preview: Callable[[Session, Rows, ImportContext], list[Cells]]
    add: Callable[[Session, Rows, ImportContext], int]


def _parse_people(session: Session, rows: Rows, context: ImportContext) -> list[NewPerson]:
    units_open = _open_units(session, context.within)
    return parse_people(rows, units_open, people.usernames(session), context.language)


def _preview_people(session: Session, rows: Rows, context: ImportContext) -> list[Cells]:
    unit_names = {unit.id: unit.name_in(context.language) for unit in units.units(session, context.within)}
    roles = role_names(context.language)
    return [
        {
            "username": row.names.username,
            "full_name": row.names.full_name,
            "email": row.names.email or "",
            "unit": unit_names[row.unit_id],
            "role": roles[row.role].split(":")[0],
        }
        for row in _parse_people(session, rows, context)
    ]


def _add_people(session: Session, rows: Rows, context: ImportContext) -> int:
    parsed = _parse_people(session, rows, context)
    invited = [(row.names, row.role, row.unit_id) for row in parsed]
    officials.invite_all(session, invited, now=context.now)
    return len(parsed)


def _parse_units(session: Session, rows: Rows, context: ImportContext) -> list[NewUnit]:
    return parse_units(rows, _open_units(session, context.within), context.language)


def _preview_units(session: Session, rows: Rows, context: ImportContext) -> list[Cells]:
    kinds, parsed = kind_names(context.language), _parse_units(session, rows, context)
    by_id = {unit.id: unit.name_in(context.language) for unit in units.units(session, context.within)}
    by_row = {row.row: row.names.to(context.language) for row in parsed}
    return [
        {
            **dict(cells),
            "kind": kinds[row.kind],
            "parent": by_id[_parent_id(row, {})] if row.parent_row is None else by_row[row.parent_row],
        }
        for row, (_number, cells) in zip(parsed, rows, strict=True)
    ]


def _add_units(session: Session, rows: Rows, context: ImportContext) -> int:
    parsed = _parse_units(session, rows, context)
    added: dict[int, Unit] = {}  # by the row of the file
    waiting = list(parsed)
    while waiting:  # a level of the tree at a time
        level = [row for row in waiting if row.parent_row is None or row.parent_row in added]
        wanted = [(row.names, row.kind, _parent_id(row, added)) for row in level]
        added |= zip((row.row for row in level), unit_tree.add_level(session, wanted), strict=True)
        waiting = [row for row in waiting if row.row not in added]
    return len(parsed)


def _parent_id(row: NewUnit, added: Mapping[int, Unit]) -> int:
    if row.parent_row is not None:
        return added[row.parent_row].id
    assert row.parent_id is not None  # noqa: S101 — one of the two is given
    return row.parent_id


def _open_units(session: Session, within: Sequence[str]) -> list[Unit]:
    """The units at or below these paths that are not closed, the highest first."""
    return [unit for unit in units.units(session, within) if unit.closed_on is None]


PEOPLE = ImportKind(
    key="people",
    permission=Permission.PEOPLE_MANAGE,
    action=AuditAction.IMPORTED_PEOPLE,
    columns=PEOPLE_COLUMNS,
    preview=_preview_people,
    add=_add_people,
)
UNITS = ImportKind(
    key="units",
    permission=Permission.UNITS_MANAGE,
    action=AuditAction.IMPORTED_UNITS,
    columns=UNIT_COLUMNS,
    preview=_preview_units,
    add=_add_units,
)
