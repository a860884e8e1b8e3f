"""What the page of a person shows, for every view that shows it."""

from sqlalchemy.orm import Session

from survey.accounts.forms import BelongsToForm, RoleForm
from survey.store import people, units
from survey.store.db import require
from survey.store.people import Person
from survey.web.context import database
from survey.web.permissions import role_names
from survey.web.templates import language


def load_person(person_id: int) -> Person:
    """The person with this number."""
    return database().read(lambda session: require(people.by_id(session, person_id)))


def load_person_page(official: Person, *, password: str | None = None) -> dict[str, object]:
    """What the template of a person's page needs; `password` is a new one, to be shown once."""

    def load(session: Session) -> dict[str, object]:
        return {
            "grants": people.grants_of(session, official.id),
            "units": {unit.id: unit for unit in units.units(session)},
        }

    return {
        "official": official,
        "roles": role_names(language()),
        "role_form": RoleForm(formdata=None),
        "unit_form": BelongsToForm(formdata=None, belongs_to=str(official.unit_id)),
        "password": password,
        **database().read(load),
    }
