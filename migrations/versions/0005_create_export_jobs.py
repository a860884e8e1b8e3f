"""Create export jobs.

A file of many responses takes longer than a request may; a job is made in the background and held by a lease.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_export_jobs"
down_revision = "2026_11_24_phone"


def upgrade():
    op.create_table(
        "export_job",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("format", sa.String(20), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_export_job"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_export_job_campaign_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_export_job_person_id"),
    )
    op.create_index("ix_export_job_campaign_id", "export_job", ["campaign_id"])


def downgrade():
    op.drop_table("export_job")
