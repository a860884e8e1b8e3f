"""Add how a session began, second factors, passkeys, OpenID accounts, and units' roles that need a factor.

Sessions of before count as begun with a password, and nothing that needs a fresh proof is open to them.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tables import TIME, alter_tables, columns, create_table, optional, references, texts, unique

revision = "0029_add_sign_in"
down_revision = "0028_add_chain_of_the_log"
TABLES = ("required_factor", "openid_account", "sign_in_challenge", "passkey", "recovery_code", "totp_factor")


def upgrade():
    _extend_sessions()
    create_table(
        "totp_factor",
        columns(sa.Integer, "person_id"),
        columns(sa.Text, "sealed_secret"),
        columns(TIME, "created_at"),
        optional(TIME, "confirmed_at"),
        columns(sa.BigInteger, "last_step"),
        references(person_id="person.id"),
        key=("person_id",),
    )
    create_table(
        "recovery_code",
        columns(sa.Integer, "id", "person_id"),
        texts(code_hash=64),
        optional(TIME, "used_at"),
        unique("person_id", "code_hash"),
        references(person_id="person.id"),
    )
    create_table(
        "passkey",
        columns(sa.Integer, "id", "person_id"),
        texts(credential_hash=64),
        columns(sa.Text, "credential_id", "public_key"),
        columns(sa.BigInteger, "sign_count"),
        texts(name=80),
        columns(TIME, "created_at"),
        optional(TIME, "last_used_at"),
        unique("credential_hash"),
        references(person_id="person.id"),
    )
    op.create_index("ix_passkey_person_id", "passkey", ["person_id"])
    create_table(
        "sign_in_challenge",
        columns(sa.Integer, "id"),
        texts(challenge_hash=64, purpose=20),
        columns(TIME, "expires_at"),
        unique("challenge_hash"),
    )
    create_table(
        "openid_account",
        columns(sa.Integer, "id", "person_id"),
        texts(issuer=200, subject=255),
        columns(TIME, "linked_at"),
        unique("issuer", "subject"),
        references(person_id="person.id"),
    )
    create_table(
        "required_factor",
        columns(sa.Integer, "id", "unit_id"),
        texts(role=20),
        unique("unit_id", "role"),
        references(unit_id="unit.id"),
    )


def _extend_sessions():
    for column in (
        sa.Column("method", sa.String(20), nullable=False, server_default="password"),
        sa.Column("browser", sa.String(40), nullable=False, server_default=""),
        sa.Column("proven_at", TIME, nullable=True),
        sa.Column("must_enrol", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("office_session", column)


def downgrade():
    for table in TABLES:
        op.drop_table(table)
    for column in ("method", "browser", "proven_at", "must_enrol"):
        alter_tables("office_session", change=f"DROP COLUMN {column}")
