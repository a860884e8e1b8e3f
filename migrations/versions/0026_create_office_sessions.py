"""Add the sessions of officials, so that signing out ends what a copied cookie could go on with.

The sessions of before are over: officials sign in once more.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import TIME, alter_tables, columns, create_table, references, texts, unique

revision = "0026_create_office_sessions"
down_revision = "0025_create_editions"


def upgrade():
    create_table(
        "office_session",
        columns(sa.Integer, "id"),
        texts(token_hash=64),
        columns(sa.Integer, "person_id"),
        columns(TIME, "began_at", "used_at"),
        unique("token_hash"),
        references(person_id="person.id"),
    )
    op.create_index("ix_office_session_person_id", "office_session", ["person_id"])
    alter_tables("person", change="DROP COLUMN session_key")


def downgrade():
    op.drop_table("office_session")
    alter_tables("person", change="ADD COLUMN session_key VARCHAR(32) DEFAULT '' NOT NULL")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    random = "lower(hex(randomblob(16)))" if is_sqlite else "md5(random()::text || clock_timestamp()::text)"
    op.execute(f"UPDATE person SET session_key = {random}")  # noqa: S608 — one of the two above
