"""Create the stored counts of a campaign's answers, and mark the responses they include.

A result must not read every response: it adds the few that are not counted yet.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import columns, create_table, references, texts

revision = "2026_11_24_rollups"
down_revision = "2026_11_24_publication"


def upgrade():
    op.add_column("response", sa.Column("is_folded", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_response_unfolded",
        "response",
        ["campaign_id"],
        sqlite_where=sa.text("NOT is_folded"),
        postgresql_where=sa.text("NOT is_folded"),
    )
    create_table(
        "rollup",
        columns(sa.Integer, "campaign_id"),
        texts(made_for=64, time_zone=64),
        columns(sa.Text, "crossings", "languages", "modes"),
        columns(sa.Integer, "incomplete"),
        references(campaign_id="campaign.id"),
        key=("campaign_id",),
    )
    create_table(
        "rollup_cell",
        columns(sa.Integer, "campaign_id"),
        texts(view=20, part=100, respondent_group=100),
        columns(sa.Integer, "n"),
        columns(sa.LargeBinary, "counts"),
        references(campaign_id="campaign.id"),
        key=("campaign_id", "view", "part", "respondent_group"),
    )


def downgrade():
    op.drop_table("rollup_cell")
    op.drop_table("rollup")
    op.drop_index("ix_response_unfolded", "response")
    op.drop_column("response", "is_folded")
