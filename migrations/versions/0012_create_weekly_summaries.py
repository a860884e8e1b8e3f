"""Create weekly summaries and the letters that send them.

A summary is stored with its bytes, so that it stays as it was sent.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import TIME, columns, create_table, optional, references, texts, unique

revision = "2026_11_24_weekly_summaries"
down_revision = "2026_11_24_api_tokens"


def upgrade():
    create_table(
        "weekly_plan",
        columns(sa.Integer, "campaign_id"),
        texts(language=10),
        columns(sa.Text, "recipients"),
        columns(TIME, "since"),
        references(campaign_id="campaign.id"),
        key=("campaign_id",),
    )
    create_table(
        "weekly_summary",
        columns(sa.Integer, "id", "campaign_id"),
        columns(sa.Date, "due_on"),
        texts(language=10, state=10),
        columns(sa.Integer, "attempts"),
        columns(TIME, "try_at"),
        optional(TIME, "made_at"),
        optional(sa.Text, "said"),
        optional(sa.String(64), "sha256"),
        optional(sa.LargeBinary, "content"),
        unique("campaign_id", "due_on"),
        references(campaign_id="campaign.id"),
    )
    create_table(
        "summary_letter",
        columns(sa.Integer, "id", "summary_id"),
        texts(address=254, token=32, state=10),
        columns(sa.Integer, "attempts"),
        columns(TIME, "queued_at", "try_at"),
        optional(TIME, "sent_at"),
        texts(problem=20, words=200),
        references(summary_id="weekly_summary.id"),
    )
    op.create_index("ix_summary_letter_summary_id", "summary_letter", ["summary_id"])


def downgrade():
    op.drop_table("summary_letter")
    op.drop_table("weekly_summary")
    op.drop_table("weekly_plan")
