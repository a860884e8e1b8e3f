"""The responses as files, one row a form: CSV, SPSS and Parquet, written as they are read.

All have the variables and codes of `codebook`: a number for each answer, and negative ones for the three
reasons why there is none. A file grows by a few thousand rows at a time, so a million fit into little memory;
SPSS alone needs its columns together, which are kept as small integers.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from survey.instrument.questionnaire import Text
from survey.reports.codebook import Variable
from survey.reports.microdata import Microdata, Row, Value
from survey.web.defang import defang, storable

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

_AT_ONCE = 20_000
_SAV_DATE_AT, _SAV_DATE_LENGTH = 92, 17  # where an SPSS file says when it was written: 9 and 8 characters
_SAV_FILE_LABEL, _SAV_LABEL, _SAV_VALUE_LABEL = 64, 250, 119  # bytes that every version of SPSS takes
# Words of its language that SPSS takes for no name of a variable.
_SAV_RESERVED = frozenset(["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"])


def write_csv(data: Microdata, rows: Iterable[Row], language: str, path: Path) -> None:
    """UTF-8 with a byte order mark, commas, CRLF; days as 2026-11-24, nothing where nothing is known."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([variable.name for variable in data.variables])
        writer.writerows([_cell(value) for value in row] for row in rows)


def write_codebook(variables: Iterable[Variable], languages: Sequence[str], path: Path) -> None:
    """A row for each variable, and one for each of its codes, with a column of labels for each language."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["variable", "code", "key", "missing", *(f"label_{code}" for code in languages)])
        for variable in variables:
            writer.writerow([variable.name, "", "", "", *_labels(variable.label, languages)])
            for code in variable.codes:
                labels = _labels(code.label, languages)
                writer.writerow([variable.name, code.value, code.key, int(code.is_missing), *labels])


def _labels(label: Text, languages: Sequence[str]) -> list[str]:
    return [defang(label.to(language)) for language in languages]


def _cell(value: Value) -> str | int | float | None:
    if isinstance(value, str):
        return defang(value)
    return value.isoformat() if isinstance(value, date) else value


def write_parquet(data: Microdata, rows: Iterable[Row], language: str, path: Path) -> None:
    """Small integers, dates and texts; labels and codes stand in the metadata of each field as JSON."""
    import pyarrow.parquet as pq

    schema = _schema(data, language)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in _parts(rows):
            writer.write_table(_table(part, schema))


def _schema(data: Microdata, language: str) -> "pa.Schema":
    import pyarrow as pa

    types = {"code": pa.int16(), "text": pa.string(), "day": pa.date32(), "number": pa.float64()}
    fields = [
        pa.field(variable.name, types[variable.kind], metadata=_describe(variable, language))
        for variable in data.variables
    ]
    return pa.schema(fields, metadata={"title": data.campaign_name, "language": language})


def _describe(variable: Variable, language: str) -> dict[str, str]:
    codes = {str(code.value): code.label.to(language) for code in variable.codes}
    return {
        "label": variable.label.to(language),
        "codes": json.dumps(codes, ensure_ascii=False),
        "missing": json.dumps(variable.missing),
    }


def _table(part: list[Row], schema: "pa.Schema") -> "pa.Table":
    import pyarrow as pa

    columns = zip(*part, strict=True)
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def write_sav(data: Microdata, rows: Iterable[Row], language: str, path: Path) -> None:
    """SPSS with labels of variables and values, missing codes, and the measure of each variable."""
    import pyreadstat

    variables = _named_for_spss(data.variables)
    codes = [variable for variable in variables if variable.kind == "code"]
    pyreadstat.write_sav(
        _frame(data, rows).set_axis([variable.name for variable in variables], axis="columns"),
        path,
        file_label=_fitting(data.campaign_name, _SAV_FILE_LABEL),
        column_labels={v.name: _fitting(v.label.to(language), _SAV_LABEL) for v in variables},
        row_compress=True,
        variable_value_labels={variable.name: _value_labels(variable, language) for variable in codes},
        missing_ranges={v.name: list(v.missing) for v in codes if v.missing},
        variable_measure={v.name: _measure(v) for v in variables},
        variable_format={v.name: "SDATE10" for v in variables if v.kind == "day"},
    )
    with path.open("r+b") as file:  # the same responses are the same file, whenever it is written
        file.seek(_SAV_DATE_AT)
        file.write(f"{data.made_at:%d %b %y}00:00:00".encode("ascii")[:_SAV_DATE_LENGTH])


def _frame(data: Microdata, rows: Iterable[Row]) -> "pd.DataFrame":
    """The rows as columns of the smallest kind that holds them."""
    import numpy as np
    import pandas as pd

    parts: list[list[npt.NDArray[np.generic]]] = [[] for _ in data.variables]
    small = {
        "code": np.dtype(np.int16),
        "text": np.dtype(object),
        "day": np.dtype("datetime64[us]"),
        "number": np.dtype(np.float64),
    }
    for part in _parts(rows):
        for arrays, variable, column in zip(parts, data.variables, zip(*part, strict=True), strict=True):
            arrays.append(np.array(column, dtype=small[variable.kind]))
    return pd.DataFrame(
        {
            variable.name: np.concatenate(arrays) if arrays else np.zeros(0, dtype=small[variable.kind])
            for variable, arrays in zip(data.variables, parts, strict=True)
        }
    )


def _named_for_spss(variables: Sequence[Variable]) -> list[Variable]:
    """The variables; one whose name SPSS takes for no name gets a last `_`, or more until no other has it."""
    names = {variable.name.lower() for variable in variables}
    renamed = []
    for variable in variables:
        name = variable.name
        while name.lower() in _SAV_RESERVED or (name != variable.name and name.lower() in names):
            name += "_"
        renamed.append(replace(variable, name=name))
    return renamed


def _value_labels(variable: Variable, language: str) -> dict[int | float, str]:
    """The label of each code. Labels that are the same once they are cut have the code at their end."""
    labels = {code.value: _fitting(code.label.to(language), _SAV_VALUE_LABEL) for code in variable.codes}
    n_times = Counter(labels.values())
    return {
        value: label if n_times[label] == 1 else _with_code(label, value) for value, label in labels.items()
    }


def _with_code(label: str, code: int) -> str:
    ending = f"… ({code})"
    return _fitting(label, _SAV_VALUE_LABEL - len(ending.encode())) + ending


def _fitting(text: str, most_bytes: int) -> str:
    """`text` cut to what SPSS keeps, never inside a letter."""
    return storable(text).encode()[:most_bytes].decode(errors="ignore")


def _measure(variable: Variable) -> str:
    if variable.kind in ("number", "day"):
        return "scale"
    return "ordinal" if variable.is_scale else "nominal"


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while part := list(islice(iterator, _AT_ONCE)):
        yield part
