"""Pages to manage officials."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts import officials
from survey.accounts.forms import PersonForm
from survey.accounts.invitations import Invitation, letters_work, link_giver, wake_letters
from survey.accounts.people_list import ORDERS, find_people, order_names
from survey.accounts.person_pages import load_person, person_page
from survey.store import people, units
from survey.store.audit import AuditAction, AuditObject, ObjectKind
from survey.store.people import Role
from survey.web.changes import About, audited_change
from survey.web.context import database, now, today
from survey.web.guards import fresh, may, reach_of, signed_in_id
from survey.web.paging import page_of
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
    """Add an official, who gets a letter with a link to set a password; without letters the link is shown."""
    form, created_at = PersonForm(), now()
    if not form.validate_on_submit():
        return _people_page(form, form.problems())
    names, role, unit_id = form.names, Role(form.role.data), int(form.unit.data)
    give_link = link_giver(names.email)

    def add(session: Session) -> Invitation:
        person = officials.invite(session, names, role, now=created_at, unit_id=unit_id)
        return Invitation(person, give_link(session, person))

    try:
        added = audited_change(
            AuditAction.ADDED_PERSON,
            f"{names.username} ({role})",
            add,
            About(lambda added: AuditObject(ObjectKind.PERSON, str(added.person.id))),
        )
    except officials.NameTakenError:
        return _people_page(form, {"username": _("This sign-in name is already in use")})
    wake_letters()
    return _people_page(PersonForm(formdata=None), {}, invitation=added)


@bp.get("/people/<id:person_id>")
@may(Permission.PEOPLE_MANAGE)
def person(person_id: int) -> ResponseReturnValue:
    """A person's role, and a new password for a person who forgot theirs."""
    return person_page(load_person(person_id))


bp.add_url_rule(
    "/people/<id:person_id>/password",
    "back_to_person",
    may(Permission.PEOPLE_MANAGE)(redirect_to("accounts.person")),
)


@bp.post("/people/<id:person_id>/password")
@may(Permission.PEOPLE_MANAGE)
@fresh
def renew_password(person_id: int) -> ResponseReturnValue:
    """End a password that another person forgot, and give that person a link to set a new one."""
    if person_id == signed_in_id():
        return redirect(url_for("accounts.password"), 303)
    give_link = link_giver(load_person(person_id).email)

    def renew(session: Session) -> Invitation:
        person = officials.forget_password(session, person_id)
        return Invitation(person, give_link(session, person))

    renewed = audited_change(AuditAction.RENEWED_PASSWORD, lambda renewed: renewed.person.username, renew)
    wake_letters()
    return person_page(renewed.person, invitation=renewed)


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
    form: PersonForm, errors: dict[str, str], *, invitation: Invitation | None = None
) -> ResponseReturnValue:
    within = reach_of(Permission.PEOPLE_MANAGE)
    wanted, order = request.args.get("words", "").strip()[:100], request.args.get("sort", "")

    def load(session: Session) -> dict[str, object]:
        tree = {unit.id: unit for unit in units.units(session)}
        everybody = people.people(session, within)
        page = page_of(find_people(everybody, tree, wanted, order), request.args.get("page", ""))
        return {
            "page": page,
            "n_uninvited": sum(person.is_uninvited for person in everybody),
            "grants": people.grants(session, [person.id for person in page.rows]),
            "units": tree,
        }

    return page_with_errors(
        "accounts/people.html",
        errors,
        roles=role_names(language()),
        form=form,
        invitation=invitation,
        wanted=wanted,
        order=order if order in ORDERS else ORDERS[0],
        orders=order_names(language()),
        query={name: value for name, value in (("words", wanted), ("sort", order)) if value},
        today=today(),
        with_letters=letters_work(),
        **database().read(load),
    )
