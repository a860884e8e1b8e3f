"""The files of a scorecard by format."""

import json
from typing import BinaryIO

from survey.drawing import report_docx, report_pdf
from survey.drawing.file_formats import DOCX, XLSX, FileFormat
from survey.scorecards.as_json import card_entry
from survey.scorecards.files import csv, xlsx
from survey.scorecards.printed_report import printed_report
from survey.scorecards.report import CardReport


def _pdf(report: CardReport, language: str, stream: BinaryIO) -> None:
    report_pdf.write(printed_report(report, language), stream)


def _docx(report: CardReport, language: str, stream: BinaryIO) -> None:
    report_docx.write(printed_report(report, language), stream)


def _json(report: CardReport, _language: str, stream: BinaryIO) -> None:
    stream.write(
        json.dumps(card_entry(report.results), ensure_ascii=False, indent=1, allow_nan=False).encode()
    )


FORMATS: dict[str, FileFormat[CardReport]] = {
    "pdf": FileFormat("application/pdf", _pdf),
    "docx": FileFormat(DOCX, _docx),
    "xlsx": FileFormat(XLSX, xlsx.write),
    "json": FileFormat("application/json", _json),
    "csv": FileFormat("text/csv", csv.write, is_offered_first=False),
}
