"""Create the visits of people who declined, for a day.

A visit that declined twice is counted once, and a decline is taken back when the same visit sends a form. The
table holds a hash of the page's own random number and nothing of the person.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import columns, create_table, references, texts

revision = "0021_create_declined_visits"
down_revision = "0020_change_account_actions"


def upgrade():
    create_table(
        "declined_visit",
        texts(visit_hash=64),
        columns(sa.Integer, "collector_id"),
        columns(sa.Date, "day"),
        references(collector_id="collector.id"),
        key=["visit_hash"],
    )


def downgrade():
    op.drop_table("declined_visit")
