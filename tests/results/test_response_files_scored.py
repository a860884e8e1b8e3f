"""`flask survey score` on the files the product hands out gives the numbers of its page."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from survey.instrument import codec
from survey.results.score_file import ScoreFileError, score_files
from survey.store import questionnaires
from tests.api.program import Program
from tests.builders import BUSINESS, QUESTIONNAIRE, a_form, database_of, results_of, send, send_forms
from tests.conftest import on_sqlite, sign_in_as
from tests.reports.campaigns import KINDS, set_up_campaign

pytestmark = on_sqlite
FILES = ["responses.csv", "responses.sav", "responses.parquet", "summary.xlsx", "api.json"]


def download(app: Flask, key: str, name: str, folder: Path, language: str = "vi") -> Path:
    """A file of a campaign as an official or a program gets it."""
    path = folder / name
    if name == "api.json":
        program = Program(app, "responses.download")
        path.write_bytes(program.get(f"campaigns/{key}/responses").data)
    else:
        office = sign_in_as(app, "admin")
        path.write_bytes(office.get(f"/office/campaigns/{key}/{name}?in={language}").data)
    return path


def the_questionnaire(app: Flask, folder: Path) -> Path:
    """The questionnaire as the office downloads it."""
    version = database_of(app).read(questionnaires.versions)[0]
    path = folder / "questionnaire.json"
    path.write_bytes(sign_in_as(app, "admin").get(f"/office/questionnaires/{version.digest}.json").data)
    return path


def on_the_page(app: Flask, key: str) -> dict:  # type: ignore[type-arg]
    """The numbers of the page in full, which its JSON has."""
    content = sign_in_as(app, "admin").get(f"/office/campaigns/{key}/summary.json").data
    score: dict = json.loads(content)["score"]  # type: ignore[type-arg]
    return score


@pytest.mark.parametrize("kind", KINDS[1:])
@pytest.mark.parametrize("name", FILES)
def test_the_command_gives_the_numbers_of_the_page(
    app: Flask, campaign: tuple[str, str], tmp_path: Path, kind: str, name: str
) -> None:
    key = set_up_campaign(app, campaign, kind)
    stated = on_the_page(app, key)
    report = score_files(download(app, key, name, tmp_path), the_questionnaire(app, tmp_path), None).to_json()
    for figure in ("score", "se", "df", "df_satterthwaite", "ci", "ci_t", "p_ge_low", "scored_max"):
        assert report[figure] == pytest.approx(stated[figure], abs=1e-10), figure
    for figure in ("verdict", "reading", "provisional", "withheld_because", "n_respondents"):
        assert report[figure] == stated[figure], figure
    for criterion, entry in stated["criteria"].items():
        assert report["criteria"][criterion]["points"] == pytest.approx(entry["points"], abs=1e-10)  # type: ignore[index,call-overload]


@pytest.mark.parametrize("name", FILES[:4])
def test_the_language_of_a_file_does_not_matter(
    app: Flask, campaign: tuple[str, str], tmp_path: Path, name: str
) -> None:
    key = set_up_campaign(app, campaign, "provisional")
    questionnaire = the_questionnaire(app, tmp_path)
    scores = [
        score_files(download(app, key, name, tmp_path, language), questionnaire, None).to_json()
        for language in ("vi", "en")
    ]
    assert scores[0] == scores[1]


def test_an_incomplete_form_is_not_scored(app: Flask, campaign: tuple[str, str], tmp_path: Path) -> None:
    key, code = campaign
    send_forms(app, code, 6, "4")
    blank = {criterion.key: "" for criterion in QUESTIONNAIRE.criteria[2:]}
    send(app.test_client(), a_form(QUESTIONNAIRE, "1", **blank), code)
    results = results_of(app, key)
    assert results.forms.incomplete == 1
    path = download(app, key, "responses.csv", tmp_path)
    report = score_files(path, the_questionnaire(app, tmp_path), None).to_json()
    assert report["score"] == pytest.approx(results.score.score)
    assert report["n_respondents"] == 6


def test_the_yaml_of_the_questionnaire_explains_the_codes_too(
    app: Flask, campaign: tuple[str, str], tmp_path: Path
) -> None:
    key, code = campaign
    send_forms(app, code, 6, "4", **BUSINESS)
    library = Path(codec.__file__).parent / "library" / "dungquat_38.yaml"
    report = score_files(download(app, key, "responses.csv", tmp_path), library, None).to_json()
    assert report["absent_groups"] == ["citizen"]


@pytest.mark.parametrize(
    ("name", "change", "refusal"),
    [
        (
            "responses.csv",
            lambda b: b.replace(b"\r\n1,", b"\r\n7,", 1),
            "found '7'; write 1 for a valid form",
        ),
        ("responses.sav", lambda b: b[: len(b) // 2], "download it again"),
        ("responses.parquet", lambda b: b[:-40], "download it again"),
        ("summary.xlsx", lambda b: b[:2000], "the file is cut off"),
        (
            "api.json",
            lambda b: b.replace(b'"forms":6', b'"forms":9').replace(b'"forms": 6', b'"forms": 9'),
            "it has 6 of 9 forms; put all pages into one list",
        ),
    ],
)
def test_a_file_that_is_not_whole_is_refused(
    app: Flask,
    campaign: tuple[str, str],
    tmp_path: Path,
    name: str,
    change: Callable[[bytes], bytes],
    refusal: str,
) -> None:
    key, code = campaign
    send_forms(app, code, 6, "4")
    path = download(app, key, name, tmp_path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ScoreFileError, match=re.escape(refusal)):
        score_files(path, the_questionnaire(app, tmp_path), None)


def test_a_workbook_without_responses_is_refused(
    app: Flask, campaign: tuple[str, str], tmp_path: Path
) -> None:
    key, code = campaign
    send_forms(app, code, 6, "4")
    path = tmp_path / "summary.xlsx"
    path.write_bytes(sign_in_as(app, "viewer").get(f"/office/campaigns/{key}/summary.xlsx").data)
    with pytest.raises(ScoreFileError, match="no sheet has responses"):
        score_files(path, the_questionnaire(app, tmp_path), None)


def test_pages_of_the_api_are_scored_together(app: Flask, campaign: tuple[str, str], tmp_path: Path) -> None:
    key = set_up_campaign(app, campaign, "provisional")
    program = Program(app, "responses.download")
    pages = [program.fetch(f"campaigns/{key}/responses?limit=10")]
    while pages[-1]["next"]:
        pages.append(program.fetch(pages[-1]["next"].removeprefix("/api/v1/")))
    path = tmp_path / "pages.json"
    path.write_text(json.dumps(pages))
    report = score_files(path, the_questionnaire(app, tmp_path), None).to_json()
    assert len(pages) == 3
    assert report["score"] == pytest.approx(on_the_page(app, key)["score"], abs=1e-10)


def test_the_command_reads_it_and_says_the_score(
    app: Flask, campaign: tuple[str, str], tmp_path: Path
) -> None:
    key = set_up_campaign(app, campaign, "people served")
    data, questionnaire = download(app, key, "responses.csv", tmp_path), the_questionnaire(app, tmp_path)
    run = app.test_cli_runner().invoke(
        args=["survey", "score", str(data), "--instrument", str(questionnaire), "--json"]
    )
    assert run.exit_code == 0, run.output
    assert json.loads(run.output)["ci"] == pytest.approx(on_the_page(app, key)["ci"], abs=1e-10)
