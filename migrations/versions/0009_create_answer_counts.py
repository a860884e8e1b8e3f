"""Create the stored counts of a campaign's answers, and mark the responses they include.

A result must not read every response: it adds the few that are not counted yet.
"""

import sqlalchemy as sa
from alembic import op

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
    op.create_table(
        "rollup",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("made_for", sa.String(64), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("crossings", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("modes", sa.Text(), nullable=False),
        sa.Column("incomplete", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_rollup"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_rollup_campaign_id"),
    )
    op.create_table(
        "rollup_cell",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("view", sa.String(20), nullable=False),
        sa.Column("part", sa.String(100), nullable=False),
        sa.Column("respondent_group", sa.String(100), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "view", "part", "respondent_group", name="pk_rollup_cell"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_rollup_cell_campaign_id"),
    )


def downgrade():
    op.drop_table("rollup_cell")
    op.drop_table("rollup")
    op.drop_index("ix_response_unfolded", "response")
    op.drop_column("response", "is_folded")
