"""Add the unit of a collector.

Units are compared within one campaign through the desks that work for them.
"""

from migrations.tables import alter_tables

revision = "2026_11_24_desk_units"
down_revision = "2026_11_24_weekly_summaries"


def upgrade():
    alter_tables(
        "collector",
        change="ADD COLUMN unit_id INTEGER CONSTRAINT fk_collector_unit_id REFERENCES unit (id)",
    )


def downgrade():
    alter_tables("collector", change="DROP COLUMN unit_id")
