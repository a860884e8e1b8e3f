"""A store that cannot be used at the moment: locked, full, read-only, replaced, out of reach."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# Primary names of SQLite's result codes, and classes of PostgreSQL's states: 08 connection, 53 resources,
# 55 not in the state needed (a lock), 57 intervention of an operator or a time-out, 58 system error;
# 25006 is a transaction that may only read, and 40 one that lost against another.
_SQLITE = ("BUSY", "LOCKED", "FULL", "READONLY", "IOERR", "CANTOPEN", "CORRUPT", "NOTADB", "PROTOCOL")
_POSTGRESQL = ("08", "53", "55", "57", "58", "25006", "40")


class StoreUnavailableError(Exception):
    """The store cannot take this now. What was sent is not stored, or once, and may be sent again."""


@contextmanager
def unavailable_as_such() -> Iterator[None]:
    """Turn the errors that mean that the store cannot be used now into StoreUnavailableError."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreUnavailableError("no connection became free") from error
    except DBAPIError as error:
        reason = _reason(error)
        if reason is None:
            raise
        raise StoreUnavailableError(reason) from error


def _reason(error: DBAPIError) -> str | None:
    """The name of the state in which the store refuses everybody; None for a fault of the statement."""
    if isinstance(error.orig, sqlite3.Error):
        name = getattr(error.orig, "sqlite_errorname", "") or ""
        return name if name.removeprefix("SQLITE_").startswith(_SQLITE) else None
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or (state is None and type(error.orig).__name__ == "OperationalError"):
        return "no connection"
    return state if state is not None and state.startswith(_POSTGRESQL) else None
