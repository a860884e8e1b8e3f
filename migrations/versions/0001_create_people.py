"""Create the officials and the log of their actions.

Every page of the office needs a person with a role, and every change is logged with that person.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import TIME, columns, create_table, optional, references, texts, unique

revision = "2026_11_24_people"
down_revision = None


def upgrade():
    create_table(
        "person",
        columns(sa.Integer, "id"),
        texts(username=60, full_name=120, role=20, password_hash=200, session_key=32),
        columns(sa.Boolean, "is_active"),
        columns(TIME, "created_at"),
        unique("username"),
    )
    create_table(
        "audit_event",
        columns(sa.Integer, "id"),
        columns(TIME, "at"),
        optional(sa.Integer, "person_id"),
        texts(act=60, subject=300),
        references(person_id="person.id"),
    )


def downgrade():
    op.drop_table("audit_event")
    op.drop_table("person")
