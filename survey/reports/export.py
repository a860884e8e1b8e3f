"""The files of a campaign's results by format, for pages, commands and weekly summaries."""

import io
from typing import BinaryIO

from survey.drawing import report_docx, report_pdf
from survey.drawing.file_formats import DOCX, XLSX, FileFormat
from survey.reports import charts
from survey.reports.files import csv, ddi, json, xlsx
from survey.reports.microdata import Responses
from survey.reports.printed_report import printed_report
from survey.results.campaign import CampaignResults


def _pdf(results: CampaignResults, language: str, stream: BinaryIO) -> None:
    report_pdf.write(printed_report(results, language), stream)


def _docx(results: CampaignResults, language: str, stream: BinaryIO) -> None:
    report_docx.write(printed_report(results, language), stream)


def _svg(results: CampaignResults, language: str, stream: BinaryIO) -> None:
    stream.write(charts.score_figure(results, language, "svg"))


def _png(results: CampaignResults, language: str, stream: BinaryIO) -> None:
    stream.write(charts.score_figure(results, language, "png"))


FORMATS: dict[str, FileFormat[CampaignResults]] = {
    "pdf": FileFormat("application/pdf", _pdf),
    "docx": FileFormat(DOCX, _docx),
    "xlsx": FileFormat(XLSX, xlsx.write),
    "csv": FileFormat("text/csv", csv.write),
    "json": FileFormat("application/json", json.write),
    "ddi": FileFormat("application/xml", ddi.write, "ddi.xml", is_offered_first=False),
    "svg": FileFormat("image/svg+xml", _svg, is_offered_first=False),
    "png": FileFormat("image/png", _png, is_offered_first=False),
}


def render_file(
    results: CampaignResults, name: str, language: str, responses: Responses | None = None
) -> bytes:
    """The file of a format, in a language. The same results make the same bytes.

    `responses`, for those who may see them, are a sheet of the workbook and change no other format.
    """
    if name == "xlsx" and responses is not None:
        stream = io.BytesIO()
        xlsx.write(results, language, stream, responses)
        return stream.getvalue()
    return FORMATS[name].render(results, language)
