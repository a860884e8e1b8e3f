"""Create responses and the counts of people who declined.

The submission id and the hash of the receipt are unique, so that a form sent twice is stored once.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_responses"
down_revision = "2026_11_24_fieldwork"


def upgrade():
    op.create_table(
        "response",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.String(36), nullable=False),
        sa.Column("receipt_hash", sa.String(64), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("instrument_digest", sa.String(64), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_response"),
        sa.UniqueConstraint("submission_id", name="uq_response_submission_id"),
        sa.UniqueConstraint("receipt_hash", name="uq_response_receipt_hash"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_response_campaign_id"),
        sa.ForeignKeyConstraint(["collector_id"], ["collector.id"], name="fk_response_collector_id"),
        sa.ForeignKeyConstraint(
            ["instrument_digest"], ["instrument_version.digest"], name="fk_response_instrument_digest"
        ),
    )
    op.create_index("ix_response_campaign", "response", ["campaign_id", "withdrawn_at"])
    op.create_index("ix_response_collector_id", "response", ["collector_id"])
    op.create_table(
        "decline_count",
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("collector_id", "day", name="pk_decline_count"),
        sa.ForeignKeyConstraint(["collector_id"], ["collector.id"], name="fk_decline_count_collector_id"),
    )


def downgrade():
    op.drop_table("decline_count")
    op.drop_table("response")
