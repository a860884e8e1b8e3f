"""Remove the English names of desks and units.

They are among the translations of a name.
"""

from alembic import op

revision = "0016_remove_english_names"
down_revision = "0015_fill_name_translations"


def upgrade():
    op.execute("ALTER TABLE desk DROP COLUMN name_en")
    op.execute("ALTER TABLE unit DROP COLUMN name_en")


def downgrade():
    op.execute("ALTER TABLE desk ADD COLUMN name_en VARCHAR(200) DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE unit ADD COLUMN name_en VARCHAR(200) DEFAULT '' NOT NULL")
