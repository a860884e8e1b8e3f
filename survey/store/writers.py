"""Waits until everything that was written so far is committed.

On PostgreSQL an id is given before its transaction is committed: a row can come after rows with higher ids.
Who goes by ids waits for the transactions that were writing then. On SQLite one transaction writes at a time.
"""

import time

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey.store.db import Database
from survey.store.unavailable import StoreUnavailableError

_WAIT_SECONDS = 2.0
_POLL_SECONDS = 0.02
_WRITING = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = to_regclass(:name)"
    " AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def wait_for_writers(database: Database, table: str) -> None:
    """Wait until the transactions that are writing into a table now have ended.

    Raises
    ------
    StoreUnavailableError
        One of them took over two seconds.
    """
    if database.is_sqlite:
        return

    def writing(session: Session) -> set[str]:
        return set(session.scalars(_WRITING, {"name": table}))

    until = time.monotonic() + _WAIT_SECONDS
    before = database.read(writing)
    while before and (before := before & database.read(writing)):
        if time.monotonic() > until:
            raise StoreUnavailableError("a transaction that writes takes too long")
        time.sleep(_POLL_SECONDS)
