"""What the page of a person shows, for every view that shows it."""

from sqlalchemy.orm import Session

from survey.accounts.forms import BelongsToForm, RoleForm
from survey.store import people, units
from survey.store.people import Person
from survey.web.context import database
from survey.web.guards import reach_of
from survey.web.permissions import Permission, role_names
from survey.web.templates import language
from survey.web.unit_choices import unit_choices


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
        "role_form": role_form(bound=False),
        "unit_form": belongs_to_form(official, bound=False),
        "password": password,
        **database().read(load),
    }


def role_form(*, bound: bool) -> RoleForm:
    """The form of a role, with the units where one may give roles."""
    form = RoleForm() if bound else RoleForm(formdata=None)
    form.unit.choices = unit_choices(reach_of(Permission.PEOPLE_MANAGE))
    return form


def belongs_to_form(official: Person, *, bound: bool) -> BelongsToForm:
    """The form of the unit that a person belongs to."""
    form = BelongsToForm() if bound else BelongsToForm(formdata=None, belongs_to=str(official.unit_id))
    form.belongs_to.choices = unit_choices(reach_of(Permission.PEOPLE_MANAGE))
    return form
