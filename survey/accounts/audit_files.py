"""Entries of the log as files to download: CSV and XLSX, written as they are read."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from survey.accounts.audit_filter import KIND_NAMES, LogNames
from survey.drawing.file_formats import XLSX
from survey.store.audit import AuditEvent, ObjectKind
from survey.web.defang import defang
from survey.web.locale import Gettext, gettext_in

MAX_ROWS = 50_000  # of a file: it is made while a request waits
_WIDTHS = (9, 26, 24, 26, 48, 18, 24, 24, 40, 66)
_LONGEST_CELL = 32_767
_A4 = 9


@dataclass(frozen=True)
class FileContext:
    """What the rows of a file depend on besides the entries."""

    names: LogNames
    language: str
    time_zone: tzinfo


def headings(_: Gettext) -> Sequence[str]:
    """The headings of the columns."""
    return (
        _("No."),
        _("Time"),
        _("Who"),
        _("What"),
        _("On"),
        _("Kind of object"),
        _("Key or number of the object"),
        _("Unit"),
        _("Reason"),
        _("Hash"),
    )


def texts_of(event: AuditEvent, context: FileContext) -> Sequence[str]:
    """The cells after the number; the time is that of the office, with its distance from UTC."""
    _, names = gettext_in(context.language), context.names
    kind = event.object_kind
    return (
        event.recorded_at.astimezone(context.time_zone).isoformat(sep=" ", timespec="seconds"),
        "" if event.person_id is None else names.people.get(event.person_id, str(event.person_id)),
        _(event.act),
        event.subject,
        _(KIND_NAMES[ObjectKind(kind)]) if kind in set(ObjectKind) else (kind or ""),
        event.object_key or "",
        "" if event.unit_id is None else names.units.get(event.unit_id, str(event.unit_id)),
        event.reason or "",
        event.hash,
    )


def write_csv(events: Iterable[AuditEvent], context: FileContext, path: Path) -> None:
    """UTF-8 with a byte order mark, commas, CRLF; no cell is a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings(gettext_in(context.language)))
        for event in events:
            writer.writerow([event.id, *map(defang, texts_of(event, context))])


def write_xlsx(events: Iterable[AuditEvent], context: FileContext, path: Path) -> None:
    """One sheet, an entry a row, of which one is in memory."""
    import xlsxwriter

    _ = gettext_in(context.language)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as workbook:
        sheet = workbook.add_worksheet(_("Log"))
        bold = workbook.add_format({"bold": True, "text_wrap": True})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        for column, heading in enumerate(headings(_)):
            sheet.write_string(0, column, heading, bold)
        for row, event in enumerate(events, 1):
            sheet.write_number(row, 0, event.id)
            for column, text in enumerate(texts_of(event, context), 1):
                sheet.write_string(row, column, defang(text)[:_LONGEST_CELL], wrapped)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_landscape()


@dataclass(frozen=True)
class LogFormat:
    """A kind of file and how it is written."""

    mimetype: str
    write: Callable[[Iterable[AuditEvent], FileContext, Path], None]


FORMATS = {"csv": LogFormat("text/csv", write_csv), "xlsx": LogFormat(XLSX, write_xlsx)}
