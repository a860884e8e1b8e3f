"""Add how many forms a campaign issued.

Response rates by the standard definitions need it.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_forms_issued"
down_revision = "2026_11_24_rollups"


def upgrade():
    with op.batch_alter_table("campaign") as campaign:
        campaign.add_column(sa.Column("forms_issued", sa.Integer(), nullable=True))


def downgrade():
    with op.batch_alter_table("campaign") as campaign:
        campaign.drop_column("forms_issued")
