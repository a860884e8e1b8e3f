"""Tables as migrations write them: groups of columns, and constraints named after the table and its columns.

The schema of every database is made with these functions: none of them changes what it returns. What a later
migration needs beside them gets a function of its own.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite counts up INTEGER keys only
TIME = sa.DateTime(timezone=True)

Kind = type[TypeEngine[Any]] | TypeEngine[Any]
Columns = Sequence[sa.Column[Any]]
Constraints = Sequence[sa.Constraint]


def create_table(table: str, *parts: Columns | Constraints, key: Sequence[str] = ("id",)) -> None:
    """Create a table with these columns and constraints, in their order, and its primary key."""
    items = [item for part in parts for item in part]
    for item in items:
        if isinstance(item, sa.Constraint):
            item.name = str(item.name).format(table=table)
    op.create_table(table, *items, sa.PrimaryKeyConstraint(*key, name=f"pk_{table}"))


def columns(kind: Kind, *names: str) -> Columns:
    """Columns of one type that always have a value."""
    return [sa.Column(name, kind, nullable=False) for name in names]


def optional(kind: Kind, *names: str) -> Columns:
    """Columns of one type that may be NULL."""
    return [sa.Column(name, kind, nullable=True) for name in names]


def texts(**lengths: int) -> Columns:
    """Required texts; a name with how many characters it holds."""
    return [sa.Column(name, sa.String(length), nullable=False) for name, length in lengths.items()]


def documents() -> Columns:
    """Columns of a table of published documents. The digest of a document is its key."""
    names = texts(digest=64, key=40)
    return [
        *names,
        *columns(sa.Integer, "version"),
        *columns(sa.Text, "document"),
        *columns(TIME, "published_at"),
    ]


def unique(*names: str) -> Constraints:
    """No two rows have the same values in all of these columns."""
    return [sa.UniqueConstraint(*names, name="uq_{table}_" + "_".join(names))]


def references(**targets: str) -> Constraints:
    """Foreign keys; a column with the `table.column` it refers to."""
    return [
        sa.ForeignKeyConstraint([column], [target], name="fk_{table}_" + column)
        for column, target in targets.items()
    ]


def alter_tables(*tables: str, change: str) -> None:
    """Change tables by SQL that both databases accept; batch mode would copy tables that others refer to."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} {change}")
