"""A report as a document an official can edit: text, tables and pictures of the PDF in Word's styles."""

import io
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO

from survey.drawing.column_widths import column_widths
from survey.drawing.report import Cover, FormSection, Grid, Lead, Picture, Report, ReportPart, Row, Sentences
from survey.web import locale
from survey.web.defang import storable

if TYPE_CHECKING:
    from docx.document import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.table import CT_Tc
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

_INK, _SOFT, _WASH = "16202A", "414D59", "EEF1F4"
_FONT = "Times New Roman"
_LONGEST_TEXT = 30_000
_MANY_COLUMNS = 9
_ROWS_KEPT_TOGETHER = 12  # rows of a table that goes to the next page as a whole
_HELD_ROWS = 3  # rows of a long table that go to the page of the signature under it
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # a zip holds the time of writing; the same report makes the same file


def write(report: Report, stream: BinaryIO) -> None:
    """Write the report: a cover if it has one, the body with its signature, then the annexes."""
    import docx

    document = docx.Document()
    _set_up(document, report)
    if report.cover is not None:
        _cover(document, report, report.cover)
    _letterhead(document, report)
    for part in report.body:
        _part(document, part)
    _hold_to_signature(document)
    _signature(document, report)
    for part in report.annexes:
        if part.sideways:
            _turn_sideways(document)
            _part(document, part)
        else:
            _part(document, part).paragraph_format.page_break_before = True
    _save(document, stream)


def _save(document: "Document", stream: BinaryIO) -> None:
    """The document as a zip that says nothing of when it was written."""
    written = io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in parts.namelist():
            fixed.writestr(zipfile.ZipInfo(name, _FIRST_DAY), parts.read(name), zipfile.ZIP_DEFLATED)


def _set_up(document: "Document", report: Report) -> None:
    """A4, the fonts, the language for the spelling checker, the title, page numbers, the demo label."""
    from docx.shared import Mm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(20)
    section.different_first_page_header_footer = report.cover is not None
    for name, size in (("Normal", 12), ("Heading 1", 14), ("Heading 2", 12), ("Title", 16)):
        style = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
        style.font.color.rgb = RGBColor.from_string(_INK)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in list(fonts.attrib):
            if attribute.endswith("Theme"):
                del fonts.attrib[attribute]
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(_w(script), _FONT)
    _set_language(document, report.language)
    _hyphenate(document)
    document.core_properties.title = _storable_text(f"{report.title} – {report.subtitle}")[:255]
    document.core_properties.author = _storable_text(report.organisation)[:255]
    document.core_properties.keywords = report.result_digest
    document.core_properties.comments = ""
    document.core_properties.language = report.language
    computed_at = report.computed_at.replace(tzinfo=None)
    document.core_properties.created = document.core_properties.modified = computed_at
    if report.demo is not None:
        for header in (section.header, section.first_page_header):
            _add_text(header.paragraphs[0], report.demo, bold=True, centred=True)
    footer = section.footer.paragraphs[0]
    _add_text(footer, f"{report.footer} · {report.page} ", size=8.5, colour=_SOFT)
    _page_number(footer)


def _set_language(document: "Document", language: str) -> None:
    """Tell Word which language the text is in."""
    from docx.oxml import OxmlElement

    properties = document.styles.element.find(f".//{_w('rPrDefault')}/{_w('rPr')}")
    for old in properties.findall(_w("lang")):
        properties.remove(old)
    language_tag = OxmlElement("w:lang")
    for script in ("val", "eastAsia", "bidi") if locale.is_beyond_latin(language) else ("val",):
        language_tag.set(_w(script), locale.tag(language))
    properties.append(language_tag)


def _hyphenate(document: "Document") -> None:
    """Let readers break a word that is too long for its cell where the language breaks it."""
    from docx.oxml import OxmlElement

    hyphenation = OxmlElement("w:autoHyphenation")
    following = document.settings.element.find(_w("characterSpacingControl"))
    following.addprevious(hyphenation)


def _page_number(paragraph: "Paragraph") -> None:
    from docx.oxml import OxmlElement

    _add_text(paragraph, "1", size=8.5, colour=_SOFT)  # the number's look; readers put in the page's own
    field = OxmlElement("w:fldSimple")
    field.set(_w("instr"), "PAGE")
    field.append(paragraph.runs[-1]._r)
    paragraph._p.append(field)


def _turn_sideways(document: "Document") -> None:
    """Begin a page on its side."""
    from docx.enum.section import WD_ORIENT, WD_SECTION

    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width


def _cover(document: "Document", report: Report, cover: Cover) -> None:
    from docx.enum.text import WD_BREAK
    from docx.shared import Pt

    _add_text(document.add_paragraph(), report.organisation.upper(), size=13, bold=True, centred=True)
    title = document.add_paragraph()
    title.paragraph_format.space_before = Pt(190)
    _add_text(title, report.title, size=20, bold=True, centred=True)
    for text, size in ((report.subtitle, 15), (cover.period, 12), (cover.date, 12)):
        line = document.add_paragraph()
        line.paragraph_format.space_before = Pt(10)
        _add_text(line, text, size=size, bold=size > 12, centred=True)
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _letterhead(document: "Document", report: Report) -> None:
    """The office left, the motto and the date right, and the title."""
    table = document.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    _add_text(left.paragraphs[0], report.organisation.upper(), bold=True, centred=True)
    _add_text(left.add_paragraph(), report.number, centred=True)
    lines = [*((line, True) for line in report.motto), (report.place_and_date, False)]
    for index, (line, bold) in enumerate(lines):
        paragraph = right.paragraphs[0] if index == 0 else right.add_paragraph()
        _add_text(paragraph, line, bold=bold, italic=not bold, centred=True)
    title = document.add_paragraph(style="Title")
    for rule in document.styles["Title"].element.findall(f".//{_w('pBdr')}"):
        rule.getparent().remove(rule)
    _add_text(title, report.title, size=16, bold=True, centred=True)
    _add_text(document.add_paragraph(), report.subtitle, size=13, bold=True, centred=True)


def _part(document: "Document", part: ReportPart) -> "Paragraph":
    """Write a part; its heading comes back."""
    heading: Paragraph = document.add_heading(_storable_text(part.heading), level=1)
    for item in part.items:
        if isinstance(item, Lead):
            _add_text(document.add_paragraph(), item.text, size=13, bold=True)
            if item.remark is not None:
                _add_text(document.add_paragraph(), item.remark, size=11)
        elif isinstance(item, Sentences):
            for sentence in item.sentences:
                _add_text(document.add_paragraph(), sentence)
        elif isinstance(item, Picture):
            _picture(document, item)
        elif isinstance(item, FormSection):
            _questions(document, item)
        else:
            _grid(document, item)
    return heading


def _picture(document: "Document", picture: Picture) -> None:
    from docx.shared import Mm

    shape = document.add_picture(io.BytesIO(picture.draw("png")), width=Mm(picture.width_mm))
    shape._inline.docPr.set("descr", _storable_text(picture.alternative))
    document.paragraphs[-1].alignment = _centre()


def _grid(document: "Document", grid: Grid) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    if grid.title is not None:
        document.add_heading(_storable_text(grid.title), level=2)
    table = document.add_table(rows=1, cols=len(grid.columns), style="Table Grid")
    table.autofit = False
    _narrow_margins(table)
    heading = table.rows[0]
    heading._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, column in zip(heading.cells, grid.columns, strict=True):
        is_number = column.kind != "text"
        _add_text(cell.paragraphs[0], column.label, size=_head_points(grid), bold=True, right=is_number)
        _shade(cell)
    for row in grid.rows:
        _fill_row(table.add_row().cells, grid, row)
    _lay_out(table, grid, _room_mm(document))
    for note in grid.notes:
        paragraph = document.add_paragraph()
        _add_text(paragraph, note, size=9, colour=_SOFT)
        paragraph.paragraph_format.space_before = Pt(4)
    if not grid.notes:  # two tables without a line between them would be one; a high line may need a page
        apart = document.add_paragraph().paragraph_format
        apart.line_spacing, apart.space_after = Pt(6), Pt(0)


def _head_points(grid: Grid) -> int:
    """The size of the headings of columns."""
    return 8 if len(grid.columns) < _MANY_COLUMNS else 7


def _lay_out(table: "Table", grid: Grid, room_mm: float) -> None:
    """Set the columns' widths; keep a row and a short table on one page, a heading with the row under it."""
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    widths = [Mm(width) for width in column_widths(grid, room_mm, head_points=_head_points(grid))]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for index, row in enumerate(table.rows):
        cells = row._tr.tc_lst  # a cell that spans the row is one here
        for cell, width in zip(cells, widths, strict=False):
            cell.width = width if len(cells) > 1 else sum(widths)
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        is_heading = index == 0 or len(cells) == 1 < len(grid.columns)
        if is_heading or len(grid.rows) <= _ROWS_KEPT_TOGETHER:
            _hold(cells)


def _hold(cells: "Sequence[CT_Tc]") -> None:
    """Keep a row on the page of the row after it."""
    for cell in cells:
        for paragraph in cell.p_lst:
            paragraph.get_or_add_pPr().get_or_add_keepNext()


def _narrow_margins(table: "Table") -> None:
    """Cells with a millimetre of air beside: narrow number columns keep their numbers on one line."""
    from docx.oxml import OxmlElement

    margins = OxmlElement("w:tblCellMar")
    for side, twentieths in (("top", "60"), ("left", "50"), ("right", "50")):
        margin = OxmlElement(f"w:{side}")
        margin.set(_w("w"), twentieths)
        margin.set(_w("type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)


def _fill_row(cells: "Sequence[_Cell]", grid: Grid, row: Row) -> None:
    if row.heading is not None:
        whole = cells[0].merge(cells[-1])
        _add_text(whole.paragraphs[0], row.heading, size=9, bold=True)
        _shade(whole)
        return
    size = 9 if len(grid.columns) < _MANY_COLUMNS else 8
    for cell, column, text in zip(cells, grid.columns, row.cells, strict=True):
        _add_text(cell.paragraphs[0], text, size=size, right=column.kind != "text")


def _room_mm(document: "Document") -> float:
    """The width of the text on the present page."""
    section = document.sections[-1]
    lengths = (section.page_width, section.left_margin, section.right_margin)
    page, left, right = (0.0 if length is None else length.mm for length in lengths)
    return page - left - right


def _questions(document: "Document", section: FormSection) -> None:
    document.add_heading(_storable_text(section.heading), level=2)
    if section.before is not None:
        _add_text(_held_paragraph(document), section.before, size=10, colour=_SOFT)
    for question in section.questions:
        _add_text(_held_paragraph(document), f"{question.number}. {question.text}", size=11)
        if question.only_if is not None:
            _add_text(_held_paragraph(document), question.only_if, size=9, colour=_SOFT)
        boxes = "     ".join(f"☐\N{NO-BREAK SPACE}{choice}" for choice in question.choices)
        _add_text(document.add_paragraph(), boxes or "…" * 60, size=10)


def _held_paragraph(document: "Document") -> "Paragraph":
    """A paragraph on the same page as the next one begins on."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    return paragraph


def _hold_to_signature(document: "Document") -> None:
    """Keep the last picture, or the last lines and rows, on the page of the signature that follows."""
    from docx.text.paragraph import Paragraph

    for block in reversed(list(document.iter_inner_content())):
        if not isinstance(block, Paragraph):
            for row in block.rows[-_HELD_ROWS:]:
                _hold(row._tr.tc_lst)
            return
        block.paragraph_format.keep_with_next = True
        if block.text or block.runs:  # a picture is a run
            return


def _signature(document: "Document", report: Report) -> None:
    from docx.oxml import OxmlElement

    row = document.add_table(rows=1, cols=2).rows[0]
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # who signs stands above the name
    left, right = row.cells
    for index, line in enumerate(report.recipients):
        paragraph = left.paragraphs[0] if index == 0 else left.add_paragraph()
        _add_text(paragraph, line, size=11, bold=index == 0, italic=index == 0)
    for index, line in enumerate(report.signature):
        paragraph = right.paragraphs[0] if index == 0 else right.add_paragraph()
        _add_text(paragraph, line, bold=index == 0, italic=index > 0, centred=True)
    for _line in range(4):
        right.add_paragraph()


def _add_text(  # noqa: PLR0913 — the look of one line
    paragraph: "Paragraph",
    text: str,
    *,
    size: float = 12,
    bold: bool = False,
    italic: bool = False,
    colour: str = _INK,
    centred: bool = False,
    right: bool = False,
) -> None:
    """Add text to a paragraph. It stays text, whoever typed it."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(_storable_text(text))
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    run.font.color.rgb = RGBColor.from_string(colour)
    paragraph.paragraph_format.space_after = Pt(4)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _shade(cell: "_Cell") -> None:
    from docx.oxml import OxmlElement

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _WASH)):
        shade.set(_w(name), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _centre() -> "WD_ALIGN_PARAGRAPH":
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    return WD_ALIGN_PARAGRAPH.CENTER


def _w(name: str) -> str:
    """A name of WordprocessingML."""
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{name}"


def _storable_text(text: str) -> str:
    return storable(text)[:_LONGEST_TEXT]
