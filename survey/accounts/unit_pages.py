"""The units of the province, and who belongs to which."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts.forms import MemberForm, UnitForm
from survey.store import audit, people, units
from survey.store.audit import AuditAction
from survey.store.people import Person
from survey.web.context import database, now
from survey.web.guards import may, official_id
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import language

bp = Blueprint("units", __name__, url_prefix="/office/units")
_NO_UNIT = "none"


@bp.get("")
@may(Permission.SCORECARD_DEFINE)
def show() -> ResponseReturnValue:
    """The units, and who belongs to which."""
    return _units_page(UnitForm(formdata=None), _member_form(bound=False), {})


@bp.post("")
@may(Permission.SCORECARD_DEFINE)
def add_unit() -> ResponseReturnValue:
    """One more unit."""
    form, by, at = UnitForm(), official_id(), now()
    if not form.validate_on_submit():
        return _units_page(form, _member_form(bound=False), form.problems(), 422)
    name, name_en = form.name.data.strip(), (form.name_en.data or "").strip()

    def added(session: Session) -> bool:
        if units.find_named(session, units.Unit, name):
            return False
        units.add_unit(session, name, name_en)
        audit.record(session, AuditAction.ADDED_UNIT, name, person_id=by, now=at)
        return True

    if not database().write(added):
        errors = {"name": _("There is a unit of this name already")}
        return _units_page(form, _member_form(bound=False), errors, 422)
    return redirect(url_for("units.show"), 303)


@bp.get("/members")
@may(Permission.SCORECARD_DEFINE)
def back_to_units() -> ResponseReturnValue:
    """The address of a membership that was refused, opened again, leads to the units."""
    return redirect(url_for("units.show", lang=language()))


@bp.post("/members")
@may(Permission.SCORECARD_DEFINE)
def set_member() -> ResponseReturnValue:
    """Let a person belong to a unit, whose scorecards alone are then seen, or to none."""
    form, by, at = _member_form(bound=True), official_id(), now()
    if not form.validate_on_submit():
        return _units_page(UnitForm(formdata=None), form, form.problems(), 422)
    person_id = int(form.person_id.data)
    unit_id = None if form.unit.data == _NO_UNIT else int(form.unit.data)

    def kept(session: Session) -> None:
        units.set_unit(session, person_id, unit_id)
        audit.record(session, AuditAction.SET_UNIT, f"{person_id}: {unit_id or '–'}", person_id=by, now=at)

    database().write(kept)
    flash(_("It has been kept who belongs to which unit"))
    return redirect(url_for("units.show"), 303)


def _member_form(*, bound: bool) -> MemberForm:
    form = MemberForm() if bound else MemberForm(formdata=None)
    everyone, known = database().read(lambda s: (people.people(s), units.units(s)))
    form.person_id.choices = [(str(p.id), f"{p.full_name} ({p.username})") for p in everyone]
    form.unit.choices = [(_NO_UNIT, _("the whole province"))]
    form.unit.choices += [(str(unit.id), unit.name_in(language())) for unit in known]
    return form


def _units_page(
    form: UnitForm, member_form: MemberForm, errors: dict[str, str], status: int = 200
) -> ResponseReturnValue:
    def found(session: Session) -> tuple[list[units.Unit], dict[int, list[Person]]]:
        belongs = units.members(session)
        by_unit: dict[int, list[Person]] = {}
        for person in people.people(session):
            if person.id in belongs:
                by_unit.setdefault(belongs[person.id], []).append(person)
        return units.units(session), by_unit

    known, by_unit = database().read(found)
    page = render_template(
        "accounts/units.html",
        units=known,
        members=by_unit,
        form=form,
        member_form=member_form,
        errors=errors,
    )
    return page, status
