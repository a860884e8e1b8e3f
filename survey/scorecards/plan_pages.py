"""The plan's tasks and the units that do them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.scorecards import wording
from survey.scorecards.access import task_for, units_for
from survey.scorecards.forms import DoneForm, MemberForm, TaskForm, UnitForm
from survey.scorecards.tasks import progress_of
from survey.store import audit, people, scorecards, units
from survey.store.audit import AuditAction
from survey.store.people import Person
from survey.store.scorecards import Task
from survey.web.context import database, now, today
from survey.web.guards import may, official_id
from survey.web.templates import gettext as _
from survey.web.templates import language

bp = Blueprint("plan", __name__, url_prefix="/office")
_NO_UNIT = "none"
_MOST_DIGITS = 9


@bp.get("/tasks")
@may("scorecard.read")
def tasks() -> ResponseReturnValue:
    """The tasks of a year's plan, by unit where asked, with their progress."""
    return _tasks_page(_task_form(bound=False), {})


@bp.post("/tasks")
@may("scorecard.enter")
def add_task() -> ResponseReturnValue:
    """One more task."""
    form, by, at = _task_form(bound=True), official_id(), now()
    if not form.validate_on_submit():
        return _tasks_page(form, form.problems(), 422)
    task = Task(
        unit_id=int(form.unit_id.data),
        year=form.year.data,
        title=form.title.data.strip(),
        responsible=(form.responsible.data or "").strip(),
        due_on=form.due_on.data,
        done_on=None,
        evidence_ref="",
    )
    year, title = task.year, task.title

    def added(session: Session) -> None:
        scorecards.add_task(session, task)
        audit.record(session, AuditAction.ADDED_TASK, title, person_id=by, now=at)

    database().write(added)
    return redirect(url_for("plan.tasks", year=year), 303)


def _task_form(*, bound: bool) -> TaskForm:
    form, by = TaskForm() if bound else TaskForm(formdata=None), official_id()
    offered = database().read(lambda s: units_for(s, by))
    form.unit_id.choices = [(str(unit.id), unit.called(language())) for unit in offered]
    return form


def _number_asked(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _tasks_page(form: TaskForm, errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    by, unit_asked, year_asked = official_id(), _number_asked("unit"), _number_asked("year")

    def found(session: Session) -> tuple[list[Task], dict[int, str], list[int]]:
        offered = {unit.id: unit.called(in_words) for unit in units_for(session, by)}
        seen = [task for task in scorecards.tasks(session) if task.unit_id in offered]
        return seen, offered, sorted({task.year for task in seen}, reverse=True)

    in_words, day = language(), today()
    seen, offered, years = database().read(found)
    year = year_asked if year_asked in years else (years[0] if years else None)
    unit = unit_asked if unit_asked in offered else None
    shown = [task for task in seen if task.year == year and unit in (None, task.unit_id)]
    page = render_template(
        "scorecards/tasks.html",
        tasks=shown,
        progress=progress_of(shown, day),
        wording=wording,
        today=day,
        units=offered,
        years=years,
        year=year,
        unit=unit,
        form=form,
        errors=errors,
    )
    return page, status


@bp.get("/tasks/<int(max=2147483647):task_id>")
@may("scorecard.read")
def task(task_id: int) -> ResponseReturnValue:
    """One task, and where it is marked as done."""
    return _task_page(task_id, DoneForm(formdata=None, obj=_task(task_id)), {})


@bp.post("/tasks/<int(max=2147483647):task_id>")
@may("scorecard.enter")
def mark_task(task_id: int) -> ResponseReturnValue:
    """Mark a task as done on a day by a document, or as open again."""
    form, by, at = DoneForm(), official_id(), now()
    year = _task(task_id).year
    if not form.validate_on_submit():
        return _task_page(task_id, form, form.problems(), 422)
    done_on, evidence_ref = form.done_on.data, (form.evidence_ref.data or "").strip()
    if done_on is not None and done_on > today():
        words = _("The day lies in the future; a task is done on a day that has come")
        return _task_page(task_id, form, {"done_on": words}, 422)

    def marked(session: Session) -> None:
        row = task_for(session, task_id, by)
        row.done_on, row.evidence_ref = done_on, evidence_ref
        said = f"{row.title[:200]}: {done_on or '–'} {evidence_ref[:60]}"
        audit.record(session, AuditAction.MARKED_TASK, said, person_id=by, now=at)

    database().write(marked)
    return redirect(url_for("plan.tasks", year=year), 303)


def _task(task_id: int) -> Task:
    by = official_id()
    return database().read(lambda s: task_for(s, task_id, by))


def _task_page(
    task_id: int, form: DoneForm, errors: dict[str, str], status: int = 200
) -> ResponseReturnValue:
    page = render_template("scorecards/task.html", task=_task(task_id), form=form, errors=errors)
    return page, status


@bp.get("/units")
@may("scorecard.define")
def everybody() -> ResponseReturnValue:
    """The units, and who belongs to which."""
    return _units_page(UnitForm(formdata=None), _member_form(bound=False), {})


@bp.post("/units")
@may("scorecard.define")
def add_unit() -> ResponseReturnValue:
    """One more unit."""
    form, by, at = UnitForm(), official_id(), now()
    if not form.validate_on_submit():
        return _units_page(form, _member_form(bound=False), form.problems(), 422)
    name, name_en = form.name.data.strip(), (form.name_en.data or "").strip()

    def added(session: Session) -> bool:
        if units.unit_named(session, name):
            return False
        units.add_unit(session, name, name_en)
        audit.record(session, AuditAction.ADDED_UNIT, name, person_id=by, now=at)
        return True

    if not database().write(added):
        errors = {"name": _("There is a unit of this name already")}
        return _units_page(form, _member_form(bound=False), errors, 422)
    return redirect(url_for("plan.everybody"), 303)


@bp.get("/units/members")
@may("scorecard.define")
def back_to_units() -> ResponseReturnValue:
    """The address of a membership that was refused, opened again, leads to the units."""
    return redirect(url_for("plan.everybody", lang=language()))


@bp.post("/units/members")
@may("scorecard.define")
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
    return redirect(url_for("plan.everybody"), 303)


def _member_form(*, bound: bool) -> MemberForm:
    form = MemberForm() if bound else MemberForm(formdata=None)
    everyone, known = database().read(lambda s: (people.people(s), units.units(s)))
    form.person_id.choices = [(str(p.id), f"{p.full_name} ({p.username})") for p in everyone]
    form.unit.choices = [(_NO_UNIT, _("the whole province"))]
    form.unit.choices += [(str(unit.id), unit.called(language())) for unit in known]
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
        "scorecards/units.html",
        units=known,
        members=by_unit,
        form=form,
        member_form=member_form,
        errors=errors,
    )
    return page, status
