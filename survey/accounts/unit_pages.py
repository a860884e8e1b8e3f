"""Pages of the units of the province and of their members."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts.forms import MemberForm, UnitForm
from survey.accounts.new_units import UnitExistsError, add_unit
from survey.store import people, units
from survey.store.audit import AuditAction
from survey.store.people import Person
from survey.web.changes import audited_change
from survey.web.context import database
from survey.web.forms import parse_names
from survey.web.guards import fresh, may
from survey.web.locale import DEFAULT_LANGUAGE
from survey.web.permissions import Permission
from survey.web.redirects import redirect_to
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

bp = Blueprint("units", __name__, url_prefix="/office/units")
_NO_UNIT = "none"


@bp.get("")
@may(Permission.SCORECARD_DEFINE)
def show() -> ResponseReturnValue:
    """The units with their members."""
    return _units_page(UnitForm(formdata=None), _member_form(bound=False), {})


@bp.post("")
@may(Permission.SCORECARD_DEFINE)
def add() -> ResponseReturnValue:
    """Add a unit."""
    form = UnitForm()
    if not form.validate_on_submit():
        return _units_page(form, _member_form(bound=False), form.problems())
    names = parse_names(form)
    name = names.to(DEFAULT_LANGUAGE)
    try:
        audited_change(AuditAction.ADDED_UNIT, name, lambda session: add_unit(session, names))
    except UnitExistsError:
        errors = {"name": _("There is a unit of this name already")}
        return _units_page(form, _member_form(bound=False), errors)
    return redirect(url_for("units.show"), 303)


bp.add_url_rule("/members", "back_to_units", may(Permission.SCORECARD_DEFINE)(redirect_to("units.show")))


@bp.post("/members")
@may(Permission.SCORECARD_DEFINE)
@fresh
def set_member() -> ResponseReturnValue:
    """Set the unit of a person, who then sees only its scorecards, or none for the whole province."""
    form = _member_form(bound=True)
    if not form.validate_on_submit():
        return _units_page(UnitForm(formdata=None), form, form.problems())
    person_id = int(form.person_id.data)
    unit_id = None if form.unit.data == _NO_UNIT else int(form.unit.data)
    audited_change(
        AuditAction.SET_UNIT,
        f"{person_id}: {unit_id or '–'}",
        lambda session: units.set_unit(session, person_id, unit_id),
    )
    flash(_("The person's unit has been saved"))
    return redirect(url_for("units.show"), 303)


def _member_form(*, bound: bool) -> MemberForm:
    form = MemberForm() if bound else MemberForm(formdata=None)
    everyone, all_units = database().read(lambda s: (people.people(s), units.units(s)))
    form.person_id.choices = [(str(p.id), f"{p.full_name} ({p.username})") for p in everyone]
    form.unit.choices = [(_NO_UNIT, _("the whole province"))]
    form.unit.choices += [(str(unit.id), unit.name_in(language())) for unit in all_units]
    return form


def _units_page(form: UnitForm, member_form: MemberForm, errors: dict[str, str]) -> ResponseReturnValue:
    def load(session: Session) -> tuple[list[units.Unit], dict[int, list[Person]]]:
        unit_ids = units.members(session)
        members: dict[int, list[Person]] = {}
        for person in people.people(session):
            if person.id in unit_ids:
                members.setdefault(unit_ids[person.id], []).append(person)
        return units.units(session), members

    all_units, members = database().read(load)
    return page_with_errors(
        "accounts/units.html",
        errors,
        units=all_units,
        members=members,
        form=form,
        member_form=member_form,
    )
