"""Changing a person's account: names and address, leave, and its end."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from survey.accounts import officials
from survey.accounts.forms import LeaveForm, NamesForm
from survey.accounts.person_pages import load_person, person_page
from survey.store.audit import AuditAction
from survey.web.changes import audited_change
from survey.web.context import now
from survey.web.guards import fresh, may, signed_in_id
from survey.web.permissions import Permission
from survey.web.redirects import redirect_to
from survey.web.templates import gettext as _

bp = Blueprint("account", __name__, url_prefix="/office/people/<id:person_id>")


@bp.post("/names")
@may(Permission.PEOPLE_MANAGE)
@fresh
def rename(person_id: int) -> ResponseReturnValue:
    """Change what a person is called, the name for signing in, and the address for letters."""
    form, before = NamesForm(), load_person(person_id)
    if not form.validate_on_submit():
        return person_page(before, form.problems(), names_form=form)
    names = form.names
    try:
        audited_change(
            AuditAction.RENAMED_PERSON,
            lambda changed: f"{before.username} → {changed.username}",
            lambda session: officials.rename(session, person_id, names),
        )
    except officials.NameTakenError:
        taken = {"username": _("This sign-in name is already in use")}
        return person_page(before, taken, names_form=form)
    flash(_("The names have been saved"))
    return redirect(url_for("accounts.person", person_id=person_id), 303)


@bp.post("/leave")
@may(Permission.PEOPLE_MANAGE)
@fresh
def set_leave(person_id: int) -> ResponseReturnValue:
    """Set when a person is on leave and cannot sign in, or that the leave is over."""
    form = LeaveForm()
    if not form.validate_on_submit():
        return person_page(load_person(person_id), form.problems(), leave_form=form)
    first, last = form.away_from.data, form.away_until.data
    days = f"{first or ''}–{last or ''}" if first else "–"
    try:
        audited_change(
            AuditAction.SET_LEAVE,
            lambda changed: f"{changed.username}: {days}",
            lambda session: officials.set_leave(session, person_id, first, last),
        )
    except officials.LastAdministratorError:
        alone = {"away_from": _("The last administrator of the province cannot be on leave")}
        return person_page(load_person(person_id), alone, leave_form=form)
    flash(_("The leave has been saved") if first else _("The person is not on leave"))
    return redirect(url_for("accounts.person", person_id=person_id), 303)


@bp.post("/end")
@may(Permission.PEOPLE_MANAGE)
@fresh
def delete(person_id: int) -> ResponseReturnValue:
    """Delete a person for good. The log keeps the name."""
    if person_id == signed_in_id():
        message = _("You cannot delete your own account. Ask another administrator")
        return person_page(load_person(person_id), {"delete": message})
    deleted_at = now()
    try:
        audited_change(
            AuditAction.DELETED_PERSON,
            lambda username: username,
            lambda session: officials.delete(session, person_id, now=deleted_at),
        )
    except officials.LastAdministratorError:
        message = _("You cannot delete the last administrator")
        return person_page(load_person(person_id), {"delete": message})
    flash(_("The person has been deleted"))
    return redirect(url_for("accounts.everybody"), 303)


for _address in ("names", "leave", "end"):
    bp.add_url_rule(
        f"/{_address}", f"back_from_{_address}", may(Permission.PEOPLE_MANAGE)(redirect_to("accounts.person"))
    )
