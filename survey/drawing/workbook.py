"""A workbook an official can go on calculating with: numbers as numbers, texts never formulas.

Cells hold full precision. Number formats round half up as `formatting` does, so all outputs show the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, BinaryIO

from survey.drawing.portions import split_rows
from survey.drawing.row_heights import ROW_HEIGHT, begin_pages, row_height
from survey.drawing.tables import Borders, Cell, Fact, Kind, Table
from survey.scoring.rounding import decimals_beside
from survey.web import locale
from survey.web.defang import defang, storable

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.chart import Chart
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FIRST_ROW = 3  # title, remark and an empty row stand above the contents of a sheet
LABEL_WIDTH, NUMBER_WIDTH = 48, 13
_NUMBER_FORMATS: dict[Kind, str] = {
    "text": "@",
    "points": "#,##0.00",
    "maximum": "General",
    "percent": "0.0%",
    "count": "#,##0",
}
_DECIMALS: dict[Kind, int] = {"points": 2, "percent": 3}  # of the value that is shown
_INK, _WASH, _LINE, _BAR = "#16202a", "#e8edf1", "#8b98a5", "#0b4a8f"
_BASE = {"font_name": "Arial", "font_size": 10, "font_color": _INK, "valign": "top"}
_RULED = {**_BASE, "bottom": 1, "bottom_color": _LINE}
_LONGEST_CELL = 32_767
_A4 = 9
_UPRIGHT_COLUMNS = 7
_NOTE_COLUMNS, _TITLE_HEIGHT = 3, 21
_ROWS_OF_A_CHART, _ROW_PIXELS = 20, 20
_REPEATED = 2  # rows that every page of paper begins with: title and remark
_ROWS_KEPT_TOGETHER, _ROWS_UNDER_A_HEADING = 12, 3
_UPRIGHT_POINTS = (595.0, 842.0)  # A4
_SIDE_POINTS, _HEAD_POINTS = 101.0, 108.0  # margins of a workbook, both together
_POINTS_OF_A_DIGIT = 5.6  # with the air of a column
_FILLED = 0.93  # of a page: readers differ a little


@dataclass(frozen=True)
class Formats:
    """The looks of cells."""

    title: "Format"
    bold: "Format"
    heading: "Format"
    label: "Format"
    note: "Format"
    numbers: "dict[Kind, Format]"


@dataclass(frozen=True)
class Properties:
    """What a workbook says of itself. `demo`, or else `remark`, stands under every title.

    Days are written as in `language`.
    """

    language: str
    title: str
    company: str
    digest: str
    created: datetime
    remark: str = ""
    demo: str | None = None


@dataclass(frozen=True)
class Workbook:
    """A workbook being written."""

    xlsxwriter_workbook: "xlsxwriter.Workbook"
    formats: Formats
    properties: Properties
    sheets: "list[Sheet]" = field(default_factory=list)

    def add_sheet(self, name: str, n_columns: int) -> "Sheet":
        """A new sheet with title and remark, also on every page of paper. Contents begin at `FIRST_ROW`."""
        sheet = self.xlsxwriter_workbook.add_worksheet(name)
        sheet.set_paper(_A4)
        if n_columns > _UPRIGHT_COLUMNS:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_row(0, _TITLE_HEIGHT)
        written = Sheet(sheet, self, max(n_columns, _NOTE_COLUMNS))
        self.sheets.append(written)
        written.heights[0] = _TITLE_HEIGHT
        written.set_width(0, 0, LABEL_WIDTH)
        written.set_width(1, max(1, n_columns - 1), NUMBER_WIDTH)
        written.write_text(0, 0, f"{name} – {self.properties.title}", self.formats.title)
        remark = self.properties.demo or self.properties.remark
        if remark:
            written.write_text(1, 0, remark, self.formats.bold)
        sheet.repeat_rows(0, _REPEATED - 1)
        sheet.set_footer(f"&L{_header_text(self.properties.title[:100])}&R&P / &N")
        return written

    def number_format(self, value: float, kind: Kind, borders: Borders) -> "Format":
        """The look of a number, with more decimals beside a border."""
        if kind == "maximum" and round(value, 2) != value:  # a third, which has no end
            return self.formats.numbers["points"]
        usual = _DECIMALS.get(kind, 0)
        further = decimals_beside(value, borders, usual) - usual
        if not further:
            return self.formats.numbers[kind]
        pattern = _NUMBER_FORMATS[kind].replace(".0", "." + "0" * (further + 1))
        return self.xlsxwriter_workbook.add_format({**_RULED, "num_format": pattern})


@dataclass(frozen=True)
class Sheet:
    """A sheet being written. What writes rows returns the next free row.

    Widths of columns are set before their rows are written, whose heights follow from them. `together` are
    rows that stay on one page of paper, `page_breaks` the rows that begin one.
    """

    worksheet: "Worksheet"
    workbook: Workbook
    n_columns: int
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    together: list[range] = field(default_factory=list)
    page_breaks: list[int] = field(default_factory=list)

    @property
    def formats(self) -> Formats:
        """The looks of cells."""
        return self.workbook.formats

    def set_width(self, first: int, last: int, width: float) -> None:
        """Set the width of columns, in digits."""
        self.worksheet.set_column(first, last, width)
        self.widths.update(dict.fromkeys(range(first, last + 1), width))

    def fit_height(self, row: int, texts: Mapping[int, Cell], *, bold: bool = False) -> None:
        """Make a row high enough for the texts of its columns."""
        written = [(text, self.widths[column]) for column, text in texts.items() if isinstance(text, str)]
        self._set_height(row, row_height(written, bold=bold))

    def _set_height(self, row: int, height: float | None) -> None:
        if height is not None:
            self.worksheet.set_row(row, height)
            self.heights[row] = height

    def break_pages(self) -> None:
        """Begin pages where a heading would be without its rows; a sheet with charts has breaks already."""
        if not self.together or self.page_breaks:
            return
        end = max(rows.stop for rows in self.together)
        heights = [self.heights.get(row, ROW_HEIGHT) for row in range(end)]
        is_upright = self.n_columns <= _UPRIGHT_COLUMNS
        across, down = _UPRIGHT_POINTS if is_upright else _UPRIGHT_POINTS[::-1]
        widths = sum(self.widths.get(column, NUMBER_WIDTH) for column in range(self.n_columns))
        scale = min(1.0, (across - _SIDE_POINTS) / (_POINTS_OF_A_DIGIT * widths))
        room = _FILLED * (down - _HEAD_POINTS) / scale
        self.page_breaks.extend(begin_pages(heights, self.together, room, repeated=_REPEATED))
        self.worksheet.set_h_pagebreaks(self.page_breaks)

    def write_single_table(self, table: Table) -> int:
        """Write the only table of the sheet: its heading stays in view and is printed on every page."""
        self.repeat_headings(2 if table.columns[0].key == "section" else 1)
        return self.write_table(FIRST_ROW, table)

    def repeat_headings(self, n_columns: int) -> None:
        """Keep the headings and the first columns in view, and print the headings on every page."""
        self.worksheet.freeze_panes(FIRST_ROW + 1, n_columns)
        self.worksheet.repeat_rows(0, FIRST_ROW)

    def write_titled_tables(self, row: int, tables: tuple[Table, ...]) -> int:
        """Write tables under one another, each under its title."""
        for table in tables:
            self.write_text(row, 0, table.title, self.formats.bold)
            end = self.write_table(row + 1, table)
            is_short = len(table.rows) <= _ROWS_KEPT_TOGETHER
            self.together.append(range(row, end if is_short else row + _ROWS_UNDER_A_HEADING + 2))
            row = end + 1
        return row

    def write_table(self, row: int, table: Table) -> int:
        """Write a table and its notes."""
        self.write_headings(row, [column.label for column in table.columns])
        for cells in table.rows:
            row += 1
            self.fit_height(row, dict(enumerate(cells)))
            for index, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
                self.write_cell(row, index, cell, column.kind, column.borders)
        return self.write_sentences(row + 1, table.notes)

    def write_headings(self, row: int, headings: Sequence[str]) -> None:
        """Write the headings of columns."""
        self.fit_height(row, dict(enumerate(headings)), bold=True)
        for index, heading in enumerate(headings):
            self.write_text(row, index, heading, self.formats.heading)

    def write_facts(self, row: int, headings: tuple[str, str], facts: tuple[Fact, ...]) -> int:
        """Write facts in two columns."""
        first = row
        self.write_headings(row, headings)
        for fact in facts:
            row += 1
            self.fit_height(row, {0: fact.label, 1: fact.value})
            self.write_text(row, 0, fact.label, self.formats.label)
            self.write_cell(row, 1, fact.value, fact.kind, fact.borders)
        self.together.append(range(first, first + 1 + min(len(facts), _ROWS_UNDER_A_HEADING)))
        return row + 1

    def write_sentences(self, row: int, sentences: tuple[str, ...]) -> int:
        """Write each sentence across the first columns, with room for its lines."""
        for sentence in sentences:
            self.worksheet.merge_range(row, 0, row, _NOTE_COLUMNS - 1, "", self.formats.note)
            self.write_text(row, 0, sentence, self.formats.note)
            width = sum(self.widths.get(column, NUMBER_WIDTH) for column in range(_NOTE_COLUMNS))
            self._set_height(row, row_height([(sentence, width)]))
            row += 1
        return row

    def write_cell(self, row: int, column: int, value: Cell, kind: Kind, borders: Borders = ()) -> None:
        """Write a cell: a number as a number, a day as a day."""
        if value is None:
            self.worksheet.write_blank(row, column, None, self.formats.numbers[kind])
        elif isinstance(value, str):
            self.write_text(row, column, value, self.formats.label)
        elif isinstance(value, date):
            moment = datetime.combine(value, time())
            self.worksheet.write_datetime(row, column, moment, self.formats.numbers["day"])
        else:
            self.worksheet.write_number(row, column, value, self.workbook.number_format(value, kind, borders))

    def write_text(self, row: int, column: int, text: str, style: "Format") -> None:
        """Write a text that no spreadsheet runs."""
        self.worksheet.write_string(row, column, defang(text)[:_LONGEST_CELL], style)

    def add_share_charts(self, table: Table, row: int, title: str) -> int:
        """Draw the column `share` of the only table of the sheet as bars, below `row`."""
        share = [column.key for column in table.columns].index("share")
        for first, last in split_rows(len(table.rows), _ROWS_OF_A_CHART):
            chart = self._new_chart({"type": "bar"})
            chart.add_series(
                {
                    **self._series(table, share, first, last),
                    "fill": {"color": _BAR},
                    "data_labels": {"value": True, "num_format": "0.0%"},
                    "gap": 60,
                }
            )
            chart.set_title({"name": title, "name_font": {"size": 12}})
            chart.set_x_axis({"min": 0, "max": 1, "num_format": "0%", "major_gridlines": {"visible": False}})
            row = self._place_chart(chart, row, height=max(320, 120 + 24 * (last - first)))
        return row

    def add_stacked_charts(self, table: Table, row: int, title: str, columns: dict[int, str]) -> int:
        """Draw columns of the only table of the sheet as bars of 100%, each in its colour, below `row`."""
        for first, last in split_rows(len(table.rows), _ROWS_OF_A_CHART):
            chart = self._new_chart({"type": "bar", "subtype": "percent_stacked"})
            for column, colour in columns.items():
                chart.add_series(
                    {
                        **self._series(table, column, first, last),
                        "fill": {"color": colour},
                        "border": {"color": "#ffffff"},
                        "gap": 40,
                    }
                )
            chart.set_title({"name": title, "name_font": {"size": 12}})
            chart.set_x_axis({"num_format": "0%", "major_gridlines": {"visible": False}})
            chart.set_legend({"position": "top"})
            row = self._place_chart(chart, row, height=120 + 34 * (last - first))
        return row

    def _new_chart(self, options: dict[str, str]) -> "Chart":
        chart = self.workbook.xlsxwriter_workbook.add_chart(options)
        if chart is None:
            raise ValueError(f"there is no chart of {options}")
        return chart

    def _series(self, table: Table, column: int, first: int, last: int) -> dict[str, object]:
        """The cells of a column in the table's rows from `first` to before `last`, named by the labels."""
        name, top = self.worksheet.name, FIRST_ROW + 1
        label = [cell_column.key for cell_column in table.columns].index("label")
        return {
            "name": [name, FIRST_ROW, column],
            "categories": [name, top + first, label, top + last - 1, label],
            "values": [name, top + first, column, top + last - 1, column],
        }

    def _place_chart(self, chart: "Chart", row: int, *, height: int) -> int:
        chart.set_y_axis({"reverse": True, "num_font": {"size": 9}, "interval_unit": 1})
        if len(chart.series) == 1:
            chart.set_legend({"none": True})
        chart.set_size({"width": 900, "height": height})
        self.worksheet.insert_chart(row, 0, chart, {"y_offset": 6})  # under the page break
        if row > _ROWS_OF_A_CHART:  # else it is on the page of the table
            self.page_breaks.append(row)
            self.worksheet.set_h_pagebreaks(self.page_breaks)
        return row + height // _ROW_PIXELS + 2


@contextmanager
def new_workbook(stream: BinaryIO, properties: Properties) -> Iterator[Workbook]:
    """A workbook that is written to the stream when the block ends."""
    import xlsxwriter

    # No cell may become a formula or a link, whatever was typed.
    options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with xlsxwriter.Workbook(stream, {"in_memory": True, **options}) as workbook:
        created = properties.created
        workbook.set_properties(
            {
                "title": storable(properties.title)[:255],
                "company": storable(properties.company)[:255],
                "comments": storable(properties.digest),
                "created": created.astimezone(UTC).replace(tzinfo=None) if created.tzinfo else created,
            }
        )
        written = Workbook(workbook, _formats(workbook, properties.language), properties)
        yield written
        for sheet in written.sheets:
            sheet.break_pages()


def _formats(workbook: "xlsxwriter.Workbook", language: str) -> Formats:
    patterns = {**_NUMBER_FORMATS, "day": locale.day_pattern(language)}
    return Formats(
        title=workbook.add_format({**_BASE, "bold": True, "font_size": 14}),
        bold=workbook.add_format({**_BASE, "bold": True}),
        heading=workbook.add_format({**_RULED, "bold": True, "bg_color": _WASH, "text_wrap": True}),
        label=workbook.add_format({**_RULED, "text_wrap": True}),
        note=workbook.add_format({**_BASE, "text_wrap": True}),
        numbers={
            kind: workbook.add_format({**_RULED, "num_format": pattern}) for kind, pattern in patterns.items()
        },
    )


def _header_text(text: str) -> str:
    return storable(text).replace("&", "&&").replace("\n", " ")
