"""What the page of a person shows, for every view that shows it."""

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts.authority_rows import authority_rows
from survey.accounts.forms import BelongsToForm, LeaveForm, NamesForm, RoleForm
from survey.accounts.invitations import Invitation, letters_work
from survey.store import password_links, people, units
from survey.store.db import require
from survey.store.people import Person
from survey.web.context import database, today
from survey.web.permissions import role_names
from survey.web.templates import language, page_with_errors


def load_person(person_id: int) -> Person:
    """The person with this number."""
    return database().read(lambda session: require(people.present(session, person_id)))


def person_page(
    official: Person,
    errors: dict[str, str] | None = None,
    *,
    invitation: Invitation | None = None,
    names_form: NamesForm | None = None,
    leave_form: LeaveForm | None = None,
) -> ResponseReturnValue:
    """The page of a person, with what is wrong with a form that was sent, or a link that was just made."""

    def load(session: Session) -> dict[str, object]:
        tree, grants = units.units(session), people.grants_of(session, official.id)
        return {
            "grants": grants,
            "units": {unit.id: unit for unit in tree},
            "authority": authority_rows(grants, tree, language()),
            "letter": password_links.last_letter(session, official.id),
        }

    return page_with_errors(
        "accounts/person.html",
        errors or {},
        official=official,
        roles=role_names(language()),
        role_form=RoleForm(formdata=None),
        unit_form=BelongsToForm(formdata=None, belongs_to=str(official.unit_id)),
        names_form=names_form or NamesForm(formdata=None, obj=official),
        leave_form=leave_form or LeaveForm(formdata=None, obj=official),
        invitation=invitation,
        with_letters=letters_work(),
        today=today(),
        **database().read(load),
    )
