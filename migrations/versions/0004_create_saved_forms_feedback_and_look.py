"""Create saved forms, opinions about the form, and the appearance of the office's pages.

A person may continue a form on another device; an office shows its own colour and logo.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import ROW_NUMBER, TIME, columns, create_table, optional, references, texts, unique

revision = "2026_11_24_phone"
down_revision = "2026_11_24_responses"


def upgrade():
    create_table(
        "saved_form",
        columns(ROW_NUMBER, "id"),
        texts(code_hash=64, submission_id=36, collector_code=40, instrument_digest=64),
        columns(sa.Text, "answers"),
        optional(sa.Text, "comment"),
        columns(TIME, "expires_at"),
        unique("code_hash"),
        unique("submission_id"),
        references(collector_code="collector.code", instrument_digest="instrument_version.digest"),
    )
    op.create_index("ix_saved_form_expires_at", "saved_form", ["expires_at"])
    create_table(
        "form_feedback",
        columns(ROW_NUMBER, "id"),
        columns(sa.Integer, "campaign_id"),
        texts(language=10),
        columns(sa.Integer, "ease"),
        optional(sa.Text, "words"),
        columns(sa.Date, "day"),
        references(campaign_id="campaign.id"),
    )
    op.create_index("ix_form_feedback_campaign_id", "form_feedback", ["campaign_id"])
    create_table(
        "office_look",
        columns(sa.Integer, "id"),
        optional(sa.String(7), "accent"),
        optional(sa.LargeBinary, "logo"),
        columns(TIME, "changed_at"),
    )


def downgrade():
    op.drop_table("office_look")
    op.drop_table("form_feedback")
    op.drop_table("saved_form")
