"""Create export jobs.

A file of many responses takes longer than a request may; a job is made in the background and held by a lease.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import TIME, columns, create_table, optional, references, texts

revision = "2026_11_24_export_jobs"
down_revision = "2026_11_24_phone"


def upgrade():
    create_table(
        "export_job",
        texts(id=32),
        columns(sa.Integer, "campaign_id"),
        optional(sa.Integer, "person_id"),
        texts(format=20, language=10, state=10),
        columns(sa.Integer, "done", "total", "attempts"),
        optional(TIME, "lease_until"),
        columns(TIME, "created_at"),
        optional(TIME, "finished_at"),
        references(campaign_id="campaign.id", person_id="person.id"),
    )
    op.create_index("ix_export_job_campaign_id", "export_job", ["campaign_id"])


def downgrade():
    op.drop_table("export_job")
