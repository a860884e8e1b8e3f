"""Add the unit of a collector.

Units are compared within one campaign through the desks that work for them.
"""

from alembic import op

revision = "2026_11_24_desk_units"
down_revision = "2026_11_24_weekly_summaries"


def upgrade():
    # Plain SQL that both databases accept; batch mode of SQLite would copy a table that others refer to.
    op.execute(
        "ALTER TABLE collector"
        " ADD COLUMN unit_id INTEGER CONSTRAINT fk_collector_unit_id REFERENCES unit (id)"
    )


def downgrade():
    op.execute("ALTER TABLE collector DROP COLUMN unit_id")
