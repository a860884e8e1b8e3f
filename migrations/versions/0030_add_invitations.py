"""Add what accounts need without told passwords: addresses, leave, deletion, links to set a password.

People of before keep their passwords and have no address.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import TIME, alter_tables, columns, create_table, optional, references, texts, unique

revision = "0030_add_invitations"
down_revision = "0029_add_sign_in"
_NEW_COLUMNS = {
    "email": sa.String(254),
    "away_from": sa.Date(),
    "away_until": sa.Date(),
    "deleted_at": TIME,
}


def upgrade():
    for name, kind in _NEW_COLUMNS.items():
        op.add_column("person", sa.Column(name, kind, nullable=True))
    create_table(
        "password_link",
        columns(sa.Integer, "id", "person_id"),
        optional(sa.String(64), "token_hash"),
        columns(TIME, "expires_at"),
        optional(sa.String(254), "address"),
        texts(language=10),
        optional(TIME, "due_at", "sent_at"),
        columns(sa.Integer, "n_attempts"),
        optional(sa.String(200), "failure"),
        unique("token_hash"),
        references(person_id="person.id"),
    )
    op.create_index("ix_password_link_person_id", "password_link", ["person_id"])
    op.create_index("ix_password_link_due_at", "password_link", ["due_at"])
    create_table(
        "import_draft",
        columns(sa.Integer, "person_id"),
        texts(kind=20, file_name=200),
        columns(sa.Text, "rows"),
        columns(TIME, "created_at"),
        references(person_id="person.id"),
        key=("person_id", "kind"),
    )


def downgrade():
    op.drop_table("import_draft")
    op.drop_table("password_link")
    for name in _NEW_COLUMNS:
        alter_tables("person", change=f"DROP COLUMN {name}")
