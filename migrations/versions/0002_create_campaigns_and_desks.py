"""Create versions of questionnaires, campaigns, desks and collectors.

A campaign is bound to one version by its digest; a collector is the link of one campaign at one desk.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import TIME, columns, create_table, documents, optional, references, texts, unique

revision = "2026_11_24_fieldwork"
down_revision = "2026_11_24_people"


def upgrade():
    create_table("instrument_version", documents(), key=("digest",))
    create_table("desk", columns(sa.Integer, "id"), texts(name=200, name_en=200), unique("name"))
    create_table(
        "campaign",
        columns(sa.Integer, "id"),
        texts(key=60, name=200, instrument_digest=64),
        columns(sa.Date, "opens_on", "closes_on"),
        columns(sa.Boolean, "is_demo"),
        columns(sa.Text, "populations"),
        columns(TIME, "created_at"),
        unique("key"),
        references(instrument_digest="instrument_version.digest"),
    )
    create_table(
        "collector",
        columns(sa.Integer, "id"),
        texts(code=40),
        columns(sa.Integer, "campaign_id", "desk_id"),
        optional(sa.Integer, "quota"),
        unique("code"),
        unique("campaign_id", "desk_id"),
        references(campaign_id="campaign.id", desk_id="desk.id"),
    )
    op.create_index("ix_collector_campaign_id", "collector", ["campaign_id"])


def downgrade():
    op.drop_table("collector")
    op.drop_table("campaign")
    op.drop_table("desk")
    op.drop_table("instrument_version")
