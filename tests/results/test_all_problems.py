"""A refusal of `flask survey score` names all problems of its files, and where each is."""

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from survey.results.certificate_file import CertificateError, read_certificate
from survey.results.score_file import ScoreFileError, score_files
from tests.scoring.builders import TWO_QUESTIONS

DATA = "id,q1,q2,w,h\na,4,5,1,1\nb,3,,1,2\nc,5,4,1,2\n"


def refusal(folder: Path, *, data: str = DATA, instrument: Any = TWO_QUESTIONS, design: Any = None) -> str:
    """What is said of three files."""
    files = {"data.csv": data, "instrument.json": instrument, "design.json": {} if design is None else design}
    for name, content in files.items():
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(ScoreFileError) as refused:
        score_files(*(folder / name for name in files))
    return str(refused.value)


def test_every_strange_cell_is_named_and_every_column_that_is_missing(tmp_path: Path) -> None:
    data = "id,q1,w,h\na,7,x,\na,3,y,1\n,8,1,2\n"
    message = refusal(tmp_path, data=data, design={"weights": "w", "strata": "h", "ids": "psu"})
    for part in (
        "data.csv, row 3, column 'id': the id 'a' stands in row 2 too",
        "data.csv, row 4, column 'id': the id is empty",
        "data.csv, row 2, column 'q1': found '7'",
        "data.csv, row 4, column 'q1': found '8'",
        "data.csv, row 1: the column 'q2' is missing",
        "data.csv, row 2, column 'w': found 'x'",
        "data.csv, row 3, column 'w': found 'y'",
        "data.csv, row 2, column 'h': the cell is empty",
        "data.csv, row 1: the column 'psu' is missing",
    ):
        assert part in message


def test_problems_of_all_three_files_are_named_at_once(tmp_path: Path) -> None:
    message = refusal(
        tmp_path,
        data="id,q1,q2\na,4\nb,4,5,6\n",
        instrument={**TWO_QUESTIONS, "scale": [5, 1], "group_rule": "fxied", "min_valid_per_cell": -1},
        design={"nest": "yes", "lonely_psu": "remove", "weihgts": "w", "calibration": {"type": "magic"}},
    )
    for part in (
        "design.json, key 'nest'",
        "design.json, key 'lonely_psu'",
        "design.json: the key 'weihgts' is unknown",
        "design.json, key 'calibration'",
        "instrument.json, key 'scale'",
        "instrument.json, key 'group_rule'",
        "instrument.json, key 'min_valid_per_cell'",
        "data.csv, row 2: 2 cells under 3 columns",
        "data.csv, row 3: 4 cells under 3 columns",
    ):
        assert part in message


def test_all_problems_of_an_instrument_are_named(tmp_path: Path) -> None:
    criteria = [{"id": "q1", "max_points": 0}, {"max_points": 1}, {"id": "q2", "max_points": 1}] * 2
    message = refusal(
        tmp_path,
        instrument={
            "criteria": criteria,
            "groups": {"a": -1, "b": "x"},
            "target": 3,
            "when_unscord": "rescale",
        },
    )
    for part in (
        "criterion 1, 'max_points': found 0",
        "criterion 2: found {'max_points': 1}; give it an id",
        "criterion 5: found",
        "group 'a': found weight -1",
        "group 'b': found weight 'x'",
        "key 'target': found 3",
        "the key 'when_unscord' is unknown; is 'when_unscored' meant?",
    ):
        assert part in message


def test_of_many_problems_the_first_are_named_and_the_others_counted(tmp_path: Path) -> None:
    data = "id,q1,q2\n" + "".join(f"r{i},9,5\n" for i in range(100))
    message = refusal(tmp_path, data=data)
    assert message.count("found '9'") == 20
    assert message.endswith("and 80 more")


def test_a_key_that_stands_twice_is_refused_in_every_json_file(tmp_path: Path) -> None:
    twice = json.dumps(TWO_QUESTIONS).replace('"criteria"', '"criteria": 1, "criteria"')
    message = refusal(tmp_path, instrument=twice, design='{"weights": "w",\n "weights": "h"}')
    assert "instrument.json, criteria: the key 'criteria' stands twice, on line 1, column " in message
    twins = "the key 'weights' stands twice, on line 1, column 2 and on line 2, column 2; keep one"
    assert f"design.json, weights: {twins}" in message
    page = '{"forms": 1, "rows": [{"id": "a", "q1": 4, "q1": 5}]}'
    message = refusal(tmp_path, data=page)
    assert "data.csv, rows[0].q1: the key 'q1' stands twice" in message


def test_a_certificate_with_a_key_twice_is_none(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text('{"format": "x", "result": {"score": 30, "score": 20}}')
    with pytest.raises(CertificateError, match="'score' stands twice, on line 1, column 28 and on line 1"):
        read_certificate(path)


def test_a_json_on_one_line_is_refused_with_its_column(tmp_path: Path) -> None:
    assert "line 1 column 17" in refusal(tmp_path, design='{"weights": "w",, "ids": "h"}')


def test_a_value_of_thousands_of_characters_is_shown_in_part(tmp_path: Path) -> None:
    deep = "[" * 900 + "]" * 900
    message = refusal(tmp_path, instrument='{"criteria": [1, ' + deep + ', "' + "x" * 9000 + '"]}')
    assert message.count("give it an id") == 3
    assert len(message) < 600


def _workbook(rows: str) -> bytes:
    book = openpyxl.Workbook()
    file = io.BytesIO()
    book.save(file)
    content = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/worksheets/"):
                part = (
                    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                    f"{rows}</sheetData></worksheet>"
                ).encode()
            target.writestr(name, part)
    return content.getvalue()


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="900000000"><c><v>1</v></c></row>',
        "".join(f'<row r="{i}"><c r="XFD{i}"><v>1</v></c></row>' for i in range(1, 3000)),
    ],
)
def test_a_workbook_of_empty_rows_or_columns_is_refused(tmp_path: Path, rows: str) -> None:
    (tmp_path / "data.csv").write_bytes(_workbook(rows))
    (tmp_path / "instrument.json").write_text(json.dumps(TWO_QUESTIONS))
    begun = time.process_time()
    with pytest.raises(ScoreFileError, match="give only the rows and columns that are scored"):
        score_files(tmp_path / "data.csv", tmp_path / "instrument.json", None)
    assert time.process_time() - begun < 20
