"""Create responses and the counts of people who declined.

The submission id and the hash of the receipt are unique, so that a form sent twice is stored once.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import ROW_NUMBER, TIME, columns, create_table, optional, references, texts, unique

revision = "2026_11_24_responses"
down_revision = "2026_11_24_fieldwork"


def upgrade():
    create_table(
        "response",
        columns(ROW_NUMBER, "id"),
        texts(submission_id=36, receipt_hash=64),
        columns(sa.Integer, "campaign_id", "collector_id"),
        texts(instrument_digest=64, language=10, mode=10),
        columns(TIME, "received_at"),
        columns(sa.Boolean, "is_complete"),
        optional(sa.Text, "answers", "comment"),
        optional(TIME, "withdrawn_at"),
        unique("submission_id"),
        unique("receipt_hash"),
        references(
            campaign_id="campaign.id",
            collector_id="collector.id",
            instrument_digest="instrument_version.digest",
        ),
    )
    op.create_index("ix_response_campaign", "response", ["campaign_id", "withdrawn_at"])
    op.create_index("ix_response_collector_id", "response", ["collector_id"])
    create_table(
        "decline_count",
        columns(sa.Integer, "collector_id"),
        columns(sa.Date, "day"),
        columns(sa.Integer, "n"),
        references(collector_id="collector.id"),
        key=("collector_id", "day"),
    )


def downgrade():
    op.drop_table("decline_count")
    op.drop_table("response")
