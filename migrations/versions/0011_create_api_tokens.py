"""Create tokens of the JSON API: hash, permissions, last day.

A program reads results without the password of a person.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import TIME, columns, create_table, optional, references, texts, unique

revision = "2026_11_24_api_tokens"
down_revision = "2026_11_24_forms_issued"


def upgrade():
    create_table(
        "api_token",
        columns(sa.Integer, "id", "person_id"),
        texts(name=80, token_hash=64),
        columns(sa.Text, "permissions"),
        columns(TIME, "created_at", "expires_at"),
        optional(TIME, "revoked_at"),
        optional(sa.Date, "last_used_on"),
        references(person_id="person.id"),
        unique("token_hash"),
    )
    op.create_index("ix_api_token_person_id", "api_token", ["person_id"])


def downgrade():
    op.drop_table("api_token")
