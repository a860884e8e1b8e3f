"""`flask survey scorecard`: points from files, or one line that says which place to mend."""

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask

from survey.instrument import codec
from tests.command_line import refusal, run

DEFINITION = Path(codec.__file__).parent / "library" / "par_index.yaml"
HEADER = "indicator_key,value,numerator,denominator\n"
VALUES = (
    HEADER
    + """plan_completion_rate,,14,15
propaganda_rate,100,,
discipline_check_rate,,0,0
check_followup_rate,100,12,12
legal_docs_due_process_rate,79.99,,
faulty_docs_fixed_rate,80,,
tthc_ontime_rate,94.99,9499,10000
tthc_control_rate,105,,
tthc_published_rate,"50,5",,
decentralisation_rate,100,,
staffing_within_quota,yes,,
unit_autonomy_rate,100,,
leaders_standard_rate,95,19,20
job_position_rate,100,,
edoc_interlinked_rate,88.5,,
satisfaction_points,28.23,,
rank,9,,
"""
)


def score(app: Flask, folder: Path, values: str | bytes, name: str = "values.csv") -> Any:
    """The report of `scorecard --json`."""
    content = values.encode() if isinstance(values, str) else values
    (folder / name).write_bytes(content)
    result = run(app, "scorecard", DEFINITION, "--values", folder / name, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_sheet_computed_by_hand_in_docs(app: Flask, tmp_path: Path) -> None:
    report = score(app, tmp_path, VALUES)
    points = {key: component["points"] for key, component in report["components"].items()}
    assert points == {
        "leadership": pytest.approx((4 * 14 / 15 + 2 + 3) / 9 * 12),
        "legal_docs": pytest.approx(3.2),
        "procedures": 3,
        "organisation": 8,
        "personnel": 7.75,
        "modernisation": pytest.approx(3.54),
        "survey": 28.23,
    }
    assert report["points"] == pytest.approx(65.364444, abs=1e-6)
    assert (report["max_scored"], report["total"], report["provisional"]) == (89, 100, True)
    assert report["rank"] == {"value": 9, "max_rank": 10, "of": 20}


def test_each_indicator_says_its_value_points_and_state(app: Flask, tmp_path: Path) -> None:
    components = score(app, tmp_path, VALUES)["components"]
    lines = {key: line for component in components.values() for key, line in component["indicators"].items()}
    states = {
        state: sorted(k for k, line in lines.items() if line["state"] == state)
        for state in ("missing", "no_case", "no_target")
    }
    assert states == {
        "missing": ["late_apology_rate"],
        "no_case": ["discipline_check_rate"],
        "no_target": ["online_dossier_rate", "online_service_rate", "tthc_time_cut_rate"],
    }
    assert lines["staffing_within_quota"]["value"] is True
    assert lines["tthc_published_rate"]["value"] == 50.5, "a decimal comma is read"
    low, high = lines["tthc_ontime_rate"]["wilson"]
    assert low < 94.99 < high
    assert lines["late_apology_rate"]["points"] is None


def test_a_workbook_and_semicolons_say_the_same(app: Flask, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    header = HEADER.strip().split(",")
    rows = (
        ["plan_completion_rate", None, 14, 15],
        ["staffing_within_quota", True],
        ["propaganda_rate", 100.0],
    )
    for row in (header, *rows):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    lines = "plan_completion_rate;;14;15\nstaffing_within_quota;có;;\npropaganda_rate;100;;\n"
    in_excel = score(app, tmp_path, file.getvalue(), "values.xlsx")
    in_csv = score(app, tmp_path, "\ufeff" + HEADER.replace(",", ";") + lines)
    assert in_excel == in_csv
    assert in_csv["points"] == pytest.approx(4 * 14 / 15 + 2 + 2)


def test_nothing_entered_is_no_points(app: Flask, tmp_path: Path) -> None:
    report = score(app, tmp_path, HEADER)
    assert (report["points"], report["max_scored"], report["provisional"]) == (None, 0, True)


def test_without_json_the_points_are_one_line(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text(VALUES)
    result = run(app, "scorecard", DEFINITION, "--values", tmp_path / "v.csv")
    assert result.stdout == "65.3644 points of 100, provisional: scored from 89\n"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("plan_completion_rate,abc,,", "row 2, column value: Found abc; write a number"),
        ("plan_completion_rate,-5,,", "row 2, column value: Found -5; a number from 0"),
        ("plan_completion_rate,nan,,", "Found nan"),
        ("plan_completion_rate,1e3,,", "Found 1e3"),
        ("plan_completion_rate,9550,,", "more than 1000 percent"),
        ('plan_completion_rate,"1,234",,', "two ways"),
        ("plan_completion_rate,,5,", "column denominator: Of how many cases"),
        ("plan_completion_rate,,,5", "column numerator: How many of the cases"),
        ("plan_completion_rate,,5,0", "No case arose, yet"),
        ("plan_completion_rate,90,5,0", "No case arose, yet"),
        ("plan_completion_rate,90,8,10", "Found 90, but 8 of 10 is 80"),
        ("staffing_within_quota,maybe,,", "Found maybe; write yes or no"),
        ("staffing_within_quota,,3,4", "Only a percentage"),
        ("satisfaction_points,38.01,,", "the maximum is 38"),
        ("satisfaction_points,,3,4", "Satisfaction points are not counted"),
        ("rank,21,,", "whole number from 1 to 20"),
        ("rank,1.5,,", "whole number from 1 to 20"),
        ("plan_rate,90,,", "'plan_rate' is no indicator"),
        ("propaganda_rate,90,,\npropaganda_rate,91,,", "row 3, column indicator_key: propaganda_rate stands"),
        ("propaganda_rate,90,,,,,", "row 2: more cells (7) than columns (4)"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(app: Flask, tmp_path: Path, row: str, message: str) -> None:
    (tmp_path / "v.csv").write_text(HEADER + row + "\n")
    assert message in refusal(run(app, "scorecard", DEFINITION, "--values", tmp_path / "v.csv"))


def test_all_problems_of_all_rows_are_named_in_their_order(app: Flask, tmp_path: Path) -> None:
    rows = f"""plan_completion_rate,abc,x,-1,{"e" * 201},{"n" * 501}
plan_rate,90,,,,
propaganda_rate,90,,,,
plan_rat,90,,,,
satisfaction_points,39,3,4,,
propaganda_rate,91,,,,
rank,21,1,,,
"""
    (tmp_path / "v.csv").write_text("indicator_key,value,numerator,denominator,evidence_ref,note\n" + rows)
    line = refusal(run(app, "scorecard", DEFINITION, "--values", tmp_path / "v.csv"))
    problems = line.removesuffix("\n").split("; row ")
    positions = [problem.partition(": row ")[2] or problem for problem in problems]
    assert [position.partition(":")[0] for position in positions] == [
        "2, column numerator",
        "2, column denominator",
        "2, column value",
        "2, column evidence_ref",
        "2, column note",
        "3, column indicator_key",
        "5, column indicator_key",
        "6, column numerator",
        "6, column denominator",
        "6, column value",
        "7, column indicator_key",
        "8, column numerator",
        "8, column value",
    ]
    assert line.count("known are") == 1, "the indicators are listed once"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "v.csv: the file is empty"),
        (b"\n \n", "v.csv: the file is empty"),
        (b"key,value\n", "the columns indicator_key, value are needed; found: key, value"),
        (b"indicator_key,value,weight\n", "the column 'weight' is unknown"),
        (b"indicator_key,value,value\n", "named twice"),
        (b"indicator_key,value\nrank,\xff\n", "row 2: this is not UTF-8"),
        (b'indicator_key,value\n"rank,1\n', "this is not CSV"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(
    app: Flask, tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "v.csv").write_bytes(content)
    assert message in refusal(run(app, "scorecard", DEFINITION, "--values", tmp_path / "v.csv"))


def test_a_broken_workbook_definition_or_path_is_refused(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "v.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (tmp_path / "empty.xlsx").write_bytes(b"")
    assert "empty.xlsx: the file is empty" in refusal(
        run(app, "scorecard", DEFINITION, "--values", tmp_path / "empty.xlsx")
    )
    (tmp_path / "d.yaml").write_text("# nothing yet\n")
    assert "d.yaml: the file is empty or has only comments" in refusal(
        run(app, "scorecard", tmp_path / "d.yaml", "--values", tmp_path / "empty.xlsx")
    )
    (tmp_path / "d.yaml").write_text("par_scorecard: {total_points: 5, components: []}")
    (tmp_path / "v.csv").write_text(HEADER)
    assert "no" in refusal(run(app, "scorecard", DEFINITION, "--values", tmp_path / "v.xlsx"))
    assert "d.yaml: par_scorecard.components" in refusal(
        run(app, "scorecard", tmp_path / "d.yaml", "--values", tmp_path / "v.csv")
    )
    assert "none.csv" in refusal(run(app, "scorecard", DEFINITION, "--values", tmp_path / "none.csv"))
    assert run(app, "scorecard", DEFINITION).exit_code == 2
