"""Who holds which role where, set without pages."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from survey.store import people
from survey.store.people import Role, RoleAssignment
from tests.builders import NOW


def only_role(session: Session, person_id: int, role: Role, unit_id: int) -> None:
    """Let a person hold one role at one unit, and none elsewhere."""
    session.execute(delete(RoleAssignment).where(RoleAssignment.person_id == person_id))
    people.grant(session, person_id, unit_id, role, now=NOW)
    person = people.by_id(session, person_id)
    assert person
    person.unit_id = unit_id
