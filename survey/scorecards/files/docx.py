"""The report of a scorecard as a document an official can edit; the same values give the same bytes."""

import io
import zipfile
from datetime import UTC
from typing import Any, BinaryIO

from survey.drawing.printable import printable
from survey.drawing.tables import Column, Table
from survey.scorecards.files.outline import Outline, Part, outline, picture
from survey.scorecards.report import CardReport

_FONT = "Times New Roman"
_PICTURE_CM, _MARGIN_CM, _NUMBER_CM = 16.0, 2.0, 1.9
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest day a ZIP can name


def write(report: CardReport, language: str, stream: BinaryIO) -> None:
    """Write the report with its signature, then the indicators as an annex on its side."""
    from docx import Document
    from docx.enum.section import WD_ORIENT, WD_SECTION

    said = outline(report, language)
    document = Document()
    _set_up(document, report, said)
    _letterhead(document, said)
    for part in said.parts:
        _part(document, report, part, language)
    _signature(document, said)
    annex = document.add_section(WD_SECTION.NEW_PAGE)
    annex.orientation = WD_ORIENT.LANDSCAPE
    annex.page_width, annex.page_height = annex.page_height, annex.page_width
    _part(document, report, said.annex, language)
    made = io.BytesIO()
    document.save(made)
    _write_undated(made, stream)


def _set_up(document: Any, report: CardReport, said: Outline) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    for name, size in (("Normal", 13), ("Heading 1", 14), ("Heading 2", 13)):
        style = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), _FONT)
            fonts.attrib.pop(qn(f"w:{script}Theme"), None)
        style.font.color.rgb = None
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(_MARGIN_CM))
    if said.demo:
        section.header.paragraphs[0].text = printable(said.demo)
    section.footer.paragraphs[0].text = printable(said.footer)
    at = report.results.computed_at.astimezone(UTC).replace(tzinfo=None)
    properties = document.core_properties
    properties.title, properties.author = printable(said.subtitle)[:255], printable(said.organisation)[:255]
    properties.created = properties.modified = at


def _letterhead(document: Any, said: Outline) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    head = document.add_table(rows=1, cols=2)
    for cell, lines in zip(
        head.rows[0].cells,
        ((said.organisation.upper(), said.number), (*said.motto, said.place_and_date)),
        strict=True,
    ):
        cell.paragraphs[0].text = "\n".join(printable(line) for line in lines)
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        cell.paragraphs[0].runs[0].bold = True
    for words in (said.title, said.subtitle):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(printable(words)).bold = True
    document.add_paragraph().add_run(printable(said.lead)).bold = True
    document.add_paragraph(printable(said.estimate) + ".")


def _part(document: Any, report: CardReport, part: Part, language: str) -> None:
    from docx.shared import Cm

    document.add_heading(printable(part.heading), level=1)
    for sentence in part.sentences:
        document.add_paragraph(printable(sentence))
    if part.picture:
        document.add_picture(
            io.BytesIO(picture(report, part.picture, language, "png")), width=Cm(_PICTURE_CM)
        )
    shown = [table for table in part.tables if table.rows]
    for table in shown:
        if len(shown) > 1:
            document.add_heading(printable(table.title), level=2)
        _table(document, table, language, room=_room(document))


def _room(document: Any) -> float:
    """The width of the text, in centimetres."""
    section = document.sections[-1]
    return float(section.page_width.cm - section.left_margin.cm - section.right_margin.cm)


def _table(document: Any, table: Table, language: str, *, room: float) -> None:
    columns, blocks = table.laid_out(language)
    grid = document.add_table(rows=1, cols=len(columns), style="Table Grid")
    _set_widths(grid, columns, room)
    _fill(grid.rows[0], tuple(column.label for column in columns), columns, bold=True)
    _repeat_on_every_page(grid.rows[0])
    for block in blocks:
        if block.heading is not None:
            row = grid.add_row()
            row.cells[0].merge(row.cells[-1])
            _fill(row, (block.heading,), columns, bold=True)
        for cells in block.rows:
            _fill(grid.add_row(), cells, columns)


def _set_widths(grid: Any, columns: tuple[Column, ...], room: float) -> None:
    """Numbers as wide as they need, the first column half as wide again as other words."""
    from docx.shared import Cm

    grid.autofit = False
    shares = [0.0 if c.kind != "text" else 1.8 if place == 0 else 1.0 for place, c in enumerate(columns)]
    left = room - _NUMBER_CM * shares.count(0.0)
    for share, column in zip(shares, grid.columns, strict=True):
        column.width = Cm(left * share / sum(shares) if share else _NUMBER_CM)


def _fill(row: Any, words: tuple[str, ...], columns: tuple[Column, ...], *, bold: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    cells = row.cells
    for cell, column in zip(cells, row.table.columns, strict=True):
        cell.width = column.width
    for place, text in enumerate(words):
        paragraph = cells[place].paragraphs[0]
        run = paragraph.add_run(printable(text))
        run.bold, run.font.size = bold, Pt(10)
        if columns[place].kind != "text":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _repeat_on_every_page(row: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(header)


def _signature(document: Any, said: Outline) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement

    row = document.add_table(rows=1, cols=2).rows[0]
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # who signs stands above the name
    left, right = row.cells
    left.paragraphs[0].text = "\n".join(said.recipients)
    right.paragraphs[0].text = "\n".join((*said.signature, "", "", "", ""))
    right.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER


def _write_undated(made: BinaryIO, stream: BinaryIO) -> None:
    """The same archive without the moment it was made at."""
    with zipfile.ZipFile(made) as archive, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as undated:
        for entry in archive.infolist():
            plain = zipfile.ZipInfo(entry.filename, _LONG_AGO)
            plain.compress_type = zipfile.ZIP_DEFLATED
            undated.writestr(plain, archive.read(entry))
