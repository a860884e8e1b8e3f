"""A filled database of the release before the tree of units: up, down and up again, nothing is lost."""

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from survey.results.campaign import campaign_results
from survey.store import audit, fieldwork, migrate, people, scorecards, units
from survey.store.db import Database
from survey.store.people import Role, RoleAssignment
from survey.store.units import Unit
from tests.builders import NOW
from tests.roles import only_role

pytestmark = pytest.mark.slow
BEFORE = "0026_create_office_sessions"


@pytest.fixture
def database_with_a_member(demo_url: str) -> Database:
    """The demonstration, with a viewer who belongs to the first unit below the province."""
    database = Database(demo_url)

    def join(session: Session) -> None:
        unit = units.units(session)[1]
        only_role(session, 2, Role.VIEWER, unit.id)

    database.write(join)
    return database


def digests(database: Database) -> dict[str, str]:
    def compute(session: Session) -> dict[str, str]:
        campaigns = fieldwork.campaigns(session)
        return {c.key: campaign_results(session, c, computed_at=NOW).digest for c in campaigns}

    return database.read(compute)


def roles(database: Database) -> list[tuple[str, str, str]]:
    """Who holds which role at which unit."""
    query = (
        select(people.Person.username, RoleAssignment.role, Unit.name)
        .join(RoleAssignment, RoleAssignment.person_id == people.Person.id)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .order_by(people.Person.username)
    )
    return database.read(lambda session: [(a, b, c) for a, b, c in session.execute(query)])


def test_results_roles_and_the_log_survive(database_with_a_member: Database) -> None:
    before, held = digests(database_with_a_member), roles(database_with_a_member)
    cards = database_with_a_member.read(
        lambda session: [(row.card.id, row.unit.name) for row in scorecards.cards(session)]
    )
    n_entries = database_with_a_member.read(audit.extent)[0]
    migrate.downgrade(database_with_a_member, BEFORE)
    with database_with_a_member.engine.connect() as connection:
        assert "role_assignment" not in inspect(connection).get_table_names()
        members = connection.execute(text("SELECT person_id, unit_id FROM person_unit")).all()
        assert [row.person_id for row in members] == [2]
        assert (
            connection.execute(text("SELECT role FROM person WHERE id = 1")).scalar_one() == "administrator"
        )
        assert (
            connection.execute(text("SELECT count(*) FROM unit WHERE name = 'Toàn tỉnh'")).scalar_one() == 0
        )
    migrate.upgrade(database_with_a_member)
    assert digests(database_with_a_member) == before
    assert len(before) == 2
    assert roles(database_with_a_member) == held
    assert cards == database_with_a_member.read(
        lambda session: [(row.card.id, row.unit.name) for row in scorecards.cards(session)]
    )
    assert database_with_a_member.read(audit.extent)[0] == n_entries
    assert database_with_a_member.read(lambda session: len(units.units(session))) == 22
    database_with_a_member.dispose()
