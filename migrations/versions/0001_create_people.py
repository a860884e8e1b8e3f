"""Create the officials and the log of their actions.

Every page of the office needs a person with a role, and every change is logged with that person.
"""

from alembic import op

from migrations.tables import FLAG, NUMBER, TIME, columns, create_table, optional, references, texts, unique

revision = "2026_11_24_people"
down_revision = None


def upgrade():
    create_table(
        "person",
        columns(NUMBER, "id"),
        texts(username=60, full_name=120, role=20, password_hash=200, session_key=32),
        columns(FLAG, "is_active"),
        columns(TIME, "created_at"),
        unique("username"),
    )
    create_table(
        "audit_event",
        columns(NUMBER, "id"),
        columns(TIME, "at"),
        optional(NUMBER, "person_id"),
        texts(act=60, subject=300),
        references(person_id="person.id"),
    )


def downgrade():
    op.drop_table("audit_event")
    op.drop_table("person")
