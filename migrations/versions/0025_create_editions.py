"""Add the editions of published results, so that nothing that is public changes without a word.

A campaign that is published already gets its first edition when its results are next looked at.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import TIME, columns, create_table, optional, references, texts

revision = "0025_create_editions"
down_revision = "0024_add_retention"


def upgrade():
    create_table(
        "edition",
        columns(sa.Integer, "campaign_id", "number"),
        columns(TIME, "published_at"),
        columns(sa.Text, "populations"),
        optional(sa.Integer, "forms_issued"),
        texts(digest=64),
        columns(sa.Integer, "n_valid"),
        optional(sa.Double, "score", "low", "high"),
        optional(sa.LargeBinary, "certificate"),
        references(campaign_id="campaign.id"),
        key=("campaign_id", "number"),
    )


def downgrade():
    op.drop_table("edition")
