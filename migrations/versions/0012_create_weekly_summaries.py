"""Create weekly summaries and the letters that send them.

A summary is stored with its bytes, so that it stays as it was sent.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_weekly_summaries"
down_revision = "2026_11_24_api_tokens"


def upgrade():
    op.create_table(
        "weekly_plan",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_weekly_plan"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_weekly_plan_campaign_id"),
    )
    op.create_table(
        "weekly_summary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_weekly_summary"),
        sa.UniqueConstraint("campaign_id", "due_on", name="uq_weekly_summary_campaign_id_due_on"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_weekly_summary_campaign_id"),
    )
    op.create_table(
        "summary_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("summary_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(20), nullable=False),
        sa.Column("words", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_summary_letter"),
        sa.ForeignKeyConstraint(["summary_id"], ["weekly_summary.id"], name="fk_summary_letter_summary_id"),
    )
    op.create_index("ix_summary_letter_summary_id", "summary_letter", ["summary_id"])


def downgrade():
    op.drop_table("summary_letter")
    op.drop_table("weekly_summary")
    op.drop_table("weekly_plan")
