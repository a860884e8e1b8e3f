"""Every download of a scorecard by its format."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from survey.drawing import report_docx, report_pdf
from survey.scorecards.as_json import card_entry
from survey.scorecards.files import csv, xlsx
from survey.scorecards.printed_report import printed_report
from survey.scorecards.report import CardReport

Writer = Callable[[CardReport, str, BinaryIO], None]


@dataclass(frozen=True)
class Format:
    """A kind of file and how it is written."""

    mimetype: str
    write: Writer


def _pdf(report: CardReport, language: str, stream: BinaryIO) -> None:
    report_pdf.write(printed_report(report, language), stream)


def _docx(report: CardReport, language: str, stream: BinaryIO) -> None:
    report_docx.write(printed_report(report, language), stream)


def _json(report: CardReport, _language: str, stream: BinaryIO) -> None:
    stream.write(
        json.dumps(card_entry(report.results), ensure_ascii=False, indent=1, allow_nan=False).encode()
    )


FORMATS = {
    "pdf": Format("application/pdf", _pdf),
    "docx": Format("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx.write),
    "json": Format("application/json", _json),
    "csv": Format("text/csv", csv.write),
}


def exported(report: CardReport, name: str, language: str) -> bytes:
    """The file of a format, in a language. The same values give the same bytes."""
    stream = io.BytesIO()
    FORMATS[name].write(report, language, stream)
    return stream.getvalue()
