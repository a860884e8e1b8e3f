"""The report in Word and the result as JSON, read back by other programs."""

import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import docx
import pytest

from survey.drawing.report import Grid
from survey.instrument.codec import digest, questionnaire_from_json
from survey.reports import result_code, tables
from survey.reports.export import render_file
from survey.reports.printed_report import printed_report
from survey.results.campaign import CampaignResults
from tests.reports import builders
from tests.reports.builders import EVERY


def document(results: CampaignResults, language: str) -> Any:
    return docx.Document(io.BytesIO(render_file(results, "docx", language)))


def as_json(results: CampaignResults, language: str) -> dict[str, Any]:
    document_json: dict[str, Any] = json.loads(render_file(results, "json", language))
    return document_json


@pytest.mark.parametrize("build", EVERY[:5])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_document_has_every_table_the_pdf_prints(build: Any, language: str) -> None:
    results = build()
    parts = printed_report(results, language)
    wanted = [
        [list(row.cells) if row.heading is None else [row.heading] * len(item.columns) for row in item.rows]
        for part in (*parts.body, *parts.annexes)
        for item in part.items
        if isinstance(item, Grid)
    ]
    rows = [
        [[cell.text for cell in row.cells] for row in table.rows[1:]]
        for table in document(results, language).tables
        if table.style.name == "Table Grid"
    ]
    assert rows == wanted


def test_the_document_is_a4_with_headings_and_pictures_that_are_said_in_words() -> None:
    written = document(builders.normal(), "vi")
    assert (written.sections[0].page_width.mm, written.sections[0].page_height.mm) == pytest.approx(
        (210, 297), abs=0.1
    )
    headings = [p.text for p in written.paragraphs if p.style.name == "Heading 1"]
    assert headings[:2] == ["1. Kết quả", "2. Số phiếu"]
    assert headings[-1] == "Phụ lục 5. Mẫu phiếu khảo sát"
    alternatives = [shape._inline.docPr.get("descr") for shape in written.inline_shapes]
    assert len(alternatives) == 4
    assert all(alternatives)


def test_the_document_holds_the_whole_questionnaire() -> None:
    text = "\n".join(p.text for p in document(builders.normal(), "en").paragraphs)
    questionnaire = builders.the_questionnaire()
    for question in questionnaire.questions:
        assert question.text.to("en") in text
    for section in questionnaire.sections:
        assert section.text.to("en") in text


def test_words_of_respondents_are_printed_once_they_are_approved() -> None:
    assert "Phụ lục 6" not in "".join(p.text for p in document(builders.normal(), "vi").paragraphs)
    spoken = replace(builders.normal(), comments=("Rất tốt.", builders.HOSTILE))
    texts = [p.text for p in document(spoken, "vi").paragraphs]
    assert "– Rất tốt." in texts
    assert any("=cmd|' /C calc'!A0 <script>" in line for line in texts)


def test_the_code_on_the_report_names_this_very_result() -> None:
    results = builders.normal()
    assert results.digest in result_code.content(results, "vi")
    public = replace(results.campaign, public_page="https://khaosat.example/results/demo")
    address = result_code.content(replace(results, campaign=public), "en")
    assert address == f"https://khaosat.example/results/demo?lang=en#{results.digest}"
    assert "recompute" in " ".join(
        p.text for p in document(replace(results, campaign=public), "en").paragraphs
    )


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_hostile_document_has_no_field_but_the_page_number_and_no_link(language: str) -> None:
    content = render_file(builders.hostile(), "docx", language)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        text = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith("xml"))
        links = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".rels"))
    assert "fldChar" not in text
    assert "<w:hyperlink" not in text
    assert 'TargetMode="External"' not in links
    assert "instrText" not in text
    assert text.count("<w:fldSimple") == text.count('w:instr="PAGE"') == 1


@pytest.mark.parametrize("name", ["docx", "json"])
def test_the_same_result_makes_the_same_bytes(name: str) -> None:
    assert render_file(builders.normal(), name, "vi") == render_file(builders.normal(), name, "vi")


@pytest.mark.parametrize("build", EVERY)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_json_holds_every_number_of_every_table(build: Any, language: str) -> None:
    results = build()
    exported = as_json(results, language)
    for table, written in zip(tables.all_tables(results, language), exported["tables"], strict=True):
        numbers = [[cell for cell in row if not isinstance(cell, str)] for row in table.rows]
        assert [[cell for cell in row if not isinstance(cell, str)] for row in written["rows"]] == numbers
    assert exported["score"]["score"] == results.score.score
    assert exported["campaign"]["is_demo"] == results.campaign.is_demo


def test_the_json_holds_the_questionnaire_its_digest_names() -> None:
    exported = as_json(builders.normal(), "en")
    again = questionnaire_from_json(json.dumps(exported["questionnaire"]))
    assert digest(again) == digest(builders.the_questionnaire())
    hidden = next(desk for desk in exported["desks"] if desk["key"] == "3")
    assert hidden["score"] is None
