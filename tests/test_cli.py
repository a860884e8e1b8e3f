"""The command line as scripts use it: real processes' arguments, exit codes and one line on stderr."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.reports.export import FORMATS
from survey.reports.response_export import RESPONSE_FORMATS
from survey.store import fieldwork, rollups
from tests.builders import database_of
from tests.cases import CASES
from tests.command_line import refusal, run
from tests.conftest import on_sqlite
from tests.scoring.builders import REFERENCE_CASES, TWO_QUESTIONS

DATA = "id,q1,q2\n" + "".join(f"{i},{3 + i % 3},{2 + i % 4}\n" for i in range(40))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "data.csv").write_text(DATA)
    (tmp_path / "instrument.json").write_text(json.dumps({**TWO_QUESTIONS, "na": ""}))
    return tmp_path


def score(app: Flask, *arguments: object) -> Any:
    """The report of `score --json`."""
    result = run(app, "score", *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("name", REFERENCE_CASES)
def test_a_reference_case_is_scored_as_r_does(app: Flask, name: str) -> None:
    case = CASES / "scoring" / name
    report = score(
        app, case / "data.csv", "--instrument", case / "instrument.json", "--design", case / "design.json"
    )
    expected = json.loads((case / "expected.json").read_text())
    assert report["score"] == pytest.approx(expected["score"], abs=1e-6)
    assert report["se"] == pytest.approx(expected["se"], abs=1e-6)


@pytest.mark.parametrize("interval", ["t", "logit-t"])
def test_one_form_has_a_score_without_interval(app: Flask, files: Path, interval: str) -> None:
    (files / "one.csv").write_text("id,q1,q2\na,4,5\n")
    here = (files / "one.csv", "--instrument", files / "instrument.json")
    result = run(app, "score", *here, "--interval", interval)
    assert (result.exit_code, result.stdout) == (0, "33.0000 of 38, no interval: withheld (n = 1)\n")


def test_the_interval_asked_for_is_the_one_reported(app: Flask, files: Path) -> None:
    here = (files / "data.csv", "--instrument", files / "instrument.json")
    assert score(app, *here, "--interval", "t")["ci"] == score(app, *here)["ci_t"]
    assert score(app, *here)["interval"] == "tilted-beta"


def test_two_files_are_compared(app: Flask, files: Path) -> None:
    (files / "later.csv").write_text(DATA.replace(",3,", ",4,"))
    here = (files / "data.csv", "--instrument", files / "instrument.json", "--compare", files / "later.csv")
    low, high = score(app, *here)["difference"]["ci"]
    assert low < score(app, *here)["difference"]["estimate"] < high
    assert "second minus first +" in run(app, "score", *here).stdout


def test_a_difference_without_an_interval_is_still_said(app: Flask, files: Path) -> None:
    (files / "one.csv").write_text("id,q1,q2\n1,4,5\n")
    here = (files / "data.csv", "--instrument", files / "instrument.json", "--compare", files / "one.csv")
    text = run(app, "score", *here).stdout
    assert "no difference" not in text
    assert "second minus first +" in text
    assert "no interval: one of the files has too few respondents" in text


def test_without_json_the_score_is_one_readable_line(app: Flask, files: Path) -> None:
    result = run(app, "score", files / "data.csv", "--instrument", files / "instrument.json")
    assert "of 38, 95% interval" in result.stdout
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("id,q1,q2\n1,4,9\n", "row 2"),
        ("id,q1\n1,4\n", "q2"),
        ("id,q1,q2\n1,4,5\n1,4,5\n", "row 3"),
        ("", "empty"),
    ],
)
def test_data_that_cannot_be_used_end_in_one_line_and_exit_1(
    app: Flask, files: Path, data: str, message: str
) -> None:
    (files / "data.csv").write_text(data)
    line = refusal(run(app, "score", files / "data.csv", "--instrument", files / "instrument.json"))
    assert message in line


def test_a_file_that_is_not_there_is_named(app: Flask, files: Path) -> None:
    assert "missing.csv" in refusal(
        run(app, "score", files / "missing.csv", "--instrument", files / "instrument.json")
    )
    assert "missing.yaml" in refusal(run(app, "publish-questionnaire", files / "missing.yaml"))


def test_a_wrong_option_is_usage_and_exit_2(app: Flask, files: Path) -> None:
    assert run(app, "score", files / "data.csv").exit_code == 2
    assert run(app, "score", files / "data.csv", "--instrument", "x", "--interval", "wald").exit_code == 2
    assert run(app, "export", "demo", "--format", "exe", "--out", "-").exit_code == 2


@pytest.mark.slow
@on_sqlite
@pytest.mark.parametrize("name", FORMATS)
def test_an_export_is_the_same_bytes_as_the_download(
    demo_app: Flask, administrator: FlaskClient, tmp_path: Path, name: str
) -> None:
    out = tmp_path / f"summary.{name}"
    assert run(demo_app, "export", "demo", "--format", name, "--out", out).exit_code == 0
    page = administrator.get(f"/office/campaigns/demo/summary.{name}?in=vi")
    assert page.status_code == 200
    assert page.data == out.read_bytes()


@pytest.mark.parametrize("name", RESPONSE_FORMATS)
def test_a_response_file_is_the_same_bytes_as_the_download(
    demo_app: Flask, administrator: FlaskClient, tmp_path: Path, name: str
) -> None:
    out = tmp_path / f"responses.{name}"
    assert run(demo_app, "export", "demo", "--format", name, "--responses", "--out", out).exit_code == 0
    page = administrator.get(f"/office/campaigns/demo/responses.{name}?in=vi")
    assert page.status_code == 200
    assert page.data == out.read_bytes()


def test_responses_of_a_format_that_has_none_are_usage_and_exit_2(demo_app: Flask) -> None:
    result = run(demo_app, "export", "demo", "--format", "pdf", "--responses", "--out", "-")
    assert result.exit_code == 2
    assert "csv, sav, parquet" in result.stderr


def test_an_export_may_go_to_standard_output_in_english(demo_app: Flask) -> None:
    result = run(demo_app, "export", "demo", "--format", "csv", "--lang", "en", "--out", "-")
    assert result.exit_code == 0
    assert "Individual or household" in result.stdout


def test_an_unknown_campaign_is_refused_with_the_known_ones(demo_app: Flask, tmp_path: Path) -> None:
    line = refusal(run(demo_app, "export", "demo9", "--format", "csv", "--out", tmp_path / "x.csv"))
    assert "'demo9'" in line
    assert "demo-truoc" in line


def test_a_place_that_cannot_be_written_is_refused(demo_app: Flask, tmp_path: Path) -> None:
    assert "cannot be written" in refusal(
        run(demo_app, "export", "demo", "--format", "csv", "--out", tmp_path / "nowhere" / "x.csv")
    )


def test_set_up_twice_makes_nothing_twice(app: Flask) -> None:
    assert run(app, "setup", "--demo").stdout == "", "the test's database has its people already"
    again = run(app, "setup", "--demo")
    assert again.exit_code == 0
    assert again.stdout == ""


def test_a_first_administrator_beside_others_is_refused_with_their_names(app: Flask) -> None:
    line = refusal(run(app, "setup", "--admin", "lan"))
    assert "nobody was added, because there are administrators already (admin)" in line
    assert run(app, "setup", "--admin", "admin").exit_code == 0, "the one there is"


@pytest.mark.parametrize("name", ["", "a", "Lê Thị Lan", "lan\tminh", "x" * 61, "../admin", "-lan"])
def test_a_first_administrator_needs_a_name_that_can_be_typed(app: Flask, name: str) -> None:
    assert "a sign-in name has 2 to 60 letters" in refusal(run(app, "setup", "--admin", name))


def test_a_questionnaire_is_checked_before_it_is_published(app: Flask, tmp_path: Path) -> None:
    shipped = Path("survey/instrument/library/dungquat_38.yaml").read_text()
    (tmp_path / "q.yaml").write_text(shipped.replace("total_points: 38", "total_points: 39"))
    line = refusal(run(app, "publish-questionnaire", tmp_path / "q.yaml", "--check"))
    assert "total_points is 39" in line


def test_counts_that_went_wrong_are_put_right(demo_app: Flask) -> None:
    database = database_of(demo_app)
    zone = demo_app.extensions["settings"].time_zone

    def fold(session: Session) -> None:
        row = fieldwork.campaign_by_key(session, "demo")
        rollups.fold(session, row, zone)

    database.write(fold)
    assert "were correct" in run(demo_app, "recount", "demo").stdout
    database.write(lambda s: s.execute(update(rollups.RollUpState).values(incomplete=7)).close())
    assert "corrected" in run(demo_app, "recount", "demo").stdout
    assert "were correct" in run(demo_app, "recount", "demo").stdout
    assert "known: demo" in refusal(run(demo_app, "recount", "nothing"))
