"""The scorecard as a workbook to go on calculating with: numbers as numbers, texts never formulas."""

from datetime import UTC
from typing import Any, BinaryIO

from survey.drawing.tables import Cell, Kind, Table
from survey.scorecards import tables
from survey.scorecards.files.outline import Outline, outline
from survey.scorecards.report import CardReport
from survey.web.defang import defang, storable
from survey.web.locale import gettext_in

_NUMBER_FORMATS: dict[Kind, str] = {
    "text": "@",
    "points": "#,##0.00",
    "maximum": "General",
    "percent": "0.0%",
    "count": "#,##0",
}
_A4, _LANDSCAPE_FROM, _LONGEST_CELL = 9, 7, 32_767
_BAR = "#0b4a8f"


def write(report: CardReport, language: str, stream: BinaryIO) -> None:
    """Write the sheets summary, components, indicators, values, tasks and trend."""
    import xlsxwriter

    _ = gettext_in(language)
    said = outline(report, language)
    options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with xlsxwriter.Workbook(stream, {"in_memory": True, **options}) as workbook:
        created = report.results.computed_at.astimezone(UTC).replace(tzinfo=None)
        workbook.set_properties({"title": storable(said.subtitle)[:255], "created": created})
        book = _Book(workbook, said)
        _summary(book, said, language)
        components = tables.components(report.results, language)
        book.chart(book.sheet(components.title, [components]), components)
        for table in (
            tables.indicators(report.results, language),
            tables.values(report.results, language),
            tables.tasks(report, language),
            tables.trend(report.trend, language),
        ):
            book.sheet(table.title, [table])


def _summary(book: "_Book", said: Outline, language: str) -> None:
    _ = gettext_in(language)
    sentences = (said.lead, said.estimate + ".", *said.parts[0].sentences)
    others = [table for part in said.parts[2:3] for table in part.tables]
    book.sheet(_("Summary"), others, sentences)


class _Book:
    """One workbook being written."""

    def __init__(self, workbook: Any, said: Outline) -> None:
        self.workbook = workbook
        self.said = said
        base = {"font_name": "Arial", "font_size": 10, "valign": "top"}
        ruled = {**base, "bottom": 1, "bottom_color": "#8b98a5"}
        self.title = workbook.add_format({**base, "bold": True, "font_size": 14})
        self.bold = workbook.add_format({**base, "bold": True})
        self.note = workbook.add_format({**base, "text_wrap": True})
        self.heading = workbook.add_format({**ruled, "bold": True, "bg_color": "#e8edf1", "text_wrap": True})
        self.label = workbook.add_format({**ruled, "text_wrap": True})
        self.numbers = {
            kind: workbook.add_format({**ruled, "num_format": pattern})
            for kind, pattern in _NUMBER_FORMATS.items()
        }

    def sheet(self, name: str, shown: list[Table], sentences: tuple[str, ...] = ()) -> Any:
        """A sheet with its title, the demo label, sentences and tables."""
        sheet = self.workbook.add_worksheet(name)
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        if shown and len(shown[0].columns) >= _LANDSCAPE_FROM:
            sheet.set_landscape()
        sheet.set_column(0, 0, 48)
        sheet.set_column(1, 11, 18)
        self.text(sheet, (0, 0), f"{name} – {self.said.organisation}", self.title)
        self.text(sheet, (1, 0), self.said.demo or self.said.estimate, self.bold)
        row = 3
        for sentence in sentences:
            sheet.merge_range(row, 0, row, 3, "", self.note)
            self.text(sheet, (row, 0), sentence, self.note)
            sheet.set_row(row, 14 * (1 + len(sentence) // 90))
            row += 1
        for table in shown:
            if len(shown) > 1 or sentences:
                row += 1
                self.text(sheet, (row, 0), table.title, self.bold)
                row += 1
            row = self.table(sheet, row, table) + 1
        return sheet

    def table(self, sheet: Any, row: int, table: Table) -> int:
        """Write the table; the next free row comes back."""
        for place, column in enumerate(table.columns):
            self.text(sheet, (row, place), column.label, self.heading)
        for cells in table.rows:
            row += 1
            for place, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
                self.cell(sheet, (row, place), cell, column.kind)
        return row + 1

    def cell(self, sheet: Any, at: tuple[int, int], value: Cell, kind: Kind) -> None:
        """Write one cell: a number as a number."""
        if value is None:
            sheet.write_blank(*at, None, self.numbers[kind])
        elif isinstance(value, str):
            self.text(sheet, at, value, self.label)
        else:
            sheet.write_number(*at, value, self.numbers[kind])

    def text(self, sheet: Any, at: tuple[int, int], words: str, style: Any) -> None:
        """Write words that no spreadsheet runs."""
        sheet.write_string(*at, defang(words)[:_LONGEST_CELL], style)

    def chart(self, sheet: Any, table: Table) -> None:
        """Each component's share of its maximum, as bars under its table."""
        chart = self.workbook.add_chart({"type": "bar"})
        share = [column.key for column in table.columns].index("share")
        first, last = 4, 3 + len(table.rows)
        chart.add_series(
            {
                "name": [sheet.name, 3, share],
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, share, last, share],
                "fill": {"color": _BAR},
                "data_labels": {"value": True, "num_format": "0.0%"},
                "gap": 60,
            }
        )
        chart.set_x_axis({"min": 0, "max": 1, "num_format": "0%", "major_gridlines": {"visible": False}})
        chart.set_y_axis({"reverse": True})
        chart.set_legend({"none": True})
        chart.set_size({"width": 900, "height": 320})
        sheet.insert_chart(last + 2, 0, chart)
