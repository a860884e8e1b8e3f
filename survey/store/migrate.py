"""Brings a database to the schema of this code."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from survey.store.db import Database

_SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration up to `revision`, all in one transaction."""
    with database.engine.connect().execution_options(purpose="write") as connection, connection.begin():
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Reverse the migrations after `revision`."""
    with database.engine.connect().execution_options(purpose="write") as connection, connection.begin():
        command.downgrade(_config(connection), revision)


@cache
def head() -> str:
    """The revision of this code."""
    return ScriptDirectory(str(_SCRIPTS)).get_current_head() or ""


def current(database: Database) -> str | None:
    """The revision of the database, None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config
