"""Create the batches in which the texts of citizens are shown to officials.

Comments, and opinions about the form, appear several at a time, so that whoever saw a person come does not
see that person's text come. Without a row nothing was shown yet, and the first look shows all there is.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import ROW_NUMBER, columns, create_table, references, texts

revision = "0023_create_text_batches"
down_revision = "0022_add_contact"


def upgrade():
    create_table(
        "text_batch",
        columns(sa.Integer, "campaign_id"),
        texts(kind=20),
        columns(ROW_NUMBER, "last_id"),
        references(campaign_id="campaign.id"),
        key=("campaign_id", "kind"),
    )


def downgrade():
    op.drop_table("text_batch")
