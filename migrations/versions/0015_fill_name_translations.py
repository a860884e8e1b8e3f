"""Fill the translations of the names of desks and units from their English names."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0015_fill_name_translations"
down_revision = "0014_add_name_translations"


def upgrade():
    connection = op.get_bind()
    for rows in _tables():
        for row in connection.execute(sa.select(rows)).all():
            names = json.dumps({"en": row.name_en}, separators=(",", ":"))
            connection.execute(sa.update(rows).where(rows.c.id == row.id).values(translations=names))


def downgrade():
    connection = op.get_bind()
    for rows in _tables():
        for row in connection.execute(sa.select(rows)).all():
            english = json.loads(row.translations).get("en") or row.name
            connection.execute(sa.update(rows).where(rows.c.id == row.id).values(name_en=english))


def _tables():
    columns = ("id", "name", "name_en", "translations")
    return [sa.table(name, *map(sa.column, columns)) for name in ("desk", "unit")]
