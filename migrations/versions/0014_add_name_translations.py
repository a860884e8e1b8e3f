"""Add translations of the names of desks and units.

A name was in Vietnamese and English. The interface may have more languages.
"""

from migrations.tables import alter_tables

revision = "0014_add_name_translations"
down_revision = "2026_11_24_desk_units"


def upgrade():
    alter_tables("desk", "unit", change="ADD COLUMN translations TEXT DEFAULT '{}' NOT NULL")


def downgrade():
    alter_tables("desk", "unit", change="DROP COLUMN translations")
