"""The values of a period as a file, CSV or XLSX, a row an indicator: read whole or refused by place."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from survey.instrument.scorecard import Indicator, Scorecard
from survey.scorecards.entries import TypedLine, ValueProblem, parse_line, parts
from survey.scorecards.rules import lines_of
from survey.scoring.par_index import Observed
from survey.web.locale import Gettext
from survey.web.workbooks import WorkbookError, WorkbookLimits, WorkbookProblem, open_workbook

KEY = "indicator_key"
TEXT_LIMITS = {"evidence_ref": 200, "note": 500}  # in characters
COLUMNS = (KEY, *parts(), *TEXT_LIMITS)
LABEL = "indicator"  # in files of ours, for the reader; not read back
_MOST_ROWS, _MOST_CELL_CHARS = 2000, 2000
_MOST_COLUMNS = 30
_MOST_BYTES = 10_000_000
_WORKBOOK_LIMITS = WorkbookLimits(
    unpacked_bytes=16_000_000, cell_elements=150_000, texts=30_000, other_elements=15_000
)
_Record = tuple[int, list[str]]  # the number of a row and its cells


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
        The file cannot be read, or rows are wrong: each problem of each is named by row and column.
    """
    if len(content) > _MOST_BYTES:
        raise ValuesFileError(_("the file is too large; keep only the rows of values"))
    empty = _("the file is empty; its first row must name the columns")
    if not content.strip():
        raise ValuesFileError(empty)
    rows = _rows_of_workbook(content, _) if name.lower().endswith(".xlsx") else _rows_of_csv(content, _)
    if len(rows) > _MOST_ROWS:
        raise ValuesFileError(_("there are too many rows; the most is {most}").format(most=_MOST_ROWS))
    trimmed = ((number, [cell.strip() for cell in row]) for number, row in enumerate(rows, 1))
    records = [(number, cells) for number, cells in trimmed if any(cells)]
    if not records:
        raise ValuesFileError(empty)
    first, header = records[0]
    if message := _row_problem(first, header, header, _):
        raise ValuesFileError(message)
    _check_header(header, _)
    return _lines(header, records[1:], card, _)


def _lines(
    header: Sequence[str], records: Sequence[_Record], card: Scorecard, _: Gettext
) -> tuple[Line, ...]:
    """The rows under the header, or all their problems."""
    lines: list[Line] = []
    problems: list[tuple[int, str]] = []
    indicators = {line.key: line for line in lines_of(card)}
    known = ", ".join(indicators)  # named once
    for row, cells in records:
        if message := _row_problem(row, cells, header, _):
            problems.append((row, message))
            continue
        named = dict.fromkeys(header, "") | dict(zip(header, cells, strict=False))
        indicator = indicators.get(named[KEY])
        if indicator is None:
            problems.append((row, _unknown_key(row, named[KEY], known, _)))
            known = ""
            continue
        parsed = _line(row, named, card, indicator, _)
        if isinstance(parsed, Line):
            lines.append(parsed)
        else:
            pattern = _("row {row}, column {column}: {words}")
            problems += ((row, pattern.format(row=row, column=p.part, words=p.message)) for p in parsed)
    problems += _twice(lines, _)
    if problems:
        raise ValuesFileError(*(message for _row, message in sorted(problems, key=itemgetter(0))))
    return tuple(lines)


def _unknown_key(row: int, key: str, known: str, _: Gettext) -> str:
    """That a key is no indicator, and what the indicators are where `known` has them."""
    message = _("{found} is no indicator of the scorecard")
    if known:
        message = _("{found} is no indicator of the scorecard; known are {known}")
    pattern = _("row {row}, column {column}: {words}")
    return pattern.format(row=row, column=KEY, words=message.format(found=repr(key[:40]), known=known))


def _row_problem(row: int, cells: Sequence[str], header: Sequence[str], _: Gettext) -> str | None:
    """Why the cells of a row cannot be told apart or shown; None where they can."""
    if len(cells) > len(header):
        message = _("row {row}: more cells ({n}) than columns ({columns}); put a text with commas in quotes")
        return message.format(row=row, n=len(cells), columns=len(header))
    if not all(map(_is_printable, cells)):
        message = _("row {row}: a cell is too long or holds characters that cannot be printed")
        return message.format(row=row)
    return None


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


def _line(
    row: int, cells: Mapping[str, str], card: Scorecard, indicator: Indicator, _: Gettext
) -> Line | tuple[ValueProblem, ...]:
    """One row, or what is wrong with each part of it; () where it holds no value."""
    typed = TypedLine(**{part: cells.get(part, "") for part in parts()})
    if typed.is_empty:
        return ()
    observed = parse_line(card, indicator, typed, _)
    texts = {name: cells.get(name, "") for name in TEXT_LIMITS}
    message = _("{n} characters; the most is {most}")
    too_long = tuple(
        ValueProblem(name, message.format(n=len(texts[name]), most=limit))
        for name, limit in TEXT_LIMITS.items()
        if len(texts[name]) > limit
    )
    if isinstance(observed, tuple):
        return (*observed, *too_long)
    return too_long or Line(row, indicator.key, observed, **texts)


def _twice(lines: Sequence[Line], _: Gettext) -> Iterator[tuple[int, str]]:
    first: dict[str, int] = {}
    for line in lines:
        if line.key in first:
            message = _("row {row}, column {column}: {key} stands in row {first} too; keep one")
            fields = {"row": line.row, "column": KEY, "key": line.key, "first": first[line.key]}
            yield line.row, message.format(**fields)
        first.setdefault(line.key, line.row)


def _rows_of_csv(content: bytes, _: Gettext) -> list[list[str]]:
    """The rows, one more at most than are taken; a row of more cells than any file has is refused."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        message = _("row {row}: this is not UTF-8 text; save it as CSV UTF-8")
        raise ValuesFileError(message.format(row=row)) from None
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    rows: list[list[str]] = []
    try:
        for cells in islice(reader, _MOST_ROWS + 1):
            if len(cells) > _MOST_COLUMNS:
                message = _("row {row}: more cells ({n}) than a file of values has; the most is {most}")
                raise ValuesFileError(message.format(row=len(rows) + 1, n=len(cells), most=_MOST_COLUMNS))
            rows.append(cells)
    except csv.Error as error:
        raise ValuesFileError(_("this is not CSV ({error})").format(error=error)) from None
    return rows


def _rows_of_workbook(content: bytes, _: Gettext) -> list[list[str]]:
    """The rows of the first sheet, as texts; a workbook that has too much in it is not opened."""
    no_workbook = _("this is not an XLSX workbook; save it as .xlsx or .csv")
    try:
        with open_workbook(io.BytesIO(content), _WORKBOOK_LIMITS) as book:
            sheet = book.worksheets[0]
            cells = sheet.iter_rows(max_row=_MOST_ROWS + 1, max_col=_MOST_COLUMNS, values_only=True)
            return [[_cell(value) for value in row] for row in cells]
    except WorkbookError as error:
        too_large = _(
            "the workbook has more cells, texts, formats or names in it than are read; copy the rows of "
            "values into a new workbook, or save them as CSV"
        )
        is_too_large = error.problem is WorkbookProblem.TOO_LARGE
        raise ValuesFileError(too_large if is_too_large else no_workbook) from None
    except Exception:  # noqa: BLE001 — a broken sheet raises anything; all of it means the same
        raise ValuesFileError(no_workbook) from None


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
