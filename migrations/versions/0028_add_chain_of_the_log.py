"""Add to each entry of the log the hash of the one before, its object, unit and reason; refuse changes.

The log proves who did what only as long as nobody can rewrite it. Triggers refuse to change and to remove an
entry, and to add one that does not follow from the last. Entries are numbered anew, because transactions of
PostgreSQL that were rolled back left gaps; nothing refers to their numbers.
"""

import json
from datetime import UTC
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

from migrations.tables import TIME, alter_tables

revision = "0028_add_chain_of_the_log"
down_revision = "0027_create_unit_tree"

COLUMNS = {
    "unit_id": "INTEGER",
    "object_kind": "VARCHAR(20)",
    "object_key": "VARCHAR(120)",
    "reason": "TEXT",
    "previous_hash": "VARCHAR(64) DEFAULT '' NOT NULL",
    "hash": "VARCHAR(64) DEFAULT '' NOT NULL",
}
INDEXED = ("person_id", "unit_id", "act", "object_kind", "object_key")
FIRST_PREVIOUS_HASH = "0" * 64
ROWS_AT_ONCE = 1000
EVENT = sa.table(
    "audit_event",
    sa.column("id", sa.Integer),
    sa.column("at", TIME),
    sa.column("person_id", sa.Integer),
    sa.column("act", sa.String),
    sa.column("subject", sa.String),
    sa.column("previous_hash", sa.String),
    sa.column("hash", sa.String),
)

REFUSALS = {
    "UPDATE": "the log is only added to; an entry of audit_event cannot be changed",
    "DELETE": "the log is only added to; an entry of audit_event cannot be removed",
    "TRUNCATE": "the log is only added to; audit_event cannot be emptied",
    "INSERT": "the log is a chain; a new entry of audit_event needs the next number and the last hash",
}


def upgrade():
    for name, kind in COLUMNS.items():
        alter_tables("audit_event", change=f"ADD COLUMN {name} {kind}")
    fill_chain(op.get_bind())
    op.create_index("ix_audit_event_at", "audit_event", ["at", "id"])
    for name in INDEXED:
        op.create_index(f"ix_audit_event_{name}", "audit_event", [name, "at", "id"])
    statements = sqlite_triggers() if is_sqlite() else postgresql_triggers()
    for statement in statements:
        op.execute(statement)


def downgrade():
    for name in ("follows", "no_update", "no_delete", *(() if is_sqlite() else ("no_truncate",))):
        op.execute(f"DROP TRIGGER audit_event_{name}" + ("" if is_sqlite() else " ON audit_event"))
    if not is_sqlite():
        op.execute("DROP FUNCTION refuse_change_of_audit_event()")
        op.execute("DROP FUNCTION check_audit_event_follows()")
        # From now on the database gives the numbers again.
        last = "(SELECT coalesce(max(id), 0) + 1 FROM audit_event)"
        op.execute(f"SELECT setval(pg_get_serial_sequence('audit_event', 'id'), {last}, false)")
    for name in ("at", *INDEXED):
        op.drop_index(f"ix_audit_event_{name}", "audit_event")
    for name in COLUMNS:
        alter_tables("audit_event", change=f"DROP COLUMN {name}")


def is_sqlite():
    return op.get_bind().dialect.name == "sqlite"


def fill_chain(connection):
    """Give every entry its number and hashes, in the order in which they were added."""
    last_id, number, previous_hash = 0, 0, FIRST_PREVIOUS_HASH
    oldest = sa.select(EVENT).order_by(EVENT.c.id).limit(ROWS_AT_ONCE)
    change = (
        EVENT.update()
        .where(EVENT.c.id == sa.bindparam("old_id"))
        .values(id=sa.bindparam("number"), previous_hash=sa.bindparam("before"), hash=sa.bindparam("own"))
    )
    while rows := connection.execute(oldest.where(EVENT.c.id > last_id)).all():
        changes = []
        for row in rows:
            number += 1
            own = hash_of(previous_hash, number, row)
            changes.append({"old_id": row.id, "number": number, "before": previous_hash, "own": own})
            previous_hash = own
        connection.execute(change, changes)
        last_id = rows[-1].id


def hash_of(previous_hash, number, row):
    """As `ChainedEntry.compute_hash` of the product; the last four are unit, object and reason."""
    moment = row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC)
    written = moment.astimezone(UTC).isoformat(timespec="microseconds")
    values = (previous_hash, number, written, row.person_id, row.act, row.subject, None, None, None, None)
    return sha256(json.dumps(values, separators=(",", ":")).encode()).hexdigest()


def sqlite_triggers():
    for operation in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER audit_event_no_{operation.lower()} BEFORE {operation} ON audit_event"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSALS[operation]}'); END"
        )
    # Without a number NEW.id is -1 here; INSERT OR REPLACE of an entry has a number that is taken.
    yield (
        "CREATE TRIGGER audit_event_follows BEFORE INSERT ON audit_event"  # noqa: S608
        " WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM audit_event)"
        " OR NEW.previous_hash IS NOT coalesce("
        f"(SELECT hash FROM audit_event ORDER BY id DESC LIMIT 1), '{FIRST_PREVIOUS_HASH}')"
        " OR length(NEW.hash) IS NOT 64"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSALS['INSERT']}'); END"
    )


def postgresql_triggers():
    messages = " ".join(
        f"WHEN '{operation}' THEN '{message}'"
        for operation, message in REFUSALS.items()
        if operation != "INSERT"
    )
    yield _function(
        "refuse_change_of_audit_event",
        f"RAISE EXCEPTION USING MESSAGE = CASE TG_OP {messages} END, ERRCODE = 'restrict_violation';",
    )
    for operation in ("UPDATE", "DELETE", "TRUNCATE"):
        yield (
            f"CREATE TRIGGER audit_event_no_{operation.lower()} BEFORE {operation} ON audit_event"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_event()"
        )
    yield _function(
        "check_audit_event_follows",
        "SELECT id, hash INTO last_id, last_hash FROM audit_event ORDER BY id DESC LIMIT 1;"  # noqa: S608
        " IF NEW.id IS DISTINCT FROM coalesce(last_id, 0) + 1"
        f" OR NEW.previous_hash IS DISTINCT FROM coalesce(last_hash, '{FIRST_PREVIOUS_HASH}')"
        " OR length(NEW.hash) IS DISTINCT FROM 64 THEN"
        f" RAISE EXCEPTION USING MESSAGE = '{REFUSALS['INSERT']}', ERRCODE = 'check_violation';"
        " END IF;"
        " RETURN NEW;",
        "DECLARE last_id integer; last_hash varchar;",
    )
    yield (
        "CREATE TRIGGER audit_event_follows BEFORE INSERT ON audit_event"
        " FOR EACH ROW EXECUTE FUNCTION check_audit_event_follows()"
    )


def _function(name, body, declared=""):
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        f" AS $body$ {declared} BEGIN {body} END $body$"
    )
