"""The data file of `flask survey score`: CSV, XLSX, SPSS, Parquet or the API's JSON, as a table of texts."""

import csv
import io
import json
import math
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from survey.instrument.checks import FORM_COLUMNS
from survey.json_value import JsonObject, JsonValue
from survey.results.score_inputs import DataFile, ScoreFileError, read_text

_HEADER_WITHIN = 10  # rows of a sheet that may stand above the header
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
    for number, cells in records[1:]:
        if len(cells) != len(header):
            raise ScoreFileError(
                f"{path.name}, row {number}: {len(cells)} cells under {len(header)} columns; make them equal"
            )
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
    try:
        stated: JsonValue = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ScoreFileError(f"{path.name}: this is not JSON ({error}); correct it there") from None
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
    try:
        return [(number, [_text(cell) for cell in row]) for number, row in enumerate(read(path), 1)]
    except ScoreFileError:
        raise
    except Exception as error:  # noqa: BLE001 — each library has its own errors for a file that is cut off
        kind = type(error).__name__
        raise ScoreFileError(f"{path.name}: the file cannot be read ({kind}); download it again") from None


def _read_xlsx(path: Path) -> Iterator[Iterable[object]]:
    """The sheet with the responses of a workbook of results, from its header on; else the first sheet."""
    import openpyxl

    if not zipfile.is_zipfile(path):
        raise ScoreFileError(f"{path.name}: the file is cut off; download it again")
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    for sheet in book.worksheets:
        for number, row in enumerate(sheet.iter_rows(max_row=_HEADER_WITHIN, values_only=True), 1):
            if row[:2] == FORM_COLUMNS[:2]:  # the codebook has the names under one another
                yield from sheet.iter_rows(min_row=number, values_only=True)
                return
    if len(book.worksheets) > 1:
        raise ScoreFileError(
            f"{path.name}: no sheet has responses; download the workbook as somebody who may see them, or the"
            " responses as CSV"
        )
    yield from book.worksheets[0].iter_rows(values_only=True)


def _read_sav(path: Path) -> Iterator[Iterable[object]]:
    import pyreadstat

    frame, _meta = pyreadstat.read_sav(path, user_missing=True)
    yield list(frame.columns)
    yield from frame.itertuples(index=False, name=None)


def _read_parquet(path: Path) -> Iterator[Iterable[object]]:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    yield table.column_names
    yield from zip(*(column.to_pylist() for column in table.columns), strict=True)


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
    for respondent, (number, cells) in enumerate(table.rows, 1):
        key = cells[0].strip()
        if not key:
            raise ScoreFileError(
                f"{table.describe_cell(respondent, table.header[0])}: the id is empty; give each row an id"
            )
        if key in seen:
            raise ScoreFileError(
                f"{table.describe_cell(respondent, table.header[0])}: the id {key!r} stands in row "
                f"{seen[key]} too; remove the row that is double"
            )
        seen[key] = number
