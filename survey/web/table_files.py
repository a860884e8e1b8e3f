"""Tables that offices upload, CSV or XLSX: their rows as texts, or a refusal that says where and why."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from survey.web.locale import Gettext
from survey.web.workbooks import WorkbookError, WorkbookLimits, WorkbookProblem, open_workbook

_MOST_CELL_CHARS, _MOST_COLUMNS = 2000, 30
_MOST_BYTES = 10_000_000
_WORKBOOK_LIMITS = WorkbookLimits(
    unpacked_bytes=16_000_000, cell_elements=150_000, texts=30_000, other_elements=15_000
)
Record = tuple[int, list[str]]  # the number of a row, which counts from 1, and its cells


class TableFileError(ValueError):
    """A file that cannot be used; each message says where, what was found and what to do."""

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = messages


@dataclass(frozen=True)
class UploadedTable:
    """The columns that the first row names, and the rows below it that are not empty."""

    header: Sequence[str]
    records: Sequence[Record]


def read_table(content: bytes, name: str, most_rows: int, _: Gettext) -> UploadedTable:
    """The table in a file, by its name CSV or XLSX.

    Raises
    ------
    TableFileError
        The file is too large or empty, or cannot be read, or its header cannot.
    """
    if len(content) > _MOST_BYTES:
        raise TableFileError(_("the file is too large; keep only the rows that are needed"))
    empty = _("the file is empty; its first row must name the columns")
    if not content.strip():
        raise TableFileError(empty)
    read = _rows_of_workbook if name.lower().endswith(".xlsx") else _rows_of_csv
    rows = read(content, most_rows, _)
    if len(rows) > most_rows:
        raise TableFileError(_("there are too many rows; the most is {most}").format(most=most_rows))
    trimmed = ((number, [cell.strip() for cell in row]) for number, row in enumerate(rows, 1))
    records = [(number, cells) for number, cells in trimmed if any(cells)]
    if not records:
        raise TableFileError(empty)
    first, header = records[0]
    if message := row_problem(first, header, header, _):
        raise TableFileError(message)
    return UploadedTable(header, records[1:])


def row_problem(row: int, cells: Sequence[str], header: Sequence[str], _: Gettext) -> str | None:
    """Why the cells of a row cannot be told apart or shown; None where they can."""
    if len(cells) > len(header):
        message = _("row {row}: more cells ({n}) than columns ({columns}); put a text with commas in quotes")
        return message.format(row=row, n=len(cells), columns=len(header))
    if not all(map(_is_printable, cells)):
        message = _("row {row}: a cell is too long or holds characters that cannot be printed")
        return message.format(row=row)
    return None


def _rows_of_csv(content: bytes, most_rows: int, _: Gettext) -> list[list[str]]:
    """The rows, one more at most than are taken; a row of more cells than any file has is refused."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        message = _("row {row}: this is not UTF-8 text; save it as CSV UTF-8")
        raise TableFileError(message.format(row=row)) from None
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    rows: list[list[str]] = []
    try:
        for cells in islice(reader, most_rows + 1):
            if len(cells) > _MOST_COLUMNS:
                message = _("row {row}: more cells ({n}) than are read; the most is {most}")
                raise TableFileError(message.format(row=len(rows) + 1, n=len(cells), most=_MOST_COLUMNS))
            rows.append(cells)
    except csv.Error as error:
        raise TableFileError(_("this is not CSV ({error})").format(error=error)) from None
    return rows


def _rows_of_workbook(content: bytes, most_rows: int, _: Gettext) -> list[list[str]]:
    """The rows of the first sheet, as texts; a workbook that has too much in it is not opened."""
    no_workbook = _("this is not an XLSX workbook; save it as .xlsx or .csv")
    try:
        with open_workbook(io.BytesIO(content), _WORKBOOK_LIMITS) as book:
            sheet = book.worksheets[0]
            cells = sheet.iter_rows(max_row=most_rows + 1, max_col=_MOST_COLUMNS, values_only=True)
            return [[_cell(value) for value in row] for row in cells]
    except WorkbookError as error:
        too_large = _(
            "the workbook has more cells, texts, formats or names in it than are read; copy the rows into a"
            " new workbook, or save them as CSV"
        )
        is_too_large = error.problem is WorkbookProblem.TOO_LARGE
        raise TableFileError(too_large if is_too_large else no_workbook) from None
    except Exception:  # noqa: BLE001 — a broken sheet raises anything; all of it means the same
        raise TableFileError(no_workbook) from None


def _cell(value: object) -> str:
    """A cell as it would be typed: 95.0 is 95, true is yes."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}" if abs(value) < 1e15 else str(value)
    return str(value)


def _is_printable(cell: str) -> bool:
    is_long = len(cell) > _MOST_CELL_CHARS
    return not is_long and not any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in cell)
