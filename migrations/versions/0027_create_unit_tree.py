"""Make the units a tree below one province, and let people hold roles at units.

Whoever had a role in the whole installation has it at the province. A person who belonged to a unit has the
role there; an administrator keeps it at the province, so that none is lost. Campaigns, desks, versions and
tokens belong to the province.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from migrations.tables import TIME, columns, create_table, optional, references, texts, unique

revision = "0027_create_unit_tree"
down_revision = "0026_create_office_sessions"

_PROVINCE = {"name": "Toàn tỉnh", "translations": '{"en": "The whole province"}'}
_OF_A_UNIT = ("campaign", "desk", "person", "api_token")
_VERSIONS = ("instrument_version", "scorecard_version")


def upgrade():
    province = _add_tree()
    for table in _OF_A_UNIT:
        with op.batch_alter_table(table) as change:
            change.add_column(sa.Column("unit_id", sa.Integer, nullable=False, server_default=str(province)))
            change.create_foreign_key(f"fk_{table}_unit_id", "unit", ["unit_id"], ["id"])
        with op.batch_alter_table(table) as change:
            change.alter_column("unit_id", existing_type=sa.Integer, server_default=None)
        op.create_index(f"ix_{table}_unit_id", table, ["unit_id"])
    with op.batch_alter_table("desk") as change:
        change.drop_constraint("uq_desk_name", type_="unique")
        change.create_unique_constraint("uq_desk_unit_id_name", ["unit_id", "name"])
    _share_versions(province)
    _create_roles(province)
    op.drop_table("person_unit")
    with op.batch_alter_table("person") as change:
        change.drop_column("role")


def _add_tree():
    """Put every unit below a new province; its number."""
    with op.batch_alter_table("unit") as change:
        change.add_column(sa.Column("parent_id", sa.Integer, nullable=True))
        change.add_column(sa.Column("kind", sa.String(20), nullable=False, server_default="department"))
        change.add_column(sa.Column("path", sa.String(200), nullable=False, server_default="/"))
        change.add_column(sa.Column("closed_on", sa.Date, nullable=True))
        change.add_column(sa.Column("successor_id", sa.Integer, nullable=True))
        change.create_foreign_key("fk_unit_parent_id", "unit", ["parent_id"], ["id"])
        change.create_foreign_key("fk_unit_successor_id", "unit", ["successor_id"], ["id"])
        change.drop_constraint("uq_unit_name", type_="unique")
        change.create_unique_constraint("uq_unit_parent_id_name", ["parent_id", "name"])
    with op.batch_alter_table("unit") as change:
        change.alter_column("kind", existing_type=sa.String(20), server_default=None)
        change.alter_column("path", existing_type=sa.String(200), server_default=None)
    unit = sa.table("unit", *map(sa.column, ("id", "name", "translations", "parent_id", "kind", "path")))
    connection = op.get_bind()
    connection.execute(sa.insert(unit).values(**_PROVINCE, kind="province", path="/"))
    province = connection.scalar(sa.select(sa.func.max(unit.c.id)))
    connection.execute(sa.update(unit).where(unit.c.id == province).values(path=f"/{province}/"))
    below = sa.literal(f"/{province}/") + sa.cast(unit.c.id, sa.String) + "/"
    connection.execute(sa.update(unit).where(unit.c.id != province).values(parent_id=province, path=below))
    op.create_index("ix_unit_path", "unit", ["path"])
    create_table(
        "unit_change",
        columns(sa.Integer, "id", "unit_id"),
        columns(TIME, "changed_at"),
        texts(kind=20, name=200),
        columns(sa.Text, "translations"),
        optional(sa.Integer, "parent_id"),
        references(unit_id="unit.id", parent_id="unit.id"),
    )
    op.create_index("ix_unit_change_unit_id", "unit_change", ["unit_id"])
    return province


def _share_versions(province):
    for table in _VERSIONS:
        create_table(
            f"{table}_unit",
            texts(digest=64),
            columns(sa.Integer, "unit_id"),
            references(digest=f"{table}.digest", unit_id="unit.id"),
            key=("digest", "unit_id"),
        )
        op.execute(f"INSERT INTO {table}_unit (digest, unit_id) SELECT digest, {province} FROM {table}")  # noqa: S608


def _create_roles(province):
    create_table(
        "role_assignment",
        columns(sa.Integer, "id", "person_id", "unit_id"),
        texts(role=20),
        columns(TIME, "granted_at"),
        unique("person_id", "unit_id", "role"),
        references(person_id="person.id", unit_id="unit.id"),
    )
    op.create_index("ix_role_assignment_unit_id", "role_assignment", ["unit_id"])
    person = sa.table("person", *map(sa.column, ("id", "role", "unit_id")))
    member = sa.table("person_unit", *map(sa.column, ("person_id", "unit_id")))
    granted = sa.table(
        "role_assignment", *map(sa.column, ("person_id", "unit_id", "role")), sa.column("granted_at", TIME)
    )
    connection = op.get_bind()
    own = dict(connection.execute(sa.select(member.c.person_id, member.c.unit_id)).all())
    now = datetime.now(UTC)
    for number, role in connection.execute(sa.select(person.c.id, person.c.role)).all():
        unit = own.get(number, province)
        connection.execute(sa.update(person).where(person.c.id == number).values(unit_id=unit))
        unit_id = province if role == "administrator" else unit
        values = {"person_id": number, "unit_id": unit_id, "role": role, "granted_at": now}
        connection.execute(sa.insert(granted).values(**values))


# The release before knows four roles, one a person. The first of these that somebody holds stays.
_ROLES_OF_BEFORE = {
    "administrator": "administrator",
    "officer": "officer",
    "leader": "leader",
    "analyst": "viewer",
    "inspector": "viewer",
    "clerk": "viewer",
    "viewer": "viewer",
}


def downgrade():
    connection = op.get_bind()
    province = connection.scalar(sa.text("SELECT id FROM unit WHERE parent_id IS NULL"))
    with op.batch_alter_table("person") as change:
        change.add_column(sa.Column("role", sa.String(20), nullable=False, server_default="viewer"))
    with op.batch_alter_table("person") as change:
        change.alter_column("role", existing_type=sa.String(20), server_default=None)
    create_table(
        "person_unit",
        columns(sa.Integer, "person_id", "unit_id"),
        references(person_id="person.id", unit_id="unit.id"),
        key=("person_id",),
    )
    _take_back_roles(connection, province)
    for table in ("role_assignment", *(f"{table}_unit" for table in _VERSIONS)):
        op.drop_table(table)
    with op.batch_alter_table("desk") as change:
        change.drop_constraint("uq_desk_unit_id_name", type_="unique")
    _tell_apart("desk")
    with op.batch_alter_table("desk") as change:
        change.create_unique_constraint("uq_desk_name", ["name"])
    for table in _OF_A_UNIT:
        op.drop_index(f"ix_{table}_unit_id", table)
        with op.batch_alter_table(table) as change:
            change.drop_constraint(f"fk_{table}_unit_id", type_="foreignkey")
            change.drop_column("unit_id")
    op.drop_table("unit_change")
    _remove_tree(province)


def _take_back_roles(connection, province):
    query = sa.text(
        "SELECT person_id, role_assignment.unit_id, role_assignment.role, person.unit_id "
        "FROM role_assignment JOIN person ON person.id = person_id"
    )
    held = {}
    for number, unit, role, own in connection.execute(query).all():
        unit_id = own if role == "administrator" else unit
        held.setdefault(number, []).append((list(_ROLES_OF_BEFORE).index(role), unit_id, role))
    for number, roles in held.items():
        _rank, unit, role = min(roles)
        change = sa.text("UPDATE person SET role = :role WHERE id = :id")
        connection.execute(change, {"role": _ROLES_OF_BEFORE[role], "id": number})
        if unit != province:
            member = sa.text("INSERT INTO person_unit (person_id, unit_id) VALUES (:id, :unit)")
            connection.execute(member, {"id": number, "unit": unit})


def _tell_apart(table):
    """Give rows of one name their numbers behind it: the release before has each name once."""
    op.execute(
        f"UPDATE {table} SET name = substr(name, 1, 180) || ' (' || id || ')' "  # noqa: S608
        f"WHERE id NOT IN (SELECT min(id) FROM {table} GROUP BY name)"
    )


def _remove_tree(province):
    op.drop_index("ix_unit_path", "unit")
    with op.batch_alter_table("unit") as change:
        change.drop_constraint("uq_unit_parent_id_name", type_="unique")
        change.drop_constraint("fk_unit_parent_id", type_="foreignkey")
        change.drop_constraint("fk_unit_successor_id", type_="foreignkey")
        for column in ("parent_id", "kind", "path", "closed_on", "successor_id"):
            change.drop_column(column)
    _tell_apart("unit")
    used = " UNION ".join(f"SELECT unit_id FROM {t}" for t in ("scorecard", "plan_task", "person_unit"))  # noqa: S608
    op.execute(
        f"DELETE FROM unit WHERE id = {province} AND id NOT IN "  # noqa: S608
        f"({used} UNION SELECT unit_id FROM collector WHERE unit_id IS NOT NULL)"
    )
    with op.batch_alter_table("unit") as change:
        change.create_unique_constraint("uq_unit_name", ["name"])
