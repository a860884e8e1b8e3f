"""A log for tests: entries one a minute, and changes by somebody who may drop the triggers."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey.store import audit
from survey.store.audit import AuditAction, AuditObject, EntryContext, ObjectKind
from survey.store.db import Database

BEGIN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # 9:00 in Viet Nam
ACTS = (AuditAction.SIGNED_IN, AuditAction.DOWNLOADED, AuditAction.ENTERED_VALUE)


def add_entries(database: Database, n: int, *, begin: datetime = BEGIN) -> None:
    """Add entries in one transaction: acts in turn, by nobody, person 1 and person 2, on two campaigns."""

    def add(session: Session) -> None:
        for number in range(n):
            audit.record(
                session,
                ACTS[number % 3],
                f"việc {number + 1}",
                person_id=(None, 1, 2)[number % 3],
                now=begin + timedelta(minutes=number),
                context=EntryContext(
                    AuditObject(ObjectKind.CAMPAIGN, ("a", "b")[number % 2]),
                    unit_id=7 if number % 2 else None,
                    reason="vì sai số" if number % 3 == 2 else None,
                ),
            )

    database.write(add)


def drop_triggers(database: Database) -> None:
    """Remove what protects the log, as the owner of the database can."""
    names = audit.TRIGGERS if database.is_sqlite else audit.TRIGGERS_OF_POSTGRESQL
    on = "" if database.is_sqlite else " ON audit_event"
    run(database, *(f"DROP TRIGGER {name}{on}" for name in sorted(names)))


def run(database: Database, *statements: str) -> None:
    """Run SQL that the product has no function for."""
    with database.engine.connect().execution_options(purpose="write") as connection, connection.begin():
        for statement in statements:
            connection.execute(text(statement))
