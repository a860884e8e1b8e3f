"""Add the contact details of a campaign.

The consent promises them: who keeps the answers, and whom a citizen asks. Campaigns of earlier releases have
none until an officer enters them.
"""

from migrations.tables import alter_tables

revision = "0022_add_contact"
down_revision = "0021_create_declined_visits"


def upgrade():
    alter_tables("campaign", change="ADD COLUMN contact TEXT")


def downgrade():
    alter_tables("campaign", change="DROP COLUMN contact")
