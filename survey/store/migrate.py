"""Brings a database to the schema of this code."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DatabaseError

from survey.store.db import Base, Database

_SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration up to `revision`, all in one transaction."""
    with _migrating(database) as config:
        command.upgrade(config, revision)


def downgrade(database: Database, revision: str) -> None:
    """Reverse the migrations after `revision`."""
    with _migrating(database) as config:
        command.downgrade(config, revision)


@contextmanager
def _migrating(database: Database) -> Iterator[Config]:
    """One transaction of migrations.

    SQLite changes a constraint by a new table in the place of the old one, so references are checked at the
    end (https://www.sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes").
    """
    with database.engine.connect().execution_options(purpose="write") as connection:
        if database.is_sqlite:
            _check_references(connection, by_statement=False)
        try:
            with connection.begin():
                yield _config(connection)
                broken = (
                    connection.exec_driver_sql("PRAGMA foreign_key_check").all() if database.is_sqlite else []
                )
                if broken:
                    raise RuntimeError(f"a migration broke references: {broken[:5]}")
        finally:
            if database.is_sqlite:
                _check_references(connection, by_statement=True)


def _check_references(connection: Connection, *, by_statement: bool) -> None:
    """Have SQLite check references at each statement, or not; it hears this outside of a transaction only."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys={'ON' if by_statement else 'OFF'}")
    cursor.close()


def _refuse_broken_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"a migration broke references: {broken[:5]}")


@cache
def head() -> str:
    """The revision of this code."""
    return ScriptDirectory(str(_SCRIPTS)).get_current_head() or ""


def current(database: Database) -> str | None:
    """The revision of the database, None when it is empty."""
    return revision_and_gaps(database)[0]


def revision_and_gaps(database: Database) -> tuple[str | None, list[str]]:
    """The revision of the database, None when it is empty, and the tables of this code that it lacks."""
    with database.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        return revision, sorted(Base.metadata.tables.keys() - set(inspect(connection).get_table_names()))


def schema_problem(database: Database) -> str | None:
    """What keeps this code from working on the database, in one line with what to do; None for nothing."""
    try:
        revision, missing = revision_and_gaps(database)
    except DatabaseError as error:
        reason = " ".join(str(error.orig).split())[:200]
        return (
            f"DATABASE_URL: the database cannot be opened ({reason}); check that it runs and may be reached"
        )
    if revision is None:
        return "the database is empty; run `flask survey setup` first"
    if revision not in _revisions():
        return (
            f"the database is of a newer release (revision {revision}, this one knows up to {head()}); "
            "install that release, or restore the backup made before it"
        )
    if revision != head():
        return f"the database is at revision {revision} and {head()} is needed; run `flask survey setup`"
    if missing:
        return f"the database lacks the table {', '.join(missing)}; restore a backup that is whole"
    return None


def is_of_a_newer_release(database: Database) -> bool:
    """Whether the database has a revision that this code does not know."""
    revision = current(database)
    return revision is not None and revision not in _revisions()


@cache
def _revisions() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions())


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config
