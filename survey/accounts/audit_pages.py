"""The page of the log for inspectors, and what it shows as files."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.accounts.audit_files import FORMATS, MAX_ROWS, FileContext
from survey.accounts.audit_filter import KIND_NAMES, NOBODY, LogNames, LogQuery, parse_day, parse_query
from survey.drawing.file_formats import path_converter
from survey.store import audit_entries, people, units
from survey.store.audit import AuditAction
from survey.store.audit_entries import EntryPage
from survey.web.changes import record_action
from survey.web.context import database, settings
from survey.web.downloads import requested_language, send_download
from survey.web.guards import may, reach_of, sees_province
from survey.web.locale import format_day, format_number
from survey.web.permissions import Permission
from survey.web.templates import gettext as _
from survey.web.templates import language, page_with_errors

bp = Blueprint("audit", __name__, url_prefix="/office/audit")
_PAGE_ROWS = 50
Choices = Sequence[tuple[str, str]]


@bp.get("")
@may(Permission.AUDIT_READ)
def show() -> ResponseReturnValue:
    """The entries of the log that the query string selects, newest first."""
    names = _load_names(language())
    query = _parse(names)
    shown = EntryPage((), None, None)
    if not query.errors:
        shown = database().read(
            lambda session: audit_entries.page(
                session, query.wanted, _PAGE_ROWS, before=query.before, after=query.after
            )
        )
    choices = _choices(names)
    return page_with_errors(
        "accounts/audit.html",
        query.errors,
        shown=shown,
        names=names,
        query=query,
        choices=choices,
        chosen=_describe(query, choices),
        kind_names={kind.value: _(name) for kind, name in KIND_NAMES.items()},
        time_zone=settings().time_zone.key,
        formats=FORMATS,
    )


@bp.get(f"/entries.{path_converter(FORMATS)}")
@may(Permission.AUDIT_READ)
def download(extension: str) -> ResponseReturnValue:
    """The selected entries as a file, in the language asked for."""
    file_language = requested_language()
    names = _load_names(file_language)
    query = _parse(names)
    back = redirect(f"{url_for('audit.show')}?{urlencode(query.in_address)}")
    if query.errors:
        return back
    if database().read(lambda session: audit_entries.has_more_than(session, query.wanted, MAX_ROWS)):
        message = _("Entries selected: more than %(n)s. Choose fewer days, then download.")
        flash(message % {"n": format_number(MAX_ROWS, language(), 0)})
        return back
    content = _render(query, extension, FileContext(names, file_language, settings().time_zone))
    chosen = ", ".join(f"{name}={text}" for name, text in query.in_address.items())
    record_action(AuditAction.EXPORTED_LOG, f"{extension} ({file_language}) {chosen}".strip())
    return send_download(content, FORMATS[extension].mimetype, f"log-{file_language}.{extension}")


def _render(query: LogQuery, extension: str, context: FileContext) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        database().read(
            lambda session: FORMATS[extension].write(
                audit_entries.entries(session, query.wanted, MAX_ROWS), context, path
            )
        )
        return path.read_bytes()


def _parse(names: LogNames) -> LogQuery:
    query = parse_query(request.args, names, settings().time_zone, _)
    if sees_province(Permission.AUDIT_READ):
        return query
    return replace(query, wanted=replace(query.wanted, within=reach_of(Permission.AUDIT_READ)))


def _load_names(names_language: str) -> LogNames:
    within = reach_of(Permission.AUDIT_READ)

    def load(session: Session) -> LogNames:
        return LogNames(
            people.names(session),
            {unit.id: unit.name_in(names_language) for unit in units.units(session, within)},
            {person.id: person.full_name for person in people.people(session, within)},
        )

    return database().read(load)


def _choices(names: LogNames) -> Mapping[str, Choices]:
    """What the lists of the filter offer, by field."""
    acts = sorted(((act.value, _(act.value)) for act in AuditAction), key=lambda act: act[1].casefold())
    return {
        "person": [(NOBODY, _("Nobody signed in, or the system")), *_list_names(names.offered)],
        "unit": _list_names(names.units),
        "act": acts,
        "object": [(kind.value, _(name)) for kind, name in KIND_NAMES.items()],
    }


def _list_names(names: Mapping[int, str]) -> Choices:
    return [(str(number), name) for number, name in names.items()]


def _describe(query: LogQuery, choices: Mapping[str, Choices]) -> Choices:
    """The fields that are filled in by their labels, each with what was chosen."""
    labels = {
        "person": _("Who"),
        "act": _("What"),
        "object": _("Kind of object"),
        "key": _("Key or number of the object"),
        "unit": _("Unit"),
        "from": _("From day"),
        "to": _("To day"),
    }

    def describe(name: str, text: str) -> str:
        day = parse_day(text) if name in ("from", "to") else None
        return format_day(day, language()) if day else dict(choices.get(name, ())).get(text, text)

    return [
        (label, describe(name, query.in_address[name]))
        for name, label in labels.items()
        if name in query.in_address
    ]
