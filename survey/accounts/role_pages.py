"""Changing what a person may do: roles at units, and the unit that the person belongs to."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts import officials
from survey.accounts.forms import BelongsToForm, RoleForm
from survey.accounts.person_pages import load_person, person_page
from survey.store import units
from survey.store.audit import AuditAction
from survey.store.db import NotFoundError
from survey.store.people import Role
from survey.store.units import UnitPosition
from survey.web.changes import audited_change
from survey.web.context import database, now
from survey.web.guards import fresh, guarded_official, may
from survey.web.locale import DEFAULT_LANGUAGE
from survey.web.permissions import Permission
from survey.web.redirects import redirect_to
from survey.web.templates import gettext as _

bp = Blueprint("roles", __name__, url_prefix="/office/people/<id:person_id>")


@bp.post("/roles")
@may(Permission.PEOPLE_MANAGE)
@fresh
def give(person_id: int) -> ResponseReturnValue:
    """Give a person a role, which holds from their next page on."""
    form = RoleForm()
    if not form.validate_on_submit():
        return _page(person_id, form.problems())
    role, unit_id, moment = Role(form.role.data), int(form.unit.data), now()
    name = _name_of(unit_id)
    audited_change(
        AuditAction.GAVE_ROLE,
        lambda changed: f"{changed.username}: {role}, {name}",
        lambda session: officials.give_role(session, person_id, unit_id, role, now=moment),
    )
    flash(_("The role has been given"))
    return redirect(url_for("accounts.person", person_id=person_id), 303)


@bp.post("/roles/end")
@may(Permission.PEOPLE_MANAGE)
@fresh
def take(person_id: int) -> ResponseReturnValue:
    """Take a role from a person, who loses it with their next page."""
    named = _named_role()
    if named is None:
        return _page(person_id, {"role": _("Choose the role to take away")})
    unit_id, role = named
    name = _name_of(unit_id)
    try:
        audited_change(
            AuditAction.TOOK_ROLE,
            lambda changed: f"{changed.username}: {role}, {name}",
            lambda session: officials.take_role(session, person_id, unit_id, role),
        )
    except officials.LastAdministratorError:
        message = _("The last administrator of the province cannot lose this role")
        return _page(person_id, {"role": message})
    flash(_("The role has been taken away"))
    return redirect(url_for("accounts.person", person_id=person_id), 303)


def _named_role() -> tuple[int, Role] | None:
    """The unit and the role of the button that was pressed; None for what no button says."""
    unit, role = request.form.get("unit", ""), request.form.get("role", "")
    if not (unit.isascii() and unit.isdecimal() and len(unit) < 10 and role in set(Role)):
        return None
    return int(unit), Role(role)


@bp.post("/unit")
@may(Permission.PEOPLE_MANAGE)
@fresh
def move(person_id: int) -> ResponseReturnValue:
    """Let a person belong to another unit."""
    form = BelongsToForm()
    if not form.validate_on_submit():
        return _page(person_id, {"belongs_to": form.problems()["belongs_to"]})
    unit_id = int(form.belongs_to.data)
    name = _name_of(unit_id)
    audited_change(
        AuditAction.SET_UNIT,
        lambda changed: f"{changed.username}: {name}",
        lambda session: officials.move(session, person_id, unit_id),
    )
    flash(_("The person's unit has been saved"))
    return redirect(url_for("accounts.person", person_id=person_id), 303)


for _address, _endpoint in (
    ("/roles", "back_from_give"),
    ("/roles/end", "back_from_take"),
    ("/unit", "back_from_move"),
):
    bp.add_url_rule(_address, _endpoint, may(Permission.PEOPLE_MANAGE)(redirect_to("accounts.person")))


def _name_of(unit_id: int) -> str:
    """The name of a unit where one may manage people; NotFoundError for another."""

    def load(session: Session) -> str:
        unit = units.unit(session, unit_id)
        position = UnitPosition(unit.id, unit.path)
        if not guarded_official().authority.may(Permission.PEOPLE_MANAGE, position):
            raise NotFoundError
        return unit.names.to(DEFAULT_LANGUAGE)

    return database().read(load)


def _page(person_id: int, errors: dict[str, str]) -> ResponseReturnValue:
    return person_page(load_person(person_id), errors)
