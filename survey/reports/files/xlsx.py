"""The result of a campaign as a workbook."""

from datetime import date
from typing import BinaryIO

from survey.drawing.colours import answer_colours
from survey.drawing.demo_label import demo_label
from survey.drawing.tables import Table
from survey.drawing.workbook import (
    FIRST_ROW,
    LABEL_WIDTH,
    NUMBER_WIDTH,
    Properties,
    Sheet,
    Workbook,
    new_workbook,
)
from survey.reports import codebook, method, tables, wording
from survey.reports.microdata import Responses
from survey.results.campaign import CampaignResults
from survey.web.locale import gettext_in, own_name

_SECTION_WIDTH = 26


def write(
    results: CampaignResults, language: str, stream: BinaryIO, responses: Responses | None = None
) -> None:
    """Write the sheets summary, criteria, sections, parts and forms, answers, reliability, method, codebook.

    With `responses`, for those who may see them, there is a sheet more.
    """
    properties = Properties(
        language=language,
        title=results.campaign.name,
        company=results.questionnaire.organisation.to(language),
        digest=results.digest,
        created=results.computed_at,
        demo=demo_label(language) if results.campaign.is_demo else None,
    )
    with new_workbook(stream, properties) as workbook:
        for write_sheet in (
            _write_summary,
            _write_criteria,
            _write_sections,
            _write_people,
            _write_answers,
            _write_quality,
            _write_method,
            _write_codebook,
        ):
            write_sheet(workbook, results, language)
        if responses is not None:
            _write_responses(workbook, responses, language)


def _write_summary(workbook: Workbook, results: CampaignResults, language: str) -> None:
    _ = gettext_in(language)
    sheet = workbook.add_sheet(_("Summary"), 3)
    sheet.set_width(1, 1, 34)
    row = sheet.write_sentences(FIRST_ROW, wording.summary_sentences(results, language))
    row = sheet.write_facts(row + 1, (_("Figure"), _("Value")), method.headline_facts(results, language))
    sheet.write_facts(row + 1, (_("Campaign"), _("Value")), method.identity_facts(results, language)[1:])


def _write_criteria(workbook: Workbook, results: CampaignResults, language: str) -> None:
    _ = gettext_in(language)
    _write_table(workbook, _("Criteria"), tables.criteria(results, language))


def _write_table(workbook: Workbook, title: str, table: Table) -> tuple[Sheet, int]:
    """A sheet of one table, and the row after it."""
    sheet = workbook.add_sheet(title, len(table.columns))
    if table.columns[0].key == "section":
        sheet.set_width(0, 0, _SECTION_WIDTH)
        sheet.set_width(1, 1, LABEL_WIDTH)
    return sheet, sheet.write_single_table(table)


def _write_sections(workbook: Workbook, results: CampaignResults, language: str) -> None:
    _ = gettext_in(language)
    table = tables.sections(results, language)
    sheet, end = _write_table(workbook, _("Factors"), table)
    if table.rows:
        sheet.add_share_charts(table, end + 1, _("Share of each factor's maximum"))


def _write_people(workbook: Workbook, results: CampaignResults, language: str) -> None:
    _ = gettext_in(language)
    last = (tables.forms, tables.rates, tables.languages)
    shown = (
        tables.whole(results, language),
        *tables.breakdowns(results, language),
        *(build(results, language) for build in last),
    )
    sheet = workbook.add_sheet(_("Groups and desks"), max(len(table.columns) for table in shown))
    sheet.write_titled_tables(FIRST_ROW, shown)
    sheet.worksheet.freeze_panes(FIRST_ROW, 1)


def _write_answers(workbook: Workbook, results: CampaignResults, language: str) -> None:
    _ = gettext_in(language)
    table = tables.answers(results, language)
    sheet, end = _write_table(workbook, _("Answers"), table)
    if table.rows:
        columns = [index for index, column in enumerate(table.columns) if column.key.startswith("answer_")]
        colours = dict(zip(columns, answer_colours(len(columns)), strict=True))
        sheet.add_stacked_charts(table, end + 1, _("Distribution of answers"), colours)


def _write_quality(workbook: Workbook, results: CampaignResults, language: str) -> None:
    _ = gettext_in(language)
    _write_table(workbook, _("Reliability"), tables.quality(results, language))


def _write_method(workbook: Workbook, results: CampaignResults, language: str) -> None:
    _ = gettext_in(language)
    sheet = workbook.add_sheet(_("Method"), 3)
    sheet.set_width(1, 1, 60)
    row = sheet.write_sentences(FIRST_ROW, method.method_sentences(results, language))
    sheet.write_facts(row + 1, (_("Campaign"), _("Value")), method.identity_facts(results, language))


def _write_codebook(workbook: Workbook, results: CampaignResults, language: str) -> None:
    """Write what the columns of the response files and their codes mean, in every language."""
    _ = gettext_in(language)
    languages = codebook.languages(results.questionnaire)
    sheet = workbook.add_sheet(_("Codebook"), 3 + len(languages))
    sheet.set_width(0, 0, 24)
    sheet.set_width(3, 2 + len(languages), 60)
    headings = (_("Variable"), _("Code"), _("No answer"), *map(own_name, languages))
    sheet.write_headings(FIRST_ROW, headings)
    row = FIRST_ROW
    for variable in codebook.of_results(results):
        entries: tuple[codebook.Variable | codebook.Code, ...] = (variable, *variable.codes)
        for entry in entries:
            row += 1
            sheet.write_text(row, 0, variable.name, sheet.formats.label)
            if isinstance(entry, codebook.Code):
                sheet.write_cell(row, 1, entry.value, "count")
                sheet.write_text(row, 2, "×" if entry.is_missing else "", sheet.formats.label)
            labels = {column: entry.label.to(code) for column, code in enumerate(languages, 3)}
            sheet.fit_height(row, {0: variable.name, **labels})
            for column, label in labels.items():
                sheet.write_text(row, column, label, sheet.formats.label)
    sheet.repeat_headings(1)


def _write_responses(workbook: Workbook, responses: Responses, language: str) -> None:
    """Write a row a form, coded as the codebook says; of too many, where they can be downloaded."""
    _ = gettext_in(language)
    names = [variable.name for variable in responses.variables]
    sheet = workbook.add_sheet(_("Responses"), len(names))
    sheet.set_width(0, 0, NUMBER_WIDTH)
    if responses.rows is None:
        advice = _(
            "There are more responses than a sheet can hold well. Download them as CSV, SPSS or Parquet."
        )
        sheet.write_text(FIRST_ROW, 0, advice, sheet.formats.bold)
        return
    sheet.write_headings(FIRST_ROW, names)
    for row, values in enumerate(responses.rows, FIRST_ROW + 1):
        for index, value in enumerate(values):
            if isinstance(value, str | date):
                sheet.write_cell(row, index, value, "day")
            elif value is not None:
                sheet.worksheet.write_number(row, index, value)
    sheet.repeat_headings(0)
    sheet.worksheet.autofilter(FIRST_ROW, 0, FIRST_ROW + len(responses.rows), len(names) - 1)
