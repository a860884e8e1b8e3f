"""Comments as a workbook: masked, shuffled, apart from every other answer."""

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from survey.drawing.row_heights import row_height
from survey.store.comments import MaskedComment, Status
from survey.web.defang import defang
from survey.web.locale import gettext_in

_WIDTHS = (80, 16, 28, 40, 16)
_LONGEST_CELL = 32_767
_A4 = 9


def write(
    comments: Sequence[MaskedComment],
    statuses: Mapping[Status, str],
    title: str,
    language: str,
    stream: BinaryIO,
) -> None:
    """Write one sheet, a comment a row. Every cell is a text; nothing that was typed becomes a formula."""
    import xlsxwriter

    _ = gettext_in(language)
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as workbook:
        sheet = workbook.add_worksheet(_("Comments"))
        bold = workbook.add_format({"bold": True, "text_wrap": True})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width, wrapped)
        sheet.write_string(0, 0, defang(title), bold)
        for column, heading in enumerate(
            (_("Comment"), _("Status"), _("Tags"), _("Note"), _("In the report"))
        ):
            sheet.write_string(2, column, heading, bold)
        for row, comment in enumerate(comments, start=3):
            printed = _("yes") if comment.is_for_report else ""
            cells = (comment.text, statuses[comment.status], ", ".join(comment.tags), comment.note, printed)
            sheet.set_row(row, row_height(zip(cells, _WIDTHS, strict=True)))
            for column, text in enumerate(cells):
                sheet.write_string(row, column, defang(text)[:_LONGEST_CELL], wrapped)
        sheet.freeze_panes(3, 0)
        sheet.repeat_rows(0, 2)
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_landscape()
