"""The tree of units: a province, its departments, boards and districts, their divisions and communes.

The `path` of a unit lists the numbers from the province down to it, as /1/4/12/: what begins with it is the
unit or below it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import ColumnElement, ForeignKey, String, UniqueConstraint, false, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.instrument.questionnaire import DEFAULT_LANGUAGE, Text
from survey.store.db import Base, JsonText, UtcTime, require


class NameColumns:
    """The columns of a row with a name in the default language and its translations by language."""

    name: Mapped[str] = mapped_column(String(200))
    translations: Mapped[dict[str, str]] = mapped_column(JsonText)

    @classmethod
    def with_names(cls, names: Text) -> Self:
        """A new row with these names."""
        translations = {code: name for code, name in names.translations.items() if code != DEFAULT_LANGUAGE}
        row = cls()
        row.name, row.translations = names.to(DEFAULT_LANGUAGE), translations
        return row

    @property
    def names(self) -> Text:
        """The name in every language it was given in."""
        return Text({DEFAULT_LANGUAGE: self.name, **self.translations})

    def name_in(self, language: str) -> str:
        """The name in a language."""
        return self.names.to(language)


class UnitKind(StrEnum):
    """What a unit is, from the top of the tree down."""

    PROVINCE = "province"
    DEPARTMENT = "department"
    BOARD = "board"
    DISTRICT = "district"
    DIVISION = "division"
    COMMUNE = "commune"


class Unit(NameColumns, Base):
    """A unit. Only the province has no parent. No two units below one parent have the same name.

    `closed_on` is the day from which it has no new campaigns, `successor_id` the unit it was merged into.
    """

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("parent_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str] = mapped_column(String(20))
    path: Mapped[str] = mapped_column(String(200), index=True)
    closed_on: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))

    @property
    def depth(self) -> int:
        """How many units are above it."""
        return self.path.count("/") - 2


class ChangeKind(StrEnum):
    """What became of a unit."""

    RENAMED = "renamed"
    MOVED = "moved"
    MERGED = "merged"
    CLOSED = "closed"
    REOPENED = "reopened"


class UnitChange(NameColumns, Base):
    """A change of a unit, with its name and parent before it."""

    __tablename__ = "unit_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[str] = mapped_column(String(20))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


@dataclass(frozen=True)
class UnitPosition:
    """Where something belongs in the tree: its unit, and the path of that."""

    unit_id: int
    path: str

    def is_within(self, path: str) -> bool:
        """Whether it is at the unit with this path or below it."""
        return self.path.startswith(path)


def is_within(paths: Iterable[str]) -> ColumnElement[bool]:
    """The condition that a unit is one of those with these paths, or below one."""
    return or_(false(), *(Unit.path.startswith(path) for path in paths))


def is_in_line(paths: Iterable[str]) -> ColumnElement[bool]:
    """The condition that a unit is one of those with these paths, or above or below one."""
    paths = tuple(paths)
    ids = {unit_id for path in paths for unit_id in _ids_on(path)}
    return or_(is_within(paths), Unit.id.in_(ids))


def _ids_on(path: str) -> list[int]:
    """The numbers of the units on a path, from the province down."""
    return [int(number) for number in path.split("/") if number]


def units(session: Session, within: Iterable[str] = ("/",)) -> list[Unit]:
    """The units at or below these paths, each before those below it, and by name."""
    rows = session.scalars(select(Unit).where(is_within(within)))
    by_parent: dict[int | None, list[Unit]] = {}
    ids = set()
    for row in rows:
        by_parent.setdefault(row.parent_id, []).append(row)
        ids.add(row.id)
    for siblings in by_parent.values():
        siblings.sort(key=lambda unit: (unit.name.casefold(), unit.id))
    tops = [unit for parent, siblings in by_parent.items() if parent not in ids for unit in siblings]
    return [unit for top in sorted(tops, key=lambda unit: unit.path) for unit in _down_from(top, by_parent)]


def _down_from(top: Unit, by_parent: dict[int | None, list[Unit]]) -> list[Unit]:
    rows, waiting = [], [top]
    while waiting:
        unit = waiting.pop()
        rows.append(unit)
        waiting.extend(reversed(by_parent.get(unit.id, [])))
    return rows


def province(session: Session) -> Unit:
    """The unit above all others."""
    return session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()


def unit(session: Session, unit_id: int) -> Unit:
    """The unit with this number."""
    return require(session.get(Unit, unit_id))


def by_path(session: Session, path: str) -> Unit:
    """The unit with this path."""
    return require(session.scalar(select(Unit).where(Unit.path == path)))


def position_of(session: Session, unit_id: int) -> UnitPosition:
    """Where a unit is."""
    return UnitPosition(unit_id, unit(session, unit_id).path)


def units_named(session: Session, name: str) -> Sequence[Unit]:
    """The units with exactly this name, the oldest first."""
    return session.scalars(select(Unit).where(Unit.name == name).order_by(Unit.id)).all()


def has_child(session: Session, parent_id: int, name: str) -> bool:
    """Whether a unit has one of this name directly below it."""
    below = select(func.count()).where(Unit.parent_id == parent_id, Unit.name == name)
    return session.scalar(below) != 0


def add_unit(session: Session, names: Text, *, parent: Unit, kind: UnitKind = UnitKind.DEPARTMENT) -> Unit:
    """Add a unit below another."""
    (row,) = add_all(session, [(names, kind, parent)])
    return row


def add_all(session: Session, wanted: Iterable[tuple[Text, UnitKind, Unit]]) -> list[Unit]:
    """Add units, each below another."""
    rows: list[Unit] = []
    parents: list[Unit] = []
    for names, kind, parent in wanted:
        row = Unit.with_names(names)
        row.parent_id, row.kind, row.path, row.closed_on, row.successor_id = parent.id, kind, "", None, None
        rows.append(row)
        parents.append(parent)
    session.add_all(rows)
    session.flush()
    for row, parent in zip(rows, parents, strict=True):
        row.path = f"{parent.path}{row.id}/"
    session.flush()
    return rows


def below(session: Session, path: str) -> Sequence[Unit]:
    """The unit with this path and those below it, highest first."""
    return session.scalars(select(Unit).where(Unit.path.startswith(path)).order_by(Unit.path)).all()


def above(session: Session, path: str) -> Sequence[Unit]:
    """The units above the one with this path, highest first."""
    ids = _ids_on(path)[:-1]
    return session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(func.length(Unit.path))).all()


def add_change(session: Session, unit: Unit, kind: ChangeKind, *, now: datetime) -> None:
    """Note that a unit is about to change, with what it was called and where it was."""
    row = UnitChange.with_names(unit.names)
    row.unit_id, row.changed_at, row.kind, row.parent_id = unit.id, now, kind, unit.parent_id
    session.add(row)


def changes_of(session: Session, unit_id: int) -> Sequence[UnitChange]:
    """What became of a unit, the oldest first."""
    query = select(UnitChange).where(UnitChange.unit_id == unit_id).order_by(UnitChange.id)
    return session.scalars(query).all()
