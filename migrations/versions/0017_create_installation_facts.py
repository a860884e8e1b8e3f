"""Create the facts of an installation.

A restored database and a secret that do not belong together would make every receipt and link invalid in
silence, so the database knows the fingerprints of its secrets. Readiness writes here to know that it can.
"""

from alembic import op

from migrations.tables import create_table, texts

revision = "0017_create_installation_facts"
down_revision = "0016_remove_english_names"


def upgrade():
    create_table("installation_fact", texts(name=100, value=100), key=["name"])


def downgrade():
    op.drop_table("installation_fact")
