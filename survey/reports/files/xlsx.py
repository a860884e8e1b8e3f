"""The result as a workbook an official can go on calculating with: numbers as numbers, texts never formulas.

Cells hold full precision; number formats round half up as `wording` does: all outputs show the same digits.
"""

from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, BinaryIO

from survey.drawing.demo_label import demo_label
from survey.drawing.tables import Cell, Fact, Kind, Table
from survey.reports import codebook, method, tables, wording
from survey.reports.microdata import Responses
from survey.results.campaign import CampaignResults
from survey.web.defang import defang, storable
from survey.web.locale import gettext_in

_NUMBER_FORMATS: dict[Kind, str] = {
    "text": "@",
    "points": "#,##0.00",
    "maximum": "General",
    "percent": "0.0%",
    "count": "#,##0",
}
_INK, _WASH, _LINE, _BAR = "#16202a", "#e8edf1", "#8b98a5", "#0b4a8f"
# Worst to best; read in grey they go from dark to light and to dark again.
_ANSWER_COLOURS = ("#8c2d04", "#d98c5f", "#c9d0d6", "#6fa3d6", "#0b4a8f")
_LABEL_WIDTH, _NUMBER_WIDTH = 48, 13
_LONGEST_CELL = 32_767
_A4 = 9
_FIRST_ROW = 3


@dataclass(frozen=True)
class _Formats:
    title: Any
    warning: Any
    heading: Any
    label: Any
    note: Any
    numbers: dict[Kind, Any]


@dataclass(frozen=True)
class _Book:
    """One workbook being written, with what every sheet needs."""

    workbook: Any
    formats: _Formats
    results: CampaignResults
    language: str


def write(
    results: CampaignResults, language: str, stream: BinaryIO, responses: Responses | None = None
) -> None:
    """Write the sheets summary, criteria, sections, parts and forms, answers, method, codebook.

    With `responses`, for those who may see them, a sheet more.
    """
    import xlsxwriter

    # No cell may become a formula or a link, whatever was typed.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as workbook:
        book = _Book(workbook, _formats(workbook), results, language)
        _set_properties(book)
        _write_summary(book)
        _write_criteria(book)
        _write_sections(book)
        _write_people(book)
        _write_answers(book)
        _write_method(book)
        _write_codebook(book)
        if responses is not None:
            _write_responses(book, responses)


def _formats(workbook: Any) -> _Formats:
    base = {"font_name": "Arial", "font_size": 10, "font_color": _INK, "valign": "top"}
    ruled = {**base, "bottom": 1, "bottom_color": _LINE}
    return _Formats(
        title=workbook.add_format({**base, "bold": True, "font_size": 14}),
        warning=workbook.add_format({**base, "bold": True}),
        heading=workbook.add_format({**ruled, "bold": True, "bg_color": _WASH, "text_wrap": True}),
        label=workbook.add_format({**ruled, "text_wrap": True}),
        note=workbook.add_format({**base, "text_wrap": True}),
        numbers={
            kind: workbook.add_format({**ruled, "num_format": f}) for kind, f in _NUMBER_FORMATS.items()
        },
    )


def _set_properties(book: _Book) -> None:
    created = book.results.computed_at
    created = created.astimezone(UTC).replace(tzinfo=None) if created.tzinfo else created
    organisation = book.results.questionnaire.organisation.to(book.language)
    book.workbook.set_properties(
        {
            "title": storable(book.results.campaign.name)[:255],
            "company": storable(organisation)[:255],
            "comments": storable(book.results.digest),
            "created": created,
        }
    )


def _sheet(book: _Book, name: str, n_columns: int) -> Any:
    """A new sheet with its title, the demo label and its print set-up; tables begin at `_FIRST_ROW`."""
    sheet = book.workbook.add_worksheet(name)
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, max(1, n_columns - 1), _NUMBER_WIDTH)
    sheet.set_paper(_A4)
    if n_columns > 7:  # what still fits upright
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    campaign = book.results.campaign
    _text(sheet, 0, 0, f"{name} – {campaign.name}", book.formats.title)
    demo = demo_label(book.language) if campaign.is_demo else ""
    if demo:
        _text(sheet, 1, 0, demo, book.formats.warning)
        sheet.set_header(f"&C{_header_text(demo)}")
    sheet.set_footer(f"&L{_header_text(campaign.name[:100])}&R&P / &N")
    return sheet


def _header_text(text: str) -> str:
    return storable(text).replace("&", "&&").replace("\n", " ")


def _write_summary(book: _Book) -> None:
    _ = gettext_in(book.language)
    sheet = _sheet(book, _("Summary"), 3)
    sheet.set_column(1, 1, 34)
    row = _notes(book, sheet, _FIRST_ROW, wording.summary_sentences(book.results, book.language))
    facts = method.headline_facts(book.results, book.language)
    row = _facts(book, sheet, row + 1, (_("Figure"), _("Value")), facts)
    _facts(
        book,
        sheet,
        row + 1,
        (_("Campaign"), _("Value")),
        method.identity_facts(book.results, book.language)[1:],
    )


def _write_criteria(book: _Book) -> None:
    _ = gettext_in(book.language)
    table = tables.criteria(book.results, book.language)
    sheet = _sheet(book, _("Criteria"), len(table.columns))
    sheet.set_column(1, 1, _LABEL_WIDTH)
    sheet.set_column(0, 0, 26)
    _single_table(book, sheet, table)


def _write_sections(book: _Book) -> None:
    _ = gettext_in(book.language)
    table = tables.sections(book.results, book.language)
    sheet = _sheet(book, _("Factors"), len(table.columns))
    end = _single_table(book, sheet, table)
    if not table.rows:
        return
    chart = book.workbook.add_chart({"type": "bar"})
    first, last = _FIRST_ROW + 1, _FIRST_ROW + len(table.rows)
    share = [column.key for column in table.columns].index("share")
    chart.add_series(
        {
            "name": [sheet.name, _FIRST_ROW, share],
            "categories": [sheet.name, first, 0, last, 0],
            "values": [sheet.name, first, share, last, share],
            "fill": {"color": _BAR},
            "data_labels": {"value": True, "num_format": "0.0%"},
            "gap": 60,
        }
    )
    chart.set_title({"name": _("Share of each factor's maximum"), "name_font": {"size": 12}})
    chart.set_x_axis({"min": 0, "max": 1, "num_format": "0%", "major_gridlines": {"visible": False}})
    _place_chart(chart, sheet, end + 1)


def _write_people(book: _Book) -> None:
    _ = gettext_in(book.language)
    first, last = (tables.whole, tables.groups, tables.desks), (tables.forms, tables.rates, tables.languages)
    made = [
        *(build(book.results, book.language) for build in first),
        *tables.views(book.results, book.language),
        *(build(book.results, book.language) for build in last),
    ]
    sheet = _sheet(book, _("Groups and desks"), max(len(table.columns) for table in made))
    row = _FIRST_ROW
    for table in made:
        _text(sheet, row, 0, table.title, book.formats.warning)
        row = _table(book, sheet, row + 1, table) + 1
    sheet.freeze_panes(_FIRST_ROW, 1)


def _write_answers(book: _Book) -> None:
    _ = gettext_in(book.language)
    table = tables.answers(book.results, book.language)
    sheet = _sheet(book, _("Answers"), len(table.columns))
    end = _single_table(book, sheet, table)
    if not table.rows:
        return
    chart = book.workbook.add_chart({"type": "bar", "subtype": "percent_stacked"})
    first, last = _FIRST_ROW + 1, _FIRST_ROW + len(table.rows)
    places = [place for place, column in enumerate(table.columns) if column.key.startswith("answer_")]
    for place, colour in zip(places, _spread_colours(len(places)), strict=True):
        chart.add_series(
            {
                "name": [sheet.name, _FIRST_ROW, place],
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, place, last, place],
                "fill": {"color": colour},
                "border": {"color": "#ffffff"},
                "gap": 40,
            }
        )
    chart.set_title({"name": _("Distribution of answers"), "name_font": {"size": 12}})
    chart.set_x_axis({"num_format": "0%", "major_gridlines": {"visible": False}})
    chart.set_legend({"position": "top"})
    _place_chart(chart, sheet, end + 1, height=120 + 34 * len(table.rows))


def _write_method(book: _Book) -> None:
    _ = gettext_in(book.language)
    sheet = _sheet(book, _("Method"), 3)
    sheet.set_column(1, 1, 60)
    row = _notes(book, sheet, _FIRST_ROW, method.method_sentences(book.results, book.language))
    _facts(
        book, sheet, row + 1, (_("Campaign"), _("Value")), method.identity_facts(book.results, book.language)
    )


def _write_codebook(book: _Book) -> None:
    """What the columns of the response files and their codes mean, in both languages."""
    _ = gettext_in(book.language)
    sheet = _sheet(book, _("Codebook"), 5)
    sheet.set_column(0, 0, 24)
    sheet.set_column(3, 4, 60)
    headings = (_("Variable"), _("Code"), _("No answer"), "Tiếng Việt", "English")
    for place, heading in enumerate(headings):
        _text(sheet, _FIRST_ROW, place, heading, book.formats.heading)
    row = _FIRST_ROW
    for variable in codebook.of_results(book.results):
        named_things: tuple[codebook.Variable | codebook.Code, ...] = (variable, *variable.codes)
        for named in named_things:
            row += 1
            _text(sheet, row, 0, variable.name, book.formats.label)
            if isinstance(named, codebook.Code):
                sheet.write_number(row, 1, named.value, book.formats.numbers["count"])
                _text(sheet, row, 2, "×" if named.is_missing else "", book.formats.label)
            for place, language in ((3, "vi"), (4, "en")):
                _text(sheet, row, place, named.label.to(language), book.formats.label)
    sheet.freeze_panes(_FIRST_ROW + 1, 1)


def _write_responses(book: _Book, responses: Responses) -> None:
    """A row a form, coded as the codebook says; of too many it says where they are to be had."""
    _ = gettext_in(book.language)
    names = [variable.name for variable in responses.variables]
    sheet = _sheet(book, _("Responses"), len(names))
    sheet.set_column(0, 0, _NUMBER_WIDTH)
    if responses.rows is None:
        many = _(
            "There are more responses than a sheet can hold well. Download them as CSV, SPSS or Parquet."
        )
        _text(sheet, _FIRST_ROW, 0, many, book.formats.warning)
        return
    for place, name in enumerate(names):
        _text(sheet, _FIRST_ROW, place, name, book.formats.heading)
    for row, values in enumerate(responses.rows, _FIRST_ROW + 1):
        for place, value in enumerate(values):
            if isinstance(value, str | date):
                _text(sheet, row, place, str(value), book.formats.label)
            elif value is not None:
                sheet.write_number(row, place, value)
    sheet.freeze_panes(_FIRST_ROW + 1, 0)
    sheet.autofilter(_FIRST_ROW, 0, _FIRST_ROW + len(responses.rows), len(names) - 1)


def _single_table(book: _Book, sheet: Any, table: Table) -> int:
    sheet.freeze_panes(_FIRST_ROW + 1, 2 if table.columns[0].key == "section" else 1)
    sheet.repeat_rows(_FIRST_ROW)
    return _table(book, sheet, _FIRST_ROW, table)


def _table(book: _Book, sheet: Any, row: int, table: Table) -> int:
    """Write the table and its notes; the next free row comes back."""
    for place, column in enumerate(table.columns):
        _text(sheet, row, place, column.label, book.formats.heading)
    for cells in table.rows:
        row += 1
        for place, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
            _write_cell(book, sheet, (row, place), cell, column.kind)
    return _notes(book, sheet, row + 1, table.notes)


def _facts(book: _Book, sheet: Any, row: int, headings: tuple[str, str], facts: tuple[Fact, ...]) -> int:
    for place, heading in enumerate(headings):
        _text(sheet, row, place, heading, book.formats.heading)
    for fact in facts:
        row += 1
        _text(sheet, row, 0, fact.label, book.formats.label)
        _write_cell(book, sheet, (row, 1), fact.value, fact.kind)
    return row + 1


def _notes(book: _Book, sheet: Any, row: int, sentences: tuple[str, ...]) -> int:
    """Write each sentence across the first columns, with room for its lines."""
    for sentence in sentences:
        sheet.merge_range(row, 0, row, 2, "", book.formats.note)
        _text(sheet, row, 0, sentence, book.formats.note)
        sheet.set_row(row, 14 * (1 + len(sentence) // 80))
        row += 1
    return row


def _write_cell(book: _Book, sheet: Any, at: tuple[int, int], value: Cell, kind: Kind) -> None:
    row, column = at
    if value is None:
        sheet.write_blank(row, column, None, book.formats.numbers[kind])
    elif isinstance(value, str):
        _text(sheet, row, column, value, book.formats.label)
    else:
        sheet.write_number(row, column, value, book.formats.numbers[kind])


def _text(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    sheet.write_string(row, column, defang(text)[:_LONGEST_CELL], style)


def _place_chart(chart: Any, sheet: Any, row: int, *, height: int = 320) -> None:
    chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
    if len(chart.series) == 1:
        chart.set_legend({"none": True})
    chart.set_size({"width": 900, "height": height})
    sheet.insert_chart(row, 0, chart)


def _spread_colours(n: int) -> list[str]:
    """`n` colours from the worst answer's to the best's."""
    last = len(_ANSWER_COLOURS) - 1
    return [_ANSWER_COLOURS[round(i * last / max(1, n - 1))] for i in range(n)]
