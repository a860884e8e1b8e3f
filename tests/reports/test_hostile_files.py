"""A thousand hostile strings as comments and names: no cell is a formula, and every file stays whole."""

import io
import json
from dataclasses import replace
from xml.etree import ElementTree as Xml

import docx
import openpyxl
import pytest
from pypdf import PdfReader

from survey.instrument.questionnaire import Text
from survey.reports.export import render_file
from survey.results.campaign import Breakdown, CampaignResults
from tests.reports import builders
from tests.web.naughty import strings

pytestmark = pytest.mark.slow
NAUGHTY = tuple(strings(1000))


def said_by_a_thousand() -> CampaignResults:
    """Each string is a comment, and many are the names of desks."""
    results = builders.normal()
    part = results.parts("desk")[0]
    desks = tuple(
        Breakdown(str(number), Text({"vi": text or "?", "en": text or "?"}), 9, part.score)
        for number, text in enumerate(NAUGHTY[:300])
    )
    return replace(results, comments=NAUGHTY, breakdowns={**results.breakdowns, "desk": desks})


def test_no_cell_of_the_workbook_is_a_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_file(said_by_a_thousand(), "xlsx", "vi")))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in {"n", "s", "d"}
                assert not str(cell.value).lstrip(" \t\r\n\"'\ufeff").startswith("=") or str(
                    cell.value
                ).lstrip().startswith("'")


def test_document_pdf_json_and_ddi_stay_whole() -> None:
    results = said_by_a_thousand()
    document = docx.Document(io.BytesIO(render_file(results, "docx", "vi")))
    assert sum(paragraph.text.startswith("– ") for paragraph in document.paragraphs) == len(NAUGHTY)
    reader = PdfReader(io.BytesIO(render_file(results, "pdf", "vi")), strict=True)
    assert len(reader.pages) > 20
    assert any("<script>" in page.extract_text() for page in reversed(reader.pages))
    assert json.loads(render_file(results, "json", "vi"))["comments"] == list(NAUGHTY)
    assert Xml.fromstring(render_file(results, "ddi", "vi")).tag.endswith("codeBook")  # noqa: S314 — our own
