"""Every download by its format: one table that the pages and the command line share."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from survey.drawing import report_docx, report_pdf
from survey.reports import charts
from survey.reports.files import csv, ddi, json, xlsx
from survey.reports.microdata import Responses
from survey.reports.printed_report import printed_report
from survey.results.campaign import CampaignResults

Writer = Callable[[CampaignResults, str, BinaryIO], None]


@dataclass(frozen=True)
class Format:
    """A kind of file, how it is written, and the end of its name where that is not the format's own."""

    mimetype: str
    write: Writer
    suffix: str | None = None


def _pdf(results: CampaignResults, language: str, stream: BinaryIO) -> None:
    report_pdf.write(printed_report(results, language), stream)


def _docx(results: CampaignResults, language: str, stream: BinaryIO) -> None:
    report_docx.write(printed_report(results, language), stream)


def _svg(results: CampaignResults, language: str, stream: BinaryIO) -> None:
    stream.write(charts.score_figure(results, language, "svg"))


def _png(results: CampaignResults, language: str, stream: BinaryIO) -> None:
    stream.write(charts.score_figure(results, language, "png"))


FORMATS = {
    "pdf": Format("application/pdf", _pdf),
    "docx": Format("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx.write),
    "csv": Format("text/csv", csv.write),
    "json": Format("application/json", json.write),
    "ddi": Format("application/xml", ddi.write, "ddi.xml"),
    "svg": Format("image/svg+xml", _svg),
    "png": Format("image/png", _png),
}


def exported(results: CampaignResults, name: str, language: str, responses: Responses | None = None) -> bytes:
    """The file of a format, in a language. The same results give the same bytes.

    `responses`, for those who may see them, are a sheet of the workbook and change no other format.
    """
    stream = io.BytesIO()
    if name == "xlsx":
        xlsx.write(results, language, stream, responses)
    else:
        FORMATS[name].write(results, language, stream)
    return stream.getvalue()
