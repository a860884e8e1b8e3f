"""The plan's tasks: who does them, and whether they are done."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.scorecards import wording
from survey.scorecards.access import task_for, units_for
from survey.scorecards.forms import DoneForm, TaskForm
from survey.scorecards.tasks import progress_of
from survey.store import audit, scorecards
from survey.store.audit import AuditAction
from survey.store.scorecards import Task
from survey.web.context import database, now, today
from survey.web.guards import may, official_id
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import language

bp = Blueprint("plan", __name__, url_prefix="/office")
_MOST_DIGITS = 9


@bp.get("/tasks")
@may(Permission.SCORECARD_READ)
def tasks() -> ResponseReturnValue:
    """The tasks of a year's plan, by unit where asked, with their progress."""
    return _tasks_page(_task_form(bound=False), {})


@bp.post("/tasks")
@may(Permission.SCORECARD_ENTER)
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
    form.unit_id.choices = [(str(unit.id), unit.name_in(language())) for unit in offered]
    return form


def _number_asked(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _tasks_page(form: TaskForm, errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    by, unit_asked, year_asked = official_id(), _number_asked("unit"), _number_asked("year")

    def found(session: Session) -> tuple[list[Task], dict[int, str], list[int]]:
        offered = {unit.id: unit.name_in(in_words) for unit in units_for(session, by)}
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


@bp.get("/tasks/<id:task_id>")
@may(Permission.SCORECARD_READ)
def task(task_id: int) -> ResponseReturnValue:
    """One task, and where it is marked as done."""
    return _task_page(task_id, DoneForm(formdata=None, obj=_task(task_id)), {})


@bp.post("/tasks/<id:task_id>")
@may(Permission.SCORECARD_ENTER)
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
