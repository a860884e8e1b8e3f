"""The plan's tasks: who does them, and whether they are done."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.scorecards import wording
from survey.scorecards.forms import DoneForm, TaskForm
from survey.scorecards.tasks import part_of_plan, progress_of
from survey.store import scorecards, units
from survey.store.audit import AuditAction, AuditObject, ObjectKind
from survey.store.scorecards import Task
from survey.web.changes import About, audited_change
from survey.web.context import database, today
from survey.web.guards import may, reach_of
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

bp = Blueprint("plan", __name__, url_prefix="/office")
_MAX_DIGITS = 9


@bp.get("/tasks")
@may(Permission.SCORECARD_READ)
def tasks() -> ResponseReturnValue:
    """The tasks of a year's plan, by unit where asked, with their progress."""
    return _tasks_page(TaskForm(formdata=None), {})


@bp.post("/tasks")
@may(Permission.SCORECARD_ENTER)
def add_task() -> ResponseReturnValue:
    """One more task."""
    form = TaskForm()
    if not form.validate_on_submit():
        return _tasks_page(form, form.problems())
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
    audited_change(
        AuditAction.ADDED_TASK,
        title,
        lambda session: scorecards.add_task(session, task),
        About(lambda task_id: AuditObject(ObjectKind.TASK, str(task_id))),
    )
    return redirect(url_for("plan.tasks", year=year), 303)


def _number_in_address(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= _MAX_DIGITS else None


def _tasks_page(form: TaskForm, errors: dict[str, str]) -> ResponseReturnValue:
    within, shown_language, day = reach_of(Permission.SCORECARD_READ), language(), today()

    def load(session: Session) -> tuple[list[Task], dict[int, str]]:
        offered = {unit.id: unit.name_in(shown_language) for unit in units.units(session, within)}
        return scorecards.tasks(session, within), offered

    visible, offered = database().read(load)
    unit = _number_in_address("unit")
    unit = unit if unit in offered else None
    part = part_of_plan(visible, year=_number_in_address("year"), unit=unit)
    return page_with_errors(
        "scorecards/tasks.html",
        errors,
        part=part,
        demo_units=database().read(scorecards.demo_units),
        progress=progress_of(part.tasks, day),
        wording=wording,
        today=day,
        units=offered,
        form=form,
    )


@bp.get("/tasks/<id:task_id>")
@may(Permission.SCORECARD_READ)
def show_task(task_id: int) -> ResponseReturnValue:
    """One task, and where it is marked as done."""
    task = _task(task_id)
    return _task_page(task, DoneForm(formdata=None, obj=task), {})


@bp.post("/tasks/<id:task_id>")
@may(Permission.SCORECARD_ENTER)
def mark_task(task_id: int) -> ResponseReturnValue:
    """Mark a task as done on a day by a document, or as open again."""
    form, task = DoneForm(), _task(task_id)
    if not form.validate_on_submit():
        return _task_page(task, form, form.problems())
    done_on, evidence_ref = form.done_on.data, (form.evidence_ref.data or "").strip()
    if done_on is not None and done_on > today():
        message = _("The day lies in the future; a task is done on a day that has come")
        return _task_page(task, form, {"done_on": message})

    def mark(session: Session) -> None:
        stored = scorecards.task(session, task_id)
        stored.done_on, stored.evidence_ref = done_on, evidence_ref

    subject = f"{task.title[:200]}: {done_on or '–'} {evidence_ref[:60]}"
    audited_change(AuditAction.MARKED_TASK, subject, mark)
    return redirect(url_for("plan.tasks", year=task.year), 303)


def _task(task_id: int) -> Task:
    return database().read(lambda session: scorecards.task(session, task_id))


def _task_page(task: Task, form: DoneForm, errors: dict[str, str]) -> ResponseReturnValue:
    return page_with_errors(
        "scorecards/task.html",
        errors,
        task=task,
        demo_units=database().read(scorecards.demo_units),
        form=form,
    )
