"""Pages to manage officials, and the log of the office."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.accounts import officials
from survey.accounts.forms import PersonForm, RoleForm
from survey.accounts.passwords import new_password
from survey.store import audit, people
from survey.store.audit import AuditAction
from survey.store.db import require
from survey.store.people import Person, Role
from survey.web.changes import audited_change
from survey.web.context import database, now, settings
from survey.web.guards import fresh, may, signed_in_id
from survey.web.permissions import Permission, role_names
from survey.web.redirects import redirect_to
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

bp = Blueprint("accounts", __name__, url_prefix="/office")
_AUDIT_ROWS = 200


@bp.get("/people")
@may(Permission.PEOPLE_MANAGE)
def everybody() -> ResponseReturnValue:
    """Everybody who may sign in."""
    return _people_page(PersonForm(), {})


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
    try:
        audited_change(
            AuditAction.ADDED_PERSON,
            f"{username} ({role})",
            lambda s: officials.add_person(s, username, full_name, role, password=password, now=created_at),
        )
    except officials.NameTakenError:
        return _people_page(form, {"username": _("This sign-in name is already in use")})
    return _people_page(PersonForm(formdata=None), {}, added=(username.strip().lower(), password))


@bp.get("/people/<id:person_id>")
@may(Permission.PEOPLE_MANAGE)
def person(person_id: int) -> ResponseReturnValue:
    """A person's role, and a new password for a person who forgot theirs."""
    return _person_page(_person(person_id))


@bp.post("/people/<id:person_id>")
@may(Permission.PEOPLE_MANAGE)
@fresh
def set_role(person_id: int) -> ResponseReturnValue:
    """Change a person's role, which holds from their next page on."""
    form = RoleForm()
    if not form.validate_on_submit():
        return _person_page(_person(person_id), form, form.problems())
    role = Role(form.role.data)
    try:
        audited_change(
            AuditAction.CHANGED_ROLE,
            lambda changed: f"{changed.username} ({role})",
            lambda s: officials.set_role(s, person_id, role),
        )
    except officials.LastAdministratorError:
        errors = {"role": _("The last administrator cannot have another role")}
        return _person_page(_person(person_id), form, errors)
    flash(_("The role has been changed"))
    return redirect(url_for("accounts.everybody"), 303)


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


def _person(person_id: int) -> Person:
    return database().read(lambda s: require(people.by_id(s, person_id)))


def _person_page(
    official: Person,
    form: RoleForm | None = None,
    errors: dict[str, str] | None = None,
    *,
    password: str | None = None,
) -> ResponseReturnValue:
    """The page of an official; `password` is a new one, to be shown once."""
    return page_with_errors(
        "accounts/person.html",
        errors or {},
        official=official,
        roles=role_names(language()),
        form=form or RoleForm(formdata=None, role=official.role),
        password=password,
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


@bp.get("/audit")
@may(Permission.AUDIT_READ)
def audit_log() -> ResponseReturnValue:
    """The log of what officials did, newest first."""
    events, names = database().read(
        lambda s: (audit.latest(s, _AUDIT_ROWS), {person.id: person.full_name for person in people.people(s)})
    )
    zone = settings().time_zone.key
    return render_template("accounts/audit.html", events=events, names=names, time_zone=zone)


def _people_page(
    form: PersonForm, errors: dict[str, str], *, added: tuple[str, str] | None = None
) -> ResponseReturnValue:
    return page_with_errors(
        "accounts/people.html",
        errors,
        roles=role_names(language()),
        form=form,
        people=database().read(people.people),
        added=added,
    )
