"""Add translations of the names of desks and units.

A name was in Vietnamese and English. The interface may have more languages.
"""

from alembic import op

revision = "0014_add_name_translations"
down_revision = "2026_11_24_desk_units"


def upgrade():
    # Plain SQL that both databases accept; batch mode of SQLite would copy a table that others refer to.
    op.execute("ALTER TABLE desk ADD COLUMN translations TEXT DEFAULT '{}' NOT NULL")
    op.execute("ALTER TABLE unit ADD COLUMN translations TEXT DEFAULT '{}' NOT NULL")


def downgrade():
    op.execute("ALTER TABLE desk DROP COLUMN translations")
    op.execute("ALTER TABLE unit DROP COLUMN translations")
