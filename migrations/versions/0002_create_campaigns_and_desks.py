"""Create versions of questionnaires, campaigns, desks and collectors.

A campaign is bound to one version by its digest; a collector is the link of one campaign at one desk.
"""

from alembic import op

from migrations.tables import (
    DAY,
    FLAG,
    NUMBER,
    TEXT,
    TIME,
    columns,
    create_table,
    optional,
    references,
    texts,
    unique,
)

revision = "2026_11_24_fieldwork"
down_revision = "2026_11_24_people"


def upgrade():
    create_table(
        "instrument_version",
        texts(digest=64, key=40),
        columns(NUMBER, "version"),
        columns(TEXT, "document"),
        columns(TIME, "published_at"),
        key=("digest",),
    )
    create_table(
        "desk",
        columns(NUMBER, "id"),
        texts(name=200, name_en=200),
        unique("name"),
    )
    create_table(
        "campaign",
        columns(NUMBER, "id"),
        texts(key=60, name=200, instrument_digest=64),
        columns(DAY, "opens_on", "closes_on"),
        columns(FLAG, "is_demo"),
        columns(TEXT, "populations"),
        columns(TIME, "created_at"),
        unique("key"),
        references(instrument_digest="instrument_version.digest"),
    )
    create_table(
        "collector",
        columns(NUMBER, "id"),
        texts(code=40),
        columns(NUMBER, "campaign_id", "desk_id"),
        optional(NUMBER, "quota"),
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
