"""Leases: how one process at a time works on a row, and another takes it over from a process that was killed.

1. A process takes a row under a row lock. That counts the attempt, and sets the moment until which no other
   process takes it.
2. It writes progress and result by `settle`, which changes nothing once the row was taken over or cancelled.
3. A killed process writes nothing, so its lease ends and another process takes the row.
4. A row whose attempts are used up is given up.
"""

from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import String, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from survey.store.db import rows_changed

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 3


class LeaseColumns:
    """The columns of a row that a process takes, with `taken_state`, until the time in `lease_column`."""

    taken_state: ClassVar[str]
    lease_column: ClassVar[str]

    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]

    @property
    def is_exhausted(self) -> bool:
        """Whether the row has had all its attempts."""
        return self.attempts >= MAX_ATTEMPTS

    def take(self, *, now: datetime) -> None:
        """Count an attempt and lease the row."""
        self.state, self.attempts = self.taken_state, self.attempts + 1
        setattr(self, self.lease_column, now + LEASE)


def settle(session: Session, row: LeaseColumns, is_row: ColumnElement[bool], **values: object) -> bool:
    """Write to a row that this process took; False when it has it no longer. `is_row` selects the row."""
    table = type(row)
    is_taken = (table.state == row.taken_state, table.attempts == row.attempts)
    return rows_changed(session.execute(update(table).where(is_row, *is_taken).values(**values))) == 1
