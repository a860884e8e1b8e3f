"""Add the months that single responses of a campaign stay, and the table of their deletion.

The consent promises a time after which single responses are deleted. 24 months is what the consent of earlier
releases names.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import TIME, alter_tables, columns, create_table, optional, references, texts

revision = "0024_add_retention"
down_revision = "0023_create_text_batches"


def upgrade():
    alter_tables("campaign", change="ADD COLUMN retention_months INTEGER DEFAULT 24 NOT NULL")
    create_table(
        "response_deletion",
        columns(sa.Integer, "campaign_id"),
        texts(state=10),
        columns(sa.Integer, "attempts"),
        optional(TIME, "lease_until"),
        texts(started_by=10),
        optional(sa.Date, "deleted_on"),
        optional(TIME, "finished_at"),
        columns(sa.Integer, "n_deleted"),
        columns(sa.Text, "forms", "opinions"),
        columns(sa.Integer, "withdrawn"),
        references(campaign_id="campaign.id"),
        key=("campaign_id",),
    )


def downgrade():
    op.drop_table("response_deletion")
    alter_tables("campaign", change="DROP COLUMN retention_months")
