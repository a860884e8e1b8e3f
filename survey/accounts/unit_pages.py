"""Pages of the tree of units: the list, and one unit with its name, its place, its end and its history."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts import unit_tree
from survey.accounts.forms import CloseForm, ParentForm, UnitForm, UnitNameForm
from survey.accounts.unit_words import change_names, kind_names
from survey.store import people, units
from survey.store.audit import AuditAction, AuditObject, ObjectKind
from survey.store.db import NotFoundError
from survey.store.units import Unit, UnitKind
from survey.web.changes import About, audited_change
from survey.web.context import database, now, today
from survey.web.forms import parse_names
from survey.web.guards import may, reach_of
from survey.web.locale import DEFAULT_LANGUAGE
from survey.web.paging import ListPage, page_of
from survey.web.permissions import Permission
from survey.web.redirects import redirect_to
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

bp = Blueprint("units", __name__, url_prefix="/office/units")


@bp.get("")
@may(Permission.UNITS_MANAGE)
def show() -> ResponseReturnValue:
    """The units that one manages, as a tree, or those whose names hold the words searched for."""
    return _list_page(UnitForm(formdata=None), {})


@bp.post("")
@may(Permission.UNITS_MANAGE)
def add() -> ResponseReturnValue:
    """Add a unit below another."""
    form = UnitForm()
    if not form.validate_on_submit():
        return _list_page(form, form.problems())
    names, parent_id, kind = parse_names(form), int(form.parent.data), UnitKind(form.kind.data)
    errors = _change(
        AuditAction.ADDED_UNIT,
        lambda session: unit_tree.add_unit(session, names, parent_id=parent_id, kind=kind),
    )
    if errors:
        return _list_page(form, errors)
    return redirect(url_for("units.show"), 303)


@bp.get("/<id:unit_id>")
@may(Permission.UNITS_MANAGE)
def unit(unit_id: int) -> ResponseReturnValue:
    """One unit, what it was called before, and the forms that change it."""
    return _unit_page(unit_id, {})


@bp.post("/<id:unit_id>/name")
@may(Permission.UNITS_MANAGE)
def rename(unit_id: int) -> ResponseReturnValue:
    """Give a unit another name."""
    form, moment = UnitNameForm(), now()
    if not form.validate_on_submit():
        return _unit_page(unit_id, form.problems())
    names = parse_names(form)
    return _change_and_show(
        unit_id,
        AuditAction.RENAMED_UNIT,
        lambda session: unit_tree.rename(session, unit_id, names, now=moment),
    )


@bp.post("/<id:unit_id>/parent")
@may(Permission.UNITS_MANAGE)
def move(unit_id: int) -> ResponseReturnValue:
    """Put a unit below another one, or merge it into that."""
    _refuse_province(unit_id)
    form, moment, day = ParentForm(), now(), today()
    if not form.validate_on_submit():
        return _unit_page(unit_id, form.problems())
    parent_id = int(form.parent.data)
    if request.form.get("act") == "merge":
        return _change_and_show(
            unit_id,
            AuditAction.MERGED_UNIT,
            lambda session: unit_tree.merge(session, unit_id, parent_id, day=day, now=moment),
        )
    return _change_and_show(
        unit_id,
        AuditAction.MOVED_UNIT,
        lambda session: unit_tree.move(session, unit_id, parent_id, now=moment),
    )


@bp.post("/<id:unit_id>/end")
@may(Permission.UNITS_MANAGE)
def close(unit_id: int) -> ResponseReturnValue:
    """Close a unit from a day on, or open it again."""
    _refuse_province(unit_id)
    moment = now()
    if request.form.get("act") == "reopen":
        return _change_and_show(
            unit_id, AuditAction.REOPENED_UNIT, lambda session: unit_tree.reopen(session, unit_id, now=moment)
        )
    form = CloseForm()
    if not form.validate_on_submit():
        return _unit_page(unit_id, form.problems())
    day = form.closed_on.data
    return _change_and_show(
        unit_id,
        AuditAction.CLOSED_UNIT,
        lambda session: unit_tree.close(session, unit_id, day=day, now=moment),
    )


for _address in ("name", "parent", "end"):
    bp.add_url_rule(
        f"/<id:unit_id>/{_address}",
        f"back_from_{_address}",
        may(Permission.UNITS_MANAGE)(redirect_to("units.unit")),
    )


def _refuse_province(unit_id: int) -> None:
    """Raise NotFoundError for the province, which stands nowhere else and has no end."""
    if database().read(lambda session: units.unit(session, unit_id)).parent_id is None:
        raise NotFoundError


def _change_and_show(
    unit_id: int, action: AuditAction, change: Callable[[Session], Unit]
) -> ResponseReturnValue:
    errors = _change(action, change)
    if errors:
        return _unit_page(unit_id, errors)
    flash(_("The unit has been changed"))
    return redirect(url_for("units.unit", unit_id=unit_id), 303)


def _change(action: AuditAction, change: Callable[[Session], Unit]) -> dict[str, str]:
    """Change the tree; what is wrong with the change where it is refused."""
    try:
        audited_change(
            action,
            lambda changed: changed.names.to(DEFAULT_LANGUAGE),
            change,
            About(lambda changed: AuditObject(ObjectKind.UNIT, str(changed.id))),
        )
    except unit_tree.UnitExistsError:
        return {"name": _("There is a unit of this name already")}
    except unit_tree.UnitMoveError:
        return {"parent": _("The unit cannot stand there: choose one that is not below it, or not so deep")}
    return {}


def _list_page(form: UnitForm, errors: dict[str, str]) -> ResponseReturnValue:
    within, wanted = reach_of(Permission.UNITS_MANAGE), request.args.get("words", "").strip()[:100]

    def load(session: Session) -> tuple[ListPage[Unit], dict[int, int], int]:
        tree = units.units(session, within)
        matches = [one for one in tree if wanted.casefold() in _text_to_search(one)]
        return page_of(matches, request.args.get("page", "")), people.count_by_unit(session), tree[0].depth

    page, n_people, top = database().read(load)
    return page_with_errors(
        "accounts/units.html",
        errors,
        page=page,
        wanted=wanted,
        top=top,
        n_people=n_people,
        kinds=kind_names(language()),
        form=form,
    )


def _text_to_search(unit: Unit) -> str:
    return " ".join(unit.names.translations.values()).casefold()


def _unit_page(unit_id: int, errors: dict[str, str]) -> ResponseReturnValue:
    def load(session: Session) -> tuple[Unit, dict[str, object]]:
        shown = units.unit(session, unit_id)
        return shown, {
            "above": units.above(session, shown.path),
            "changes": units.changes_of(session, unit_id),
            "successor": units.unit(session, shown.successor_id) if shown.successor_id else None,
        }

    shown, loaded = database().read(load)
    names = {"name": shown.name} | {f"name_{code}": name for code, name in shown.translations.items()}
    is_renaming = request.endpoint == "units.rename"
    return page_with_errors(
        "accounts/unit.html",
        errors,
        unit=shown,
        kinds=kind_names(language()),
        change_names=change_names(language()),
        name_form=UnitNameForm() if is_renaming else UnitNameForm(formdata=None, data=names),
        parent_form=ParentForm(formdata=None, parent=str(shown.parent_id)),
        close_form=CloseForm(formdata=None, closed_on=today()),
        **loaded,
    )
