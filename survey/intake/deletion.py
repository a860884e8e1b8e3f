"""Deletes saved forms that were sent or have expired, visits that declined, and their traces in the file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from survey.store import declines, saved_forms
from survey.store.db import Database

LOOK_EVERY_SECONDS = 60.0


@dataclass(frozen=True)
class DeletionWorker:
    """Deletes what is due, and has the database forget the bytes of what was deleted."""

    database: Database
    clock: Callable[[], datetime]

    def has_work(self) -> bool:
        """Whether a saved form was sent or has expired, or a decline is remembered for too long."""
        now = self.clock()
        return self.database.read(
            lambda session: saved_forms.has_due(session, now=now) or declines.has_due(session, now=now)
        )

    def count_due(self) -> int:
        """How many forms and declines `run_due` would empty or delete."""
        now = self.clock()
        return self.database.read(
            lambda session: saved_forms.count_due(session, now=now) + declines.count_due(session, now=now)
        )

    def run_due(self) -> int:
        """Delete; how many forms and declines were emptied or deleted."""
        now = self.clock()
        n = self.database.write(
            lambda session: saved_forms.delete_due(session, now=now) + declines.delete_due(session, now=now)
        )
        self.database.forget_deleted()
        return n
