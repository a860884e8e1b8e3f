"""The data file of `flask survey score`: CSV, XLSX, SPSS, Parquet or the API's JSON, as a table of texts."""

import csv
import io
import math
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from survey.instrument.checks import FORM_COLUMNS
from survey.json_value import JsonObject
from survey.results.score_inputs import DataFile, read_text
from survey.results.score_problems import Problems, ScoreFileError, json_of
from survey.web.workbooks import WorkbookError, WorkbookLimits, WorkbookProblem, open_workbook

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

_HEADER_WITHIN = 10  # rows of a sheet that may stand above the header
_MAX_ROWS, _MAX_CELLS = 2_000_000, 20_000_000
_WORKBOOK_LIMITS = WorkbookLimits(
    unpacked_bytes=1_000_000_000, cell_elements=3 * _MAX_CELLS, texts=2_000_000, other_elements=50_000
)
_Record = tuple[int, list[str]]


def read_table(path: Path) -> DataFile:
    """The data file: one row a respondent under a header, whatever kind of file it is.

    The kind follows from the content. Numbers become texts as a CSV has them, and what is missing is empty.

    Raises
    ------
    ScoreFileError
        The file is of no such kind, is cut off, or its rows do not fit its header.
    """
    try:
        start = path.read_bytes()[:4]
    except OSError as error:
        raise ScoreFileError(f"{path}: the file cannot be read ({error.strerror}); check its name") from None
    read = next((reader for mark, reader in _READERS.items() if start.startswith(mark)), None)
    records = _read_text_file(path) if read is None else _read_whole(path, read)
    records = [(number, cells) for number, cells in records if any(cell.strip() for cell in cells)]
    if not records:
        raise ScoreFileError(f"{path.name}: the file is empty; the first row must name the columns")
    return _table(path, records)


def _table(path: Path, records: list[_Record]) -> DataFile:
    header = tuple(cell.strip() for cell in records[0][1])
    if len(header) < 2:
        hint = (
            "it is separated by semicolons; save it with commas"
            if ";" in header[0]
            else "save it with commas"
        )
        raise ScoreFileError(f"{path.name}, row 1: there is one column, {header[0][:60]!r}; {hint}")
    problems = Problems()
    for number, cells in records[1:]:
        if len(cells) != len(header):
            where = f"{path.name}, row {number}"
            problems.add(f"{where}: {len(cells)} cells under {len(header)} columns; make them equal")
    problems.refuse_any()
    return DataFile(path.name, header, tuple(records[1:]))


def _read_text_file(path: Path) -> list[_Record]:
    text = read_text(path)
    if text.lstrip().startswith(("{", "[")):
        return _read_json(path, text)
    try:
        return list(enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1))
    except csv.Error as error:
        raise ScoreFileError(f"{path.name}: this is not CSV ({error}); save it as CSV with commas") from None


def _read_json(path: Path, text: str) -> list[_Record]:
    """The rows of one page of the API's responses, or of a list of pages that are all of them."""
    stated = json_of(path, text)
    pages = [page for page in (stated if isinstance(stated, list) else [stated]) if isinstance(page, dict)]
    rows = [row for page in pages for row in _rows_of(page)]
    forms = pages[0].get("forms") if pages else None
    if not rows:
        raise ScoreFileError(
            f"{path.name}: there are no rows of responses in it; give the API's answer to"
            " /api/v1/campaigns/KEY/responses"
        )
    if isinstance(forms, int) and len(rows) != forms:
        raise ScoreFileError(
            f"{path.name}: it has {len(rows)} of {forms} forms; put all pages into one list, [page, page, …]"
        )
    header = list(rows[0])
    return list(enumerate([header, *([_text(row.get(name)) for name in header] for row in rows)], 1))


def _rows_of(page: JsonObject) -> list[JsonObject]:
    rows = page.get("rows")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _read_whole(path: Path, read: Callable[[Path], Iterable[Iterable[object]]]) -> list[_Record]:
    """The rows of a file that a library reads."""
    n_cells, records = 0, list[_Record]()
    try:
        for number, row in enumerate(read(path), 1):
            cells = [_text(cell) for cell in row]
            n_cells += len(cells)
            _check_size(path, number, n_cells)
            if any(cells):
                records.append((number, cells))
    except ScoreFileError:
        raise
    except Exception as error:  # noqa: BLE001 — each library has its own errors for a file that is cut off
        kind = type(error).__name__
        raise ScoreFileError(f"{path.name}: the file cannot be read ({kind}); download it again") from None
    return records


def _read_xlsx(path: Path) -> Iterator[Iterable[object]]:
    """The sheet with the responses of a workbook of results, from its header on; else the first sheet."""
    if not zipfile.is_zipfile(path):
        raise ScoreFileError(f"{path.name}: the file is cut off; download it again")
    try:
        with path.open("rb") as file, open_workbook(file, _WORKBOOK_LIMITS) as book:
            yield from _response_rows(path, book.worksheets)
    except WorkbookError as error:
        if error.problem is WorkbookProblem.TOO_LARGE:
            raise ScoreFileError(
                f"{path.name}: the workbook has more cells, texts, formats or names than are read; save the"
                " sheet with the responses as CSV"
            ) from None
        raise


def _response_rows(path: Path, sheets: "Sequence[ReadOnlyWorksheet]") -> Iterator[Iterable[object]]:
    for sheet in sheets:
        for number, row in enumerate(sheet.iter_rows(max_row=_HEADER_WITHIN, values_only=True), 1):
            if row[:2] == FORM_COLUMNS[:2]:  # the codebook has the names under one another
                yield from sheet.iter_rows(min_row=number, values_only=True)
                return
    if len(sheets) > 1:
        raise ScoreFileError(
            f"{path.name}: no sheet has responses; download the workbook as somebody who may see them, or the"
            " responses as CSV"
        )
    yield from sheets[0].iter_rows(values_only=True)


def _read_sav(path: Path) -> Iterator[Iterable[object]]:
    import pyreadstat

    _empty, head = pyreadstat.read_sav(path, metadataonly=True)
    _check_size(path, head.number_rows or 0, (head.number_rows or 0) * (head.number_columns or 0))
    frame, _meta = pyreadstat.read_sav(path, user_missing=True)
    yield list(frame.columns)
    yield from frame.itertuples(index=False, name=None)


def _read_parquet(path: Path) -> Iterator[Iterable[object]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        n_rows = file.metadata.num_rows
        _check_size(path, n_rows, n_rows * file.metadata.num_columns)
    table = pq.read_table(path)
    yield table.column_names
    yield from zip(*(column.to_pylist() for column in table.columns), strict=True)


def _check_size(path: Path, n_rows: int, n_cells: int) -> None:
    """Refuse a file that a few bytes unpack to more than a table that is scored can have."""
    if n_rows > _MAX_ROWS or n_cells > _MAX_CELLS:
        raise ScoreFileError(
            f"{path.name}: more than {_MAX_ROWS} rows or {_MAX_CELLS} cells; give only the rows and columns"
            " that are scored"
        )


def _text(cell: object) -> str:
    """A cell as a CSV has it: 4 for 4.0, nothing for what is missing."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if math.isfinite(cell) and cell.is_integer() else repr(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


_READERS: dict[bytes, Callable[[Path], Iterable[Iterable[object]]]] = {
    b"PK\x03\x04": _read_xlsx,
    b"$FL2": _read_sav,
    b"$FL3": _read_sav,
    b"PAR1": _read_parquet,
}


def check_ids(table: DataFile) -> None:
    """Refuse a table in which a respondent has no id, or the id of another."""
    seen: dict[str, int] = {}
    problems = Problems()
    for respondent, (number, cells) in enumerate(table.rows, 1):
        key, where = cells[0].strip(), table.describe_cell(respondent, table.header[0])
        if not key:
            problems.add(f"{where}: the id is empty; give each row an id")
        elif key in seen:
            problems.add(
                f"{where}: the id {key[:60]!r} stands in row {seen[key]} too; remove the row that is double"
            )
        else:
            seen[key] = number
    problems.refuse_any()
