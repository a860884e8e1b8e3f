"""Remove the English names of desks and units.

They are among the translations of a name.
"""

from migrations.tables import alter_tables

revision = "0016_remove_english_names"
down_revision = "0015_fill_name_translations"


def upgrade():
    alter_tables("desk", "unit", change="DROP COLUMN name_en")


def downgrade():
    alter_tables("desk", "unit", change="ADD COLUMN name_en VARCHAR(200) DEFAULT '' NOT NULL")
