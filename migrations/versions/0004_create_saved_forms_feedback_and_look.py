"""Create saved forms, opinions about the form, and the appearance of the office's pages.

A person may continue a form on another device; an office shows its own colour and logo.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_phone"
down_revision = "2026_11_24_responses"


def upgrade():
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "saved_form",
        sa.Column("id", number, nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("submission_id", sa.String(36), nullable=False),
        sa.Column("collector_code", sa.String(40), nullable=False),
        sa.Column("instrument_digest", sa.String(64), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_form"),
        sa.UniqueConstraint("code_hash", name="uq_saved_form_code_hash"),
        sa.UniqueConstraint("submission_id", name="uq_saved_form_submission_id"),
        sa.ForeignKeyConstraint(["collector_code"], ["collector.code"], name="fk_saved_form_collector_code"),
        sa.ForeignKeyConstraint(
            ["instrument_digest"], ["instrument_version.digest"], name="fk_saved_form_instrument_digest"
        ),
    )
    op.create_index("ix_saved_form_expires_at", "saved_form", ["expires_at"])
    op.create_table(
        "form_feedback",
        sa.Column("id", number, nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("ease", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_form_feedback"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_form_feedback_campaign_id"),
    )
    op.create_index("ix_form_feedback_campaign_id", "form_feedback", ["campaign_id"])

    op.create_table(
        "office_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("accent", sa.String(7), nullable=True),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_office_look"),
    )


def downgrade():
    op.drop_table("office_look")
    op.drop_table("form_feedback")
    op.drop_table("saved_form")
