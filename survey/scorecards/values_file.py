"""The values of a period as a file, CSV or XLSX, a row an indicator: read whole or refused by place."""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from survey.instrument.scorecard import Scorecard
from survey.scorecards.entries import TypedLine, ValueProblem, parse_line, parts
from survey.scorecards.rules import line_of, lines_of
from survey.scoring.par_index import Observed
from survey.web.locale import Gettext

KEY = "indicator_key"
TEXT_LIMITS = {"evidence_ref": 200, "note": 500}  # in characters
COLUMNS = (KEY, *parts(), *TEXT_LIMITS)
LABEL = "indicator"  # in files of ours, for the reader; not read back
_MOST_ROWS, _MOST_CELL_CHARS = 2000, 2000
_MOST_UNPACKED_BYTES = 40_000_000
_MOST_COLUMNS = 30
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")  # where a cell begins in the XML of a sheet
_MOST_CELLS = 2 * _MOST_ROWS * _MOST_COLUMNS


class ValuesFileError(ValueError):
    """A file of values that cannot be used; each message says where, what was found and what to do."""

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = messages


@dataclass(frozen=True)
class Line:
    """One row that holds a value. `row` counts from 1, the header being row 1."""

    row: int
    key: str
    observed: Observed
    evidence_ref: str
    note: str


def read_values(content: bytes, name: str, card: Scorecard, _: Gettext) -> tuple[Line, ...]:
    """The values in a file, by its name CSV or XLSX; rows without a value are left out.

    Raises
    ------
    ValuesFileError
        The file cannot be read, or rows are wrong: each is named by row and column.
    """
    empty = _("the file is empty; its first row must name the columns")
    if not content.strip():
        raise ValuesFileError(empty)
    rows = _rows_of_workbook(content, _) if name.lower().endswith(".xlsx") else _rows_of_csv(content, _)
    records = [(number, cells) for number, cells in enumerate(rows, 1) if any(cells)]
    if not records:
        raise ValuesFileError(empty)
    header = records[0][1]
    _check_header(header, _)
    lines, problems = [], []
    for row, cells in records[1:]:
        parsed = _line(row, dict(zip(header, cells, strict=False)), card, _)
        if isinstance(parsed, Line):
            lines.append(parsed)
        elif parsed is not None:
            message = _("row {row}, column {column}: {words}")
            problems.append(message.format(row=row, column=parsed.part, words=parsed.message))
    problems += _twice(lines, _)
    if problems:
        raise ValuesFileError(*problems)
    return tuple(lines)


def _check_header(header: Sequence[str], _: Gettext) -> None:
    if problems := list(_header_problems(header, _)):
        raise ValuesFileError(*problems)


def _header_problems(header: Sequence[str], _: Gettext) -> Iterator[str]:
    if KEY not in header or "value" not in header:
        message = _("row 1: the columns {needed} are needed; found: {found}")
        yield message.format(needed=f"{KEY}, value", found=", ".join(header)[:100])
    for name, n in Counter(name for name in header if name).items():
        if name not in (*COLUMNS, LABEL):
            message = _("row 1: the column {found} is unknown; known are {known}")
            yield message.format(found=repr(name[:40]), known=", ".join(COLUMNS))
        if n > 1:
            yield _("row 1: the column {found} is named twice; keep one").format(found=repr(name[:40]))


def _line(row: int, cells: Mapping[str, str], card: Scorecard, _: Gettext) -> Line | ValueProblem | None:
    """One row; None where it holds no value."""
    key = cells[KEY]
    indicator = line_of(card, key)
    if indicator is None:
        known = ", ".join(line.key for line in lines_of(card))
        message = _("{found} is no indicator of the scorecard; known are {known}")
        return ValueProblem(KEY, message.format(found=repr(key[:40]), known=known))
    typed = TypedLine(**{part: cells.get(part, "") for part in parts()})
    if typed.is_empty:
        return None
    observed = parse_line(card, indicator, typed, _)
    if isinstance(observed, ValueProblem):
        return observed
    texts = {name: cells.get(name, "") for name in TEXT_LIMITS}
    for name, limit in TEXT_LIMITS.items():
        if len(texts[name]) > limit:
            long = _("{n} characters; the most is {most}")
            return ValueProblem(name, long.format(n=len(texts[name]), most=limit))
    return Line(row, key, observed, **texts)


def _twice(lines: Sequence[Line], _: Gettext) -> Iterator[str]:
    seen: dict[str, int] = {}
    for line in lines:
        if line.key in seen:
            message = _("row {row}, column {column}: {key} stands in row {first} too; keep one")
            yield message.format(row=line.row, column=KEY, key=line.key, first=seen[line.key])
        seen.setdefault(line.key, line.row)


def _rows_of_csv(content: bytes, _: Gettext) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        message = _("row {row}: this is not UTF-8 text; save it as CSV UTF-8")
        raise ValuesFileError(message.format(row=row)) from None
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator))
    except csv.Error as error:
        raise ValuesFileError(_("this is not CSV ({error})").format(error=error)) from None
    message = _("row {row}: more cells ({n}) than columns ({columns}); put a text with commas in quotes")
    wide = [(number, len(cells)) for number, cells in enumerate(rows, 1) if len(cells) > len(rows[0])]
    if wide:
        raise ValuesFileError(
            *(message.format(row=row, n=n, columns=len(rows[0])) for row, n in wide[:_MOST_ROWS])
        )
    return _trim(rows, _)


def _rows_of_workbook(content: bytes, _: Gettext) -> list[list[str]]:
    """The rows of the first sheet, as texts; a workbook that unpacks to too much is not opened."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            fits = unpacked <= _MOST_UNPACKED_BYTES and not _has_too_many_cells(archive)
        book = load_workbook(io.BytesIO(content if fits else b""), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [
            list(row)
            for row in sheet.iter_rows(max_row=_MOST_ROWS + 1, max_col=_MOST_COLUMNS, values_only=True)
        ]
    except Exception:  # noqa: BLE001 — a broken archive or sheet raises anything; all of it means the same
        raise ValuesFileError(_("this is not an XLSX workbook; save it as .xlsx or .csv")) from None
    return _trim([[_cell(value) for value in row] for row in rows], _)


def _has_too_many_cells(archive: zipfile.ZipFile) -> bool:
    """Whether the sheets hold more cells than are read: a row is read whole, however many are in it."""
    sheets = (entry for entry in archive.infolist() if "worksheets/" in entry.filename)
    cells = (cell for entry in sheets for cell in _CELL.finditer(archive.read(entry)))
    return next(islice(cells, _MOST_CELLS, None), None) is not None


def _cell(value: object) -> str:
    """A cell as it would be typed: 95.0 is 95, true is yes."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}" if abs(value) < 1e15 else str(value)
    return str(value)


def _trim(rows: Sequence[Sequence[str]], _: Gettext) -> list[list[str]]:
    if len(rows) > _MOST_ROWS:
        raise ValuesFileError(_("there are too many rows; the most is {most}").format(most=_MOST_ROWS))
    trimmed = [[cell.strip() for cell in row] for row in rows]
    message = _("row {row}: a cell is too long or holds characters that cannot be printed")
    bad = [number for number, row in enumerate(trimmed, 1) if not all(map(_is_printable, row))]
    if bad:
        raise ValuesFileError(*(message.format(row=number) for number in bad))
    width = len(trimmed[0]) if trimmed else 0
    return [row + [""] * (width - len(row)) for row in trimmed]


def _is_printable(cell: str) -> bool:
    is_long = len(cell) > _MOST_CELL_CHARS
    return not is_long and not any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in cell)
