"""Change the words of two actions in the log of the office.

The log said "let in" and "shut out" where the page says "Activate account" and "Deactivate account".
"""

import sqlalchemy as sa
from alembic import op

revision = "0020_change_account_actions"
down_revision = "0019_change_complete_forms"

WORDS = {"let in": "activated account", "shut out": "deactivated account"}


def _replace(before, after):
    update = sa.text("UPDATE audit_event SET act = :after WHERE act = :before")
    op.execute(update.bindparams(before=before, after=after))


def upgrade():
    for before, after in WORDS.items():
        _replace(before, after)


def downgrade():
    for before, after in WORDS.items():
        _replace(after, before)
