"""Add when a campaign's results were published, and the key of its signed links.

A new key ends all links of a campaign at once.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_publication"
down_revision = "2026_11_24_comment_marks"


def upgrade():
    with op.batch_alter_table("campaign") as campaign:
        campaign.add_column(sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
        campaign.add_column(sa.Column("share_key", sa.String(16), nullable=True))


def downgrade():
    with op.batch_alter_table("campaign") as campaign:
        campaign.drop_column("share_key")
        campaign.drop_column("published_at")
