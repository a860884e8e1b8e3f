"""The entry of Alembic: runs the migrations on the connection that `survey/store/migrate.py` passes."""

from alembic import context

from survey.store import (  # noqa: F401 — their tables register in Base.metadata
    audit,
    comments,
    declines,
    export_jobs,
    feedback,
    fieldwork,
    installation,
    look,
    people,
    questionnaires,
    responses,
    rollups,
    saved_forms,
    scorecards,
    tokens,
    units,
    weekly,
)
from survey.store.db import Base


def run() -> None:
    """Run the migrations on the connection in the configuration's attributes."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    context.run_migrations()


run()
