"""Importing people and units from a file: it is checked and shown, then taken over whole or not at all."""

import csv
import io
from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts.forms import FileForm
from survey.accounts.import_files import MOST_ROWS, Cells, NumberedCells, read_rows
from survey.accounts.imports import PEOPLE, UNITS, ImportContext, ImportKind
from survey.accounts.unit_tree import UnitExistsError, UnitMoveError
from survey.store import import_drafts
from survey.store.import_drafts import ImportDraft
from survey.web.changes import audited_change
from survey.web.context import database, now
from survey.web.downloads import send_download
from survey.web.file_problems import page_with_file_problems
from survey.web.guards import (
    declared_permission,
    fresh,
    is_authorised,
    may,
    official_id,
    reach_of,
    signed_in_official,
)
from survey.web.permissions import Permission
from survey.web.redirects import redirect_to
from survey.web.table_files import TableFileError
from survey.web.templates import gettext as _
from survey.web.templates import language, ngettext

bp = Blueprint("imports", __name__, url_prefix="/office")
_N_SHOWN = 100  # rows of a preview
_MOST_BYTES = 2 * 1024 * 1024
_NAME_CHARS = 200


@bp.url_value_preprocessor
def _allow_files(endpoint: str | None, _values: object) -> None:
    """Take a larger body where files are sent, from people who may send them and nobody else."""
    if request.method == "POST" and is_authorised(declared_permission(endpoint or ""), signed_in_official()):
        request.max_content_length = _MOST_BYTES


@bp.get("/people/import")
@may(Permission.PEOPLE_MANAGE)
def people() -> ResponseReturnValue:
    """The people of the file that was uploaded last, and the form to upload another."""
    return _preview(PEOPLE)


@bp.get("/units/import")
@may(Permission.UNITS_MANAGE)
def units() -> ResponseReturnValue:
    """The same for units."""
    return _preview(UNITS)


@bp.post("/people/import")
@may(Permission.PEOPLE_MANAGE)
def upload_people() -> ResponseReturnValue:
    """Check a file of people, and keep it for the preview."""
    return _upload(PEOPLE)


@bp.post("/units/import")
@may(Permission.UNITS_MANAGE)
def upload_units() -> ResponseReturnValue:
    """Check a file of units, and keep it for the preview."""
    return _upload(UNITS)


@bp.post("/people/import/all")
@may(Permission.PEOPLE_MANAGE)
@fresh
def import_people() -> ResponseReturnValue:
    """Add everybody of the preview."""
    problems, n = _import(PEOPLE)
    if problems:
        return _page(PEOPLE, *problems)
    flash(ngettext("%(n)s person has been added", "%(n)s people have been added", n) % {"n": n})
    return redirect(url_for("accounts.everybody"), 303)


@bp.post("/units/import/all")
@may(Permission.UNITS_MANAGE)
@fresh
def import_units() -> ResponseReturnValue:
    """Add every unit of the preview."""
    problems, n = _import(UNITS)
    if problems:
        return _page(UNITS, *problems)
    flash(ngettext("%(n)s unit has been added", "%(n)s units have been added", n) % {"n": n})
    return redirect(url_for("units.show"), 303)


@bp.get("/people/import/columns.csv")
@may(Permission.PEOPLE_MANAGE)
def people_columns() -> Response:
    """An empty file of people with its columns."""
    return _empty_file(PEOPLE)


@bp.get("/units/import/columns.csv")
@may(Permission.UNITS_MANAGE)
def unit_columns() -> Response:
    """An empty file of units with its columns."""
    return _empty_file(UNITS)


for _kind in (PEOPLE, UNITS):
    bp.add_url_rule(
        f"/{_kind.key}/import/all",
        f"back_to_{_kind.key}",
        may(_kind.permission)(redirect_to(f"imports.{_kind.key}")),
    )


def _upload(kind: ImportKind) -> ResponseReturnValue:
    form, upload = FileForm(), request.files.get("file")
    if not form.validate_on_submit() or upload is None or not upload.filename:
        return _page(kind, _("Choose a file"))
    context = _context(kind)
    try:
        rows = read_rows(upload.read(), upload.filename, kind.columns, context.language)
        database().read(lambda session: kind.preview(session, rows, context))
    except TableFileError as error:
        return _page(kind, *error.messages)
    draft = ImportDraft(
        person_id=official_id(),
        kind=kind.key,
        file_name=upload.filename[-_NAME_CHARS:],
        rows=_to_stored(kind, rows),
        created_at=now(),
    )
    database().write(lambda session: import_drafts.save(session, draft))
    return redirect(url_for(f"imports.{kind.key}"), 303)


def _preview(kind: ImportKind) -> ResponseReturnValue:
    """The page with what would be added, or with what is in its way by now."""
    draft, context = _draft(kind), _context(kind)
    if draft is None:
        return _page(kind)
    rows = _from_stored(kind, draft.rows)
    try:
        shown = database().read(lambda session: kind.preview(session, rows, context))
    except TableFileError as error:
        return _page(kind, *error.messages)
    return _page(kind, draft=draft, rows=shown)


def _context(kind: ImportKind) -> ImportContext:
    return ImportContext(reach_of(kind.permission), language(), now())


def _draft(kind: ImportKind) -> ImportDraft | None:
    person_id = official_id()
    return database().read(lambda session: import_drafts.of_official(session, person_id, kind.key))


def _import(kind: ImportKind) -> tuple[Sequence[str], int]:
    """Add all of the preview, as the store is now: the problems, and how many were added."""
    person_id, context, no_file = official_id(), _context(kind), _("Choose a file")

    def add_all(session: Session) -> int:
        draft = import_drafts.of_official(session, person_id, kind.key)
        if draft is None:
            raise TableFileError(no_file)
        n = kind.add(session, _from_stored(kind, draft.rows), context)
        import_drafts.drop(session, person_id, kind.key)
        return n

    try:
        return (), audited_change(kind.action, str, add_all)
    except TableFileError as error:
        return error.messages, 0
    except (UnitExistsError, UnitMoveError):
        return (_("The units of the file stand too deep, or somebody added one of them meanwhile"),), 0


def _to_stored(kind: ImportKind, rows: Sequence[NumberedCells]) -> list[list[str]]:
    return [[str(row), *(cells[column.key] for column in kind.columns)] for row, cells in rows]


def _from_stored(kind: ImportKind, rows: Sequence[Sequence[str]]) -> list[NumberedCells]:
    keys = [column.key for column in kind.columns]
    return [(int(row[0]), dict(zip(keys, row[1:], strict=True))) for row in rows]


def _page(
    kind: ImportKind,
    *problems: str,
    draft: ImportDraft | None = None,
    rows: Sequence[Cells] = (),
) -> ResponseReturnValue:
    return page_with_file_problems(
        "accounts/import.html",
        "file",
        problems,
        kind=kind.key,
        labels={column.key: column.label(language()) for column in kind.columns},
        draft=draft,
        rows=rows[:_N_SHOWN],
        n_rows=len(rows),
        most_rows=MOST_ROWS,
    )


def _empty_file(kind: ImportKind) -> Response:
    text = io.StringIO(newline="")
    csv.writer(text).writerow([column.label(language()) for column in kind.columns])
    return send_download(text.getvalue().encode("utf-8-sig"), "text/csv", f"{kind.key}.csv")
