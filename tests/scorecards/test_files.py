"""Every file of a scorecard, read by an independent reader: the same total, harmless, and labelled."""

import io
import json
from dataclasses import replace
from typing import Any

import docx
import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader

from survey.instrument.questionnaire import Text
from survey.scorecards.export import FORMATS
from survey.scorecards.report import CardReport
from survey.scorecards.rules import rules_of
from survey.scoring.par_index import score_card
from tests.conftest import on_sqlite
from tests.reports.builders import HOSTILE
from tests.scorecards.builders import QUARTER, YEAR, report_of


def words_of(name: str, content: bytes) -> str:
    """What a reader of the file sees, as one text."""
    if name == "pdf":
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    elif name == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
        text = " ".join(str(value) for value in cells if value is not None)
    elif name == "docx":
        document = docx.Document(io.BytesIO(content))
        paragraphs = [p.text for p in document.paragraphs]
        in_tables = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        headers = [p.text for section in document.sections for p in section.header.paragraphs]
        text = " ".join((*headers, *paragraphs, *in_tables))
    else:
        text = content.decode("utf-8-sig")
    return " ".join(text.replace("\u200b", "").split())


pytestmark = on_sqlite


@pytest.fixture
def report(demo_app: Flask) -> CardReport:
    return report_of(demo_app, QUARTER)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_paper_and_workbook_say_the_total_its_interval_and_what_it_is(
    report: CardReport, language: str
) -> None:
    scored = report.results.scored
    assert scored.points is not None
    assert scored.interval is not None
    for name in ("pdf", "docx", "xlsx"):
        texts = words_of(name, FORMATS[name].render(report, language))
        for number in (scored.points, scored.interval.low, scored.interval.high):
            text = f"{number:.2f}"
            assert (text.replace(".", ",") if language == "vi" else text) in texts, name
        assert {"vi": "Ước tính nội bộ", "en": "Internal estimate"}[language] in texts, name
        assert {"vi": "DỮ LIỆU MINH HỌA", "en": "DEMONSTRATION DATA"}[language] in texts, name


def test_the_workbook_holds_numbers_as_numbers(report: CardReport) -> None:
    book = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].render(report, "en")))
    rows = [row for row in book["Components"].iter_rows(values_only=True) if isinstance(row[1], int | float)]
    expected = [component.points for component in report.results.scored.components]
    assert [row[1] for row in rows] == pytest.approx(expected)
    values = {row[1]: row for row in book["Values"].iter_rows(values_only=True)}
    on_time = values["tthc_ontime_rate"]
    assert on_time[2] == pytest.approx(100 * 502 / 525)
    assert on_time[4:6] == (502, 525)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_the_json_is_the_result_and_says_where_each_value_stands(report: CardReport) -> None:
    entry: dict[str, Any] = json.loads(FORMATS["json"].render(report, "vi"))
    scored = report.results.scored
    assert entry["points"] == scored.points
    assert (entry["period"], entry["campaign"], entry["is_demo"]) == ("2018-Q3", "demo", True)
    assert entry["missing"] == ["check_followup_rate", "unit_autonomy_rate"]
    assert entry["waiting"] == ["tthc_ontime_rate", "edoc_interlinked_rate"]
    assert sum(c["points"] for c in entry["components"].values()) == pytest.approx(scored.points)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_values_give_the_same_bytes(report: CardReport, name: str) -> None:
    assert FORMATS[name].render(report, "vi") == FORMATS[name].render(report, "vi")


@pytest.mark.parametrize("name", ["pdf", "docx", "xlsx", "csv", "json"])
def test_an_empty_scorecard_can_be_handed_out(report: CardReport, name: str) -> None:
    results = report.results
    nothing_yet = {
        key: replace(standing, counted=None, pending=None, history=())
        for key, standing in results.standings.items()
    }
    nothing = score_card(rules_of(results.definition), {})
    empty = replace(results, standings=nothing_yet, scored=nothing, source=None)
    content = FORMATS[name].render(replace(report, results=empty, trend=(empty,), tasks=()), "en")
    for word in ("nan", "None", "inf "):
        assert word not in words_of(name, content).replace("information", "")


@pytest.mark.parametrize("name", ["pdf", "docx", "xlsx", "csv"])
def test_what_anybody_typed_is_text(demo_app: Flask, name: str) -> None:
    report = report_of(demo_app, YEAR)
    standings = report.results.standings
    for standing in standings.values():
        if standing.counted is not None:
            standing.counted.entry.evidence_ref = HOSTILE[:200]
            standing.counted.entry.note = HOSTILE[:500]
    hostile = Text({"vi": HOSTILE, "en": HOSTILE})
    components = tuple(replace(c, text=hostile) for c in report.results.definition.components)
    results = replace(
        report.results, unit=hostile, definition=replace(report.results.definition, components=components)
    )
    for task in report.tasks:
        task.title = HOSTILE[:300]
    texts = words_of(name, FORMATS[name].render(replace(report, results=results, trend=(results,)), "vi"))
    assert "alert(1)" in texts
    if name == "xlsx":
        book = openpyxl.load_workbook(
            io.BytesIO(FORMATS[name].render(replace(report, results=results), "vi"))
        )
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f" or str(cell.value).startswith("=")]
    if name == "csv":
        assert ",=cmd" not in texts
