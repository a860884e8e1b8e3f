"""Create versions of questionnaires, campaigns, desks and collectors.

A campaign is bound to one version by its digest; a collector is the link of one campaign at one desk.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_fieldwork"
down_revision = "2026_11_24_people"


def upgrade():
    op.create_table(
        "instrument_version",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_instrument_version"),
    )
    op.create_table(
        "desk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk"),
        sa.UniqueConstraint("name", name="uq_desk_name"),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("instrument_digest", sa.String(64), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("populations", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
        sa.UniqueConstraint("key", name="uq_campaign_key"),
        sa.ForeignKeyConstraint(
            ["instrument_digest"], ["instrument_version.digest"], name="fk_campaign_instrument_digest"
        ),
    )
    op.create_table(
        "collector",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("desk_id", sa.Integer(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_collector"),
        sa.UniqueConstraint("code", name="uq_collector_code"),
        sa.UniqueConstraint("campaign_id", "desk_id", name="uq_collector_campaign_id_desk_id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_collector_campaign_id"),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name="fk_collector_desk_id"),
    )
    op.create_index("ix_collector_campaign_id", "collector", ["campaign_id"])


def downgrade():
    op.drop_table("collector")
    op.drop_table("campaign")
    op.drop_table("desk")
    op.drop_table("instrument_version")
