"""Pages to manage officials."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts import officials
from survey.accounts.forms import PersonForm
from survey.accounts.passwords import new_password
from survey.accounts.person_page import load_person, load_person_page
from survey.store import people, units
from survey.store.audit import AuditAction, AuditObject, ObjectKind
from survey.store.people import Person, Role
from survey.web.changes import About, audited_change
from survey.web.context import database, now
from survey.web.guards import fresh, may, reach_of, signed_in_id
from survey.web.permissions import Permission, role_names
from survey.web.redirects import redirect_to
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

bp = Blueprint("accounts", __name__, url_prefix="/office")


@bp.get("/people")
@may(Permission.PEOPLE_MANAGE)
def everybody() -> ResponseReturnValue:
    """Everybody who may sign in."""
    return _people_page(PersonForm(formdata=None), {})


@bp.post("/people")
@may(Permission.PEOPLE_MANAGE)
@fresh
def add_person() -> ResponseReturnValue:
    """Add an official with a random password, which is shown once."""
    form, created_at = PersonForm(), now()
    if not form.validate_on_submit():
        return _people_page(form, form.problems())
    password = new_password()
    username, full_name, role = form.username.data, form.full_name.data, Role(form.role.data)
    unit_id = int(form.unit.data)
    try:
        audited_change(
            AuditAction.ADDED_PERSON,
            f"{username} ({role})",
            lambda s: officials.add_person(
                s, username, full_name, role, password=password, now=created_at, unit_id=unit_id
            ),
            About(lambda added: AuditObject(ObjectKind.PERSON, str(added.id))),
        )
    except officials.NameTakenError:
        return _people_page(form, {"username": _("This sign-in name is already in use")})
    return _people_page(PersonForm(formdata=None), {}, added=(username.strip().lower(), password))


@bp.get("/people/<id:person_id>")
@may(Permission.PEOPLE_MANAGE)
def person(person_id: int) -> ResponseReturnValue:
    """A person's role, and a new password for a person who forgot theirs."""
    return _person_page(load_person(person_id))


bp.add_url_rule(
    "/people/<id:person_id>/password",
    "back_to_person",
    may(Permission.PEOPLE_MANAGE)(redirect_to("accounts.person")),
)


@bp.post("/people/<id:person_id>/password")
@may(Permission.PEOPLE_MANAGE)
@fresh
def renew_password(person_id: int) -> ResponseReturnValue:
    """Replace a password that another person forgot, show it once, and end that person's sessions."""
    if person_id == signed_in_id():
        return redirect(url_for("accounts.password"), 303)
    password = new_password()
    changed = audited_change(
        AuditAction.RENEWED_PASSWORD,
        lambda changed: changed.username,
        lambda s: officials.set_password(s, person_id, password),
    )
    return _person_page(changed, password=password)


def _person_page(
    official: Person, errors: dict[str, str] | None = None, *, password: str | None = None
) -> ResponseReturnValue:
    """The page of an official; `password` is a new one, to be shown once."""
    return page_with_errors(
        "accounts/person.html", errors or {}, **load_person_page(official, password=password)
    )


@bp.post("/people/<id:person_id>/active")
@may(Permission.PEOPLE_MANAGE)
@fresh
def set_person_active(person_id: int) -> ResponseReturnValue:
    """Reactivate or deactivate a person."""
    choice = request.form.get("active")
    if choice not in ("yes", "no"):
        errors = {f"active-{person_id}": _("Choose whether the account is active")}
        return _people_page(PersonForm(formdata=None), errors)
    active = choice == "yes"
    try:
        audited_change(
            AuditAction.REACTIVATED_PERSON if active else AuditAction.DEACTIVATED_PERSON,
            lambda changed: changed.username,
            lambda s: officials.set_active(s, person_id, active=active),
        )
    except officials.LastAdministratorError:
        flash(_("You cannot deactivate the last administrator"))
    return redirect(url_for("accounts.everybody"), 303)


def _people_page(
    form: PersonForm, errors: dict[str, str], *, added: tuple[str, str] | None = None
) -> ResponseReturnValue:
    within = reach_of(Permission.PEOPLE_MANAGE)

    def load(s: Session) -> dict[str, object]:
        shown = people.people(s, within)
        return {
            "people": shown,
            "grants": people.grants(s, [person.id for person in shown]),
            "units": {unit.id: unit for unit in units.units(s)},
        }

    return page_with_errors(
        "accounts/people.html",
        errors,
        roles=role_names(language()),
        form=form,
        added=added,
        **database().read(load),
    )
