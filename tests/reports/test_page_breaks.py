"""What is higher than a page is shared out, and nothing stands alone: read from the pages themselves."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from pypdf import PdfReader

from survey.drawing import report_docx, report_pdf
from survey.drawing.column_widths import column_widths
from survey.drawing.report import Grid, Head, Report, ReportPart, Row, Sentences, build_report
from survey.drawing.row_heights import begin_pages
from survey.reports.export import render_file
from survey.reports.printed_report import printed_report
from survey.results.campaign import CampaignResults
from tests.reports.big import N_DESKS, N_FIELDS, N_QUESTIONS, big
from tests.reports.builders import normal

A4_TEXT_MM = 257
SIGNATURE = "THỦ TRƯỞNG CƠ QUAN"


@cache
def pages_of_big() -> list[str]:
    return pages(printed_report(big(), "vi"))


def pages(report: Report) -> list[str]:
    file = io.BytesIO()
    report_pdf.write(report, file)
    return [page.extract_text() for page in PdfReader(file).pages]


def lines_of_body(page: str) -> list[str]:
    """The lines of a page without its footer."""
    lines = [line.strip() for line in page.splitlines() if line.strip()]
    return [line for line in lines if "mã kết quả" not in line and not line.startswith("Trang ")]


def test_every_row_of_the_picture_of_answers_is_on_a_page() -> None:
    with_pictures = [page for page in pages_of_big() if "– hình " in page]
    assert len(with_pictures) >= 3
    rows = [f"n = {row.n_valid}" for row in big().answers]
    drawn = " ".join(with_pictures)
    assert drawn.count("n = ") == len(rows) == N_QUESTIONS
    for number in range(1, N_QUESTIONS + 1):
        assert f"Tiêu chí {number}" in drawn


def test_each_of_the_pictures_has_its_heading_and_the_key_of_the_answers() -> None:
    with_pictures = [page for page in pages_of_big() if "– hình " in page]
    for number, page in enumerate(with_pictures, start=1):
        assert f"Phân bố câu trả lời theo tiêu chí – hình {number}/{len(with_pictures)}" in page
        for option in big().questionnaire.scale.options:
            assert option.text.to("vi") in page


def test_no_desk_and_no_field_is_missing() -> None:
    text = " ".join(" ".join(page.split()) for page in pages_of_big())
    for name, n_parts in (("Quầy", N_DESKS), ("Lĩnh vực", N_FIELDS)):
        for number in range(1, n_parts + 1):
            assert f"{name} {number} {10 + number} " in text


def test_pictures_of_the_document_are_no_higher_than_its_page() -> None:
    document = docx.Document(io.BytesIO(render_file(big(), "docx", "vi")))
    heights = [shape.height.mm for shape in document.inline_shapes]
    assert len(heights) >= 6
    assert max(heights) < A4_TEXT_MM


def test_a_questionnaire_of_usual_length_has_one_picture() -> None:
    assert not any("– hình " in page for page in pages(printed_report(normal(), "vi")))


def test_charts_of_the_workbook_have_few_rows_and_leave_none_out() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_file(big(), "xlsx", "vi")))
    charts = book["Câu trả lời"]._charts
    ranges = [chart.series[0].val.numRef.f.rpartition("!")[2] for chart in charts]
    rows = [tuple(int(cell.rpartition("$")[2]) for cell in written.split(":")) for written in ranges]
    assert sum(last - first + 1 for first, last in rows) == N_QUESTIONS
    assert max(last - first + 1 for first, last in rows) <= 20


def with_factors(n_factors: int) -> CampaignResults:
    """Results whose body, and so the place of the signature, is shorter or longer."""
    results = big()
    sections = results.questionnaire.sections[:n_factors]
    score = replace(results.score, sections=results.score.sections[:n_factors])
    return replace(results, questionnaire=replace(results.questionnaire, sections=sections), score=score)


@pytest.mark.parametrize("n_factors", range(1, 20, 3))
def test_the_signature_is_never_alone_on_a_page(n_factors: int) -> None:
    printed = pages(printed_report(with_factors(n_factors), "vi"))
    page = next(page for page in printed if SIGNATURE in page)
    assert len(lines_of_body(page)) > 6  # recipients and signature


def a_report(*items: Grid | Sentences) -> Report:
    return build_report(
        "vi",
        organisation="Cơ quan",
        subtitle="Thử",
        footer="mã kết quả",
        result_digest="0" * 64,
        computed_at=datetime(2026, 11, 24, tzinfo=UTC),
        is_demo=False,
        body=(ReportPart("1. Phần", items),),
        annexes=(),
    )


def a_grid(n_rows: int, text: str = "Dòng") -> Grid:
    heads = (Head("Tên", "text"), Head("Phiếu", "count"), Head("Ghi chú", "text"))
    rows = tuple(Row((f"{text} {n}", str(n), "–")) for n in range(1, n_rows + 1))
    return Grid(None, heads, rows, (), 20)


@pytest.mark.parametrize("n_rows", range(24, 36))
def test_a_table_at_the_end_keeps_a_row_with_the_signature(n_rows: int) -> None:
    page = next(page for page in pages(a_report(a_grid(n_rows))) if SIGNATURE in page)
    assert f"Dòng {n_rows}" in page


def test_a_short_table_of_long_texts_is_not_cut() -> None:
    text = " ".join(pages(a_report(a_grid(12, "Một tên rất dài của một đơn vị, " * 40))))
    assert " ".join(text.split()).count("của một đơn vị") > 12 * 39  # words may be hyphenated


def test_no_heading_over_rows_is_the_last_line_of_a_page() -> None:
    headings = {section.text.to("vi") for section in big().questionnaire.sections}
    printed = pages_of_big()
    assert len(printed) > 20
    for page in printed:
        lines = lines_of_body(page)
        assert not lines or lines[-1] not in headings


def test_the_document_holds_headings_questions_and_the_end_of_the_body() -> None:
    document = docx.Document(io.BytesIO(render_file(big(), "docx", "vi")))
    for table in document.tables:
        for row in table.rows:
            cells = row._tr.tc_lst
            if len(cells) == 1 < len(table.columns):
                assert cells[0].p_lst[0].pPr.find(qn("w:keepNext")) is not None
    blocks = list(document.iter_inner_content())
    signature = next(
        index
        for index, block in enumerate(blocks)
        if not isinstance(block, Paragraph) and SIGNATURE in block.rows[0].cells[-1].text
    )
    before = blocks[signature - 1]
    assert isinstance(before, Paragraph)
    assert before.paragraph_format.keep_with_next


def test_a_document_that_ends_with_a_long_table_holds_its_last_rows() -> None:
    file = io.BytesIO()
    report_docx.write(a_report(a_grid(40)), file)
    table = docx.Document(file).tables[1]
    held = [row._tr.tc_lst[0].p_lst[0].pPr.find(qn("w:keepNext")) is not None for row in table.rows]
    assert held[-3:] == [True] * 3
    assert held[0]
    assert not any(held[1:-3])


def test_a_word_of_a_heading_has_room_where_texts_keep_theirs() -> None:
    heads = (Head("Desk", "text"), *(Head(label, "points") for label in ("Respondents", "n", "Maximum")))
    text, respondents, points, maximum = column_widths(Grid(None, heads, (), (), 11), 170, head_points=8)
    assert respondents > maximum > points == 11
    assert text + respondents + points + maximum == pytest.approx(170)
    many = (heads[0], *[heads[1]] * 10)
    text, *numbers = column_widths(Grid(None, many, (), (), 11), 170, head_points=8)
    assert text == pytest.approx(36)
    assert numbers == pytest.approx([13.4] * 10)


def test_words_of_the_document_break_where_their_language_breaks_them() -> None:
    document = docx.Document(io.BytesIO(render_file(normal(), "docx", "en")))
    assert document.settings.element.find(qn("w:autoHyphenation")) is not None


@pytest.mark.parametrize(
    ("together", "breaks"),
    [
        ([], [8]),
        ([range(6, 9)], [6]),
        ([range(6, 9), range(10, 12)], [6]),
        ([range(2, 12)], [8]),  # more than a page
    ],
)
def test_rows_that_stay_together_begin_the_next_page(together: list[range], breaks: list[int]) -> None:
    assert begin_pages([10.0] * 12, together, 85.0, repeated=2) == breaks


def test_no_title_of_the_workbook_is_parted_from_its_rows() -> None:
    for language in ("vi", "en"):
        sheet = openpyxl.load_workbook(io.BytesIO(render_file(big(), "xlsx", language)))[
            {"vi": "Nhóm và quầy", "en": "Groups and desks"}[language]
        ]
        breaks = {row.id for row in sheet.row_breaks.brk}  # the last row of a page, from 1
        titles = [
            row[0].row
            for row in sheet.iter_rows(min_row=4)
            if row[0].font.b and row[0].value and not row[1].value
        ]
        assert len(breaks) >= 4
        assert len(titles) >= 5
        assert breaks.isdisjoint({title + below for title in titles for below in (0, 1, 2)})
