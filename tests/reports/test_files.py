"""The files read back by other programs: they agree, and nobody's text does anything in them."""

import csv
import io
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

import openpyxl
import pytest
from pypdf import PdfReader
from pypdf.generic import BooleanObject, DictionaryObject

from survey.drawing.tables import format_cell
from survey.reports import method, tables
from survey.reports.export import FORMATS
from survey.results.campaign import CampaignResults
from tests.reports import builders
from tests.reports.builders import EVERY

LANGUAGES = ["vi", "en"]


def write(name: str, results: CampaignResults, language: str) -> bytes:
    stream = io.BytesIO()
    FORMATS[name].write(results, language, stream)
    assert not stream.closed
    return stream.getvalue()


def pdf_text(results: CampaignResults, language: str) -> str:
    reader = PdfReader(io.BytesIO(write("pdf", results, language)))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def csv_rows(results: CampaignResults, language: str) -> list[dict[str, str]]:
    text = write("csv", results, language).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def workbook(results: CampaignResults, language: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(write("xlsx", results, language)))


def as_excel_shows(value: float, number_format: str) -> str:
    """The digits of a number under our four formats, rounded half up as Excel does, in English."""
    decimals = {"#,##0.00": 2, "0.0%": 1, "#,##0": 0}[number_format]
    scaled = Decimal(f"{value:.15g}") * (100 if number_format == "0.0%" else 1)
    return f"{scaled.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,}" + "%" * (
        number_format == "0.0%"
    )


@pytest.mark.parametrize("build", EVERY[:5])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_prints_every_row_of_every_table(build: Any, language: str) -> None:
    results = build()
    text = pdf_text(results, language)
    for table in tables.all_tables(results, language):
        numeric = [index for index, column in enumerate(table.columns) if column.kind != "text"]
        for row in table.rows:
            cells = [format_cell(row[index], table.columns[index].kind, language) for index in numeric]
            assert " ".join(cells) in text


@pytest.mark.parametrize("build", EVERY[:5])
def test_workbook_and_csv_hold_the_same_values(build: Any) -> None:
    results = build()
    sheets = workbook(results, "en").worksheets
    for name, sheet in (("criterion", sheets[1]), ("section", sheets[2]), ("answer", sheets[4])):
        headings = [cell.value for cell in sheet[4]]
        table = next(t for t in tables.all_tables(results, "en") if t.key == name)
        assert headings[: len(table.columns)] == [column.label for column in table.columns]
        in_csv = [row for row in csv_rows(results, "en") if row["part"] == name]
        assert len(in_csv) == len(table.rows)
        for number, row in enumerate(in_csv):
            for column, cell in zip(table.columns, sheet[5 + number], strict=False):
                if column.kind != "text":
                    value = float(row[column.key]) if row[column.key] else None
                    assert cell.value == (None if value is None else pytest.approx(value, rel=1e-15))


@pytest.mark.parametrize("build", EVERY[:5])
def test_the_workbook_shows_the_digits_the_pdf_prints(build: Any) -> None:
    results = build()
    text = pdf_text(results, "en")
    for sheet in workbook(results, "en").worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if (
                isinstance(cell.value, int | float)
                and cell.number_format != "General"
                and sheet.title != "Codebook"
            ):
                assert as_excel_shows(cell.value, cell.number_format) in text


@pytest.mark.parametrize("build", EVERY)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_cell_of_the_workbook_is_a_formula_or_a_link(build: Any, language: str) -> None:
    for sheet in workbook(build(), language).worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type in {"n", "s", "d"}
            assert cell.hyperlink is None
            assert not str(cell.value).lstrip(' "\ufeff').startswith("=")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_cell_of_a_hostile_csv_begins_like_a_formula(language: str) -> None:
    for row in csv_rows(builders.hostile(), language):
        for value in row.values():
            assert re.match(r"-?\d", value) or value[:1] not in tuple("=+-@\t\r")


def test_the_csv_is_tidy_and_says_nothing_where_nothing_is_known() -> None:
    content = write("csv", builders.no_data(), "vi")
    assert content.startswith(b"\xef\xbb\xbfpart,key,label,value,points,max_points,share,se,ci_low,ci_high,n")
    assert b"nan" not in content.lower()
    rows = csv_rows(builders.no_data(), "vi")
    assert {len(row) for row in rows} == {len(rows[0])}
    whole = next(row for row in rows if row["part"] == "score")
    assert (whole["points"], whole["n"], whole["max_points"]) == ("", "0", "38.0")


def test_the_sheets_have_the_names_of_the_language() -> None:
    assert workbook(builders.normal(), "vi").sheetnames == [
        "Tổng hợp",
        "Tiêu chí",
        "Yếu tố",
        "Nhóm và quầy",
        "Câu trả lời",
        "Độ tin cậy",
        "Phương pháp",
        "Bảng mã",
    ]
    assert workbook(builders.normal(), "en").sheetnames == [
        "Summary",
        "Criteria",
        "Factors",
        "Groups and desks",
        "Answers",
        "Reliability",
        "Method",
        "Codebook",
    ]


def test_a_sheet_prints_on_a4_under_a_frozen_heading() -> None:
    sheet = workbook(builders.normal(), "vi")["Tiêu chí"]
    assert (sheet.page_setup.paperSize, sheet.freeze_panes) == (9, "C5")
    assert sheet.print_title_rows == "$1:$4"


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert "28,23 / 38 điểm" in pdf_text(builders.provisional(), "vi")
    assert "28.23 / 38 points" in pdf_text(builders.provisional(), "en")


@pytest.mark.parametrize("build", EVERY)
def test_the_pdf_is_tagged_archivable_and_says_what_it_is(build: Any) -> None:
    results = build()
    reader = PdfReader(io.BytesIO(write("pdf", results, "vi")))
    root = reader.root_object
    assert cast(DictionaryObject, root["/MarkInfo"])["/Marked"] == BooleanObject(value=True)
    assert "/StructTreeRoot" in root
    assert str(root["/Lang"]) == "vi-VN"
    assert reader.xmp_metadata is not None
    xmp = reader.xmp_metadata.stream.get_data()
    assert b"pdfaid:part" in xmp
    assert b"pdfuaid:part" in xmp
    assert all(abs(float(page.mediabox.width) - 595.28) < 0.1 for page in reader.pages)


def test_a_demonstration_is_marked_on_every_page_and_sheet() -> None:
    reader = PdfReader(io.BytesIO(write("pdf", builders.demo(), "vi")))
    assert all("DỮ LIỆU MINH HỌA" in page.extract_text() for page in reader.pages)
    for sheet in workbook(builders.demo(), "vi").worksheets:
        assert "DỮ LIỆU MINH HỌA" in sheet["A2"].value
        assert sheet.print_title_rows.startswith("$1:$"), "once on every page of paper"
        assert sheet.oddHeader.center.text is None


def test_the_pdf_identifies_instrument_and_result() -> None:
    results = builders.normal()
    text = pdf_text(results, "vi")
    for fact in method.identity_facts(results, "vi"):
        assert fact.format("vi") in text


def test_hostile_words_are_printed_and_not_obeyed() -> None:
    text = pdf_text(builders.hostile(), "en")
    assert "#sys.inputs $x^2$ *b* _i_ \\u{41}" in text.replace("\u200b", "")


@pytest.mark.parametrize("name", ["csv", "docx", "pdf", "xlsx"])
def test_the_same_result_makes_the_same_file(name: str) -> None:
    assert write(name, builders.normal(), "vi") == write(name, builders.normal(), "vi")
