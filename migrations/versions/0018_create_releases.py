"""Create the released results of campaigns.

Results move in steps of several forms, so that two looks at an open survey do not differ by one person. A
step is stored: everybody sees the same, and later steps are checked against all earlier ones.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import ROW_NUMBER, TIME, columns, create_table, references, texts

revision = "0018_create_releases"
down_revision = "0017_create_installation_facts"


def upgrade():
    create_table(
        "released_results",
        columns(sa.Integer, "campaign_id", "number"),
        texts(layout=10),
        columns(ROW_NUMBER, "last_response_id"),
        columns(TIME, "released_at"),
        columns(sa.Boolean, "is_final"),
        columns(sa.Text, "crossings", "languages", "modes"),
        columns(sa.Integer, "incomplete"),
        columns(sa.Text, "withdrawn"),
        references(campaign_id="campaign.id"),
        key=("campaign_id",),
    )
    create_table(
        "release_step",
        columns(sa.Integer, "campaign_id", "number"),
        columns(TIME, "released_at"),
        columns(sa.Text, "changes", "parts"),
        references(campaign_id="campaign.id"),
        key=("campaign_id", "number"),
    )
    create_table(
        "released_cell",
        columns(sa.Integer, "campaign_id"),
        texts(view=20),
        columns(sa.Text, "part"),
        texts(respondent_group=100),
        columns(sa.Boolean, "is_shown"),
        columns(sa.Integer, "number"),
        columns(sa.LargeBinary, "counts"),
        references(campaign_id="campaign.id"),
        key=("campaign_id", "view", "part", "respondent_group", "is_shown"),
    )

    create_table(
        "released_certificate",
        columns(sa.Integer, "campaign_id", "number"),
        columns(sa.LargeBinary, "document"),
        references(campaign_id="campaign.id"),
        key=("campaign_id",),
    )


def downgrade():
    op.drop_table("released_certificate")
    op.drop_table("released_cell")
    op.drop_table("release_step")
    op.drop_table("released_results")
