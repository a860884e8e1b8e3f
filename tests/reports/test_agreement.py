"""Page, PDF, DOCX, XLSX, CSV, JSON, SPSS and Parquet say the same, to the last printed digit."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import docx
import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pyreadstat
import pytest
from docx.oxml.ns import qn
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from survey.drawing.tables import format_cell
from survey.instrument.questionnaire import GROUP_QUESTION
from survey.reports import codebook, tables, wording
from survey.reports.export import render_file
from survey.results.campaign import CampaignResults
from survey.results.scoring_rules import rules_of
from survey.scoring.design import SampleDesign
from survey.scoring.score import score_responses
from tests.builders import QUESTIONNAIRE, results_of
from tests.conftest import on_sqlite, sign_in_as
from tests.reports.campaigns import KINDS, set_up_campaign

pytestmark = [on_sqlite, pytest.mark.slow]


def numbers(results: CampaignResults, language: str) -> list[float]:
    """Every number of every table in full."""
    return [
        float(cell)
        for table in tables.all_tables(results, language)
        for row in table.rows
        for cell in row
        if isinstance(cell, int | float)
    ]


def printed_numbers(results: CampaignResults, language: str) -> set[str]:
    """Every number of every table as it is printed."""
    return {
        format_cell(cell, column.kind, language)
        for table in tables.all_tables(results, language)
        for row in table.rows
        for column, cell in zip(table.columns, row, strict=True)
        if column.kind != "text" and cell is not None
    }


def cells(rows: list[Any], names: list[str], language: str, results: CampaignResults) -> set[str]:
    """The numbers of rows read from a file, printed as the report prints them."""
    kinds = {c.key: c.kind for table in tables.all_tables(results, language) for c in table.columns}
    numbers = set()
    for row in rows:
        for name, value in zip(names, row, strict=True):
            if kinds.get(name, "text") != "text" and value not in ("", None):
                numbers.add(format_cell(float(value), kinds[name], language))
    return numbers


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_prints_the_numbers_of_the_page(app: Flask, campaign: tuple[str, str], kind: str) -> None:
    key, language = set_up_campaign(app, campaign, kind), "vi"
    office, results = sign_in_as(app, "admin"), results_of(app, key)
    page = office.get(f"/office/campaigns/{key}?lang={language}").text
    url = f"/office/campaigns/{key}/summary."
    wanted = printed_numbers(results, language)
    assert wanted
    pdf = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(office.get(f"{url}pdf").data)).pages)
    word = docx.Document(io.BytesIO(office.get(f"{url}docx").data))
    in_word = {
        "".join(run.text or "" for run in cell.iter(qn("w:t"))) for cell in word.element.iter(qn("w:tc"))
    }
    for number in wanted:
        assert number in pdf
        assert number in in_word
    assert wording.verdict_sentence(results, language) in re.sub(r"\s+", " ", page)
    rows = list(csv.reader(io.StringIO(office.get(f"{url}csv").data.decode("utf-8-sig"), newline="")))
    assert cells(rows[1:], rows[0], language, results) >= wanted
    document = json.loads(office.get(f"{url}json").data)
    in_json = {
        format_cell(cell, column["kind"], language)
        for table in document["tables"]
        for row in table["rows"]
        for column, cell in zip(table["columns"], row, strict=True)
        if column["kind"] != "text" and cell is not None
    }
    assert in_json == wanted
    book = openpyxl.load_workbook(io.BytesIO(office.get(f"{url}xlsx").data))
    in_book = np.array(
        [cell.value for sheet in book for row in sheet for cell in row if isinstance(cell.value, int | float)]
    )
    for value in numbers(results, language):
        assert np.isclose(in_book, value, rtol=1e-15, atol=0).any()


@pytest.mark.parametrize("kind", KINDS[1:])
@pytest.mark.parametrize("extension", ["sav", "parquet"])
def test_the_score_of_a_response_file_is_the_score_of_the_page(
    app: Flask, campaign: tuple[str, str], tmp_path: Path, kind: str, extension: str
) -> None:
    key = set_up_campaign(app, campaign, kind)
    stated = results_of(app, key)
    columns = _columns(sign_in_as(app, "admin"), key, extension, tmp_path)
    valid = columns[codebook.VALID] == 1
    ratings = np.column_stack([columns[c.key][valid] for c in QUESTIONNAIRE.scored_criteria]).astype(float)
    ratings[ratings < 0] = np.nan
    options = QUESTIONNAIRE.question(GROUP_QUESTION).options
    keys = {index: option.key for index, option in enumerate(options, 1)}
    group = np.array([keys[int(index)] for index in columns[GROUP_QUESTION][valid]])
    design = SampleDesign(lonely_psu="adjust")
    if stated.populations:
        weights = columns[codebook.WEIGHT][valid].astype(float)
        people = np.array([stated.populations[name] for name in group.tolist()], dtype=float)
        design = SampleDesign(strata=group, weights=weights, fpc=people, lonely_psu="adjust")
    score = score_responses(ratings, rules_of(QUESTIONNAIRE), design, group=group).whole
    assert score.score == pytest.approx(stated.score.score, abs=1e-12)
    assert score.se == pytest.approx(stated.score.se, abs=1e-12)
    assert score.verdict == stated.score.verdict


def _columns(office: FlaskClient, key: str, extension: str, folder: Path) -> dict[str, Any]:
    path = folder / f"responses.{extension}"
    path.write_bytes(office.get(f"/office/campaigns/{key}/responses.{extension}").data)
    if extension == "sav":
        frame, _meta = pyreadstat.read_sav(path, user_missing=True)
        return {name: frame[name].to_numpy() for name in frame.columns}
    table = pq.read_table(path)
    return {name: np.array(table[name].to_pylist()) for name in table.column_names}


def test_an_export_speaks_the_language_asked_for(demo_app: Flask) -> None:
    results = results_of(demo_app, "demo")
    for name in ("docx", "json", "ddi", "pdf"):
        assert render_file(results, name, "vi") != render_file(results, name, "en")
