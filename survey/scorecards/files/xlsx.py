"""The scorecard as a workbook."""

from typing import BinaryIO

from survey.drawing.demo_label import demo_label
from survey.drawing.workbook import FIRST_ROW, Properties, Workbook, new_workbook
from survey.scorecards import tables, wording
from survey.scorecards.printed_report import strongest_tables, summary_sentences
from survey.scorecards.report import CardReport
from survey.web.locale import gettext_in

_COLUMN_WIDTH, _LAST_COLUMN = 18, 11


def write(report: CardReport, language: str, stream: BinaryIO) -> None:
    """Write the sheets summary, components, indicators, values, tasks and trend."""
    results = report.results
    properties = Properties(
        language=language,
        title=f"{results.unit_called(language)} – {results.period.name_in(language)}",
        company=results.unit_called(language),
        digest=results.digest,
        created=results.computed_at,
        remark=wording.estimate_label(language),
        demo=demo_label(language) if results.is_demo else None,
    )
    with new_workbook(stream, properties) as workbook:
        _write_summary(workbook, report, language)
        _write_components(workbook, report, language)
        for table in (
            tables.indicators(results, language),
            tables.values(results, language),
            tables.tasks(report, language),
            tables.trend(report.trend, language),
        ):
            sheet = workbook.add_sheet(table.title, len(table.columns))
            sheet.set_width(1, _LAST_COLUMN, _COLUMN_WIDTH)
            sheet.write_single_table(table)


def _write_summary(workbook: Workbook, report: CardReport, language: str) -> None:
    _ = gettext_in(language)
    sheet = workbook.add_sheet(_("Summary"), 3)
    sheet.set_width(1, _LAST_COLUMN, _COLUMN_WIDTH)
    total = wording.total_sentence(report.results, language)
    estimate = wording.estimate_label(language) + "."
    sentences = (total, estimate, *summary_sentences(report, language))
    row = sheet.write_sentences(FIRST_ROW, sentences)
    sheet.write_titled_tables(row + 1, strongest_tables(report, language))


def _write_components(workbook: Workbook, report: CardReport, language: str) -> None:
    _ = gettext_in(language)
    table = tables.components(report.results, language)
    sheet = workbook.add_sheet(table.title, len(table.columns))
    sheet.set_width(1, _LAST_COLUMN, _COLUMN_WIDTH)
    end = sheet.write_single_table(table)
    if table.rows:
        sheet.add_share_charts(table, end + 1, _("Share of each component's maximum"))
