"""Entries of the log by person, unit, object, act and time: pages of them, and all of them for a file.

They are sorted by time and number, newest first. Each filter has an index that ends with both, so a page is
read without sorting, however long the log is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import Session

from survey.store.audit import AuditEvent
from survey.store.people import Person
from survey.store.units import Unit, is_within

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class EntryFilter:
    """What the entries to show have in common; None for anything.

    `person_id` is 0 for entries without a person. `since` is the first moment, `until` the first one after
    the last. `within` are the paths of units: their entries, and those without a unit of the people who
    belong to them.
    """

    person_id: int | None = None
    unit_id: int | None = None
    act: str | None = None
    object_kind: str | None = None
    object_key: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    within: tuple[str, ...] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions of a query."""
        equal = {
            AuditEvent.unit_id: self.unit_id,
            AuditEvent.act: self.act,
            AuditEvent.object_kind: self.object_kind,
            AuditEvent.object_key: self.object_key,
            AuditEvent.person_id: self.person_id or None,
        }
        wanted = [column == value for column, value in equal.items() if value is not None]
        if self.person_id == 0:
            wanted.append(AuditEvent.person_id.is_(None))
        if self.since is not None:
            wanted.append(AuditEvent.recorded_at >= self.since)
        if self.until is not None:
            wanted.append(AuditEvent.recorded_at < self.until)
        if self.within is not None:
            wanted.append(_belongs_to(self.within))
        return wanted


def _belongs_to(within: tuple[str, ...]) -> ColumnElement[bool]:
    unit_ids = select(Unit.id).where(is_within(within))
    own_people = select(Person.id).where(Person.unit_id.in_(unit_ids))
    without_unit = AuditEvent.unit_id.is_(None) & AuditEvent.person_id.in_(own_people)
    return AuditEvent.unit_id.in_(unit_ids) | without_unit


@dataclass(frozen=True)
class EntryPage:
    """Entries, newest first; `older` and `newer` are the numbers that the pages beside begin from."""

    entries: Sequence[AuditEvent]
    older: int | None
    newer: int | None


def page(
    session: Session, wanted: EntryFilter, size: int, *, before: int | None = None, after: int | None = None
) -> EntryPage:
    """The newest entries, those older than the entry `before`, or the nearest ones newer than `after`.

    Where nothing is newer they are the newest. An entry that does not exist has nothing older.
    """
    query = _query(wanted)
    if after is not None and (rows := _rows(session, _beside(query, after, is_newer=True), size + 1)):
        shown = rows[:size][::-1]
        return EntryPage(shown, older=shown[-1].id, newer=shown[0].id if len(rows) > size else None)
    rows = _rows(session, query if before is None else _beside(query, before), size + 1)
    shown = rows[:size]
    return EntryPage(
        shown,
        older=shown[-1].id if len(rows) > size else None,
        newer=shown[0].id if before is not None and shown else None,
    )


def _query(wanted: EntryFilter) -> Select[AuditEvent]:
    query = select(AuditEvent).where(*wanted.conditions())
    return query.order_by(AuditEvent.recorded_at.desc(), AuditEvent.id.desc())


def _beside(query: Select[AuditEvent], number: int, *, is_newer: bool = False) -> Select[AuditEvent]:
    """The entries before an entry, or after it in the other order."""
    position = tuple_(AuditEvent.recorded_at, AuditEvent.id)
    moment = select(AuditEvent.recorded_at).where(AuditEvent.id == number).scalar_subquery()
    edge = tuple_(moment, number)
    if not is_newer:
        return query.where(position < edge)
    upwards = query.where(position > edge).order_by(None)
    return upwards.order_by(AuditEvent.recorded_at, AuditEvent.id)


def _rows(session: Session, query: Select[AuditEvent], limit: int) -> list[AuditEvent]:
    return list(session.scalars(query.limit(limit)))


def has_more_than(session: Session, wanted: EntryFilter, n: int) -> bool:
    """Whether the filter selects more than `n` entries; the others are not counted."""
    return session.scalar(_query(wanted).with_only_columns(AuditEvent.id).offset(n).limit(1)) is not None


def entries(session: Session, wanted: EntryFilter, limit: int) -> Iterator[AuditEvent]:
    """At most `limit` entries, newest first, a thousand of them in memory."""
    query = _query(wanted).limit(limit).execution_options(yield_per=_ROWS_AT_ONCE)
    for row in session.scalars(query):
        session.expunge(row)
        yield row
