"""The values of a scorecard as the file they are imported from; an empty one is the form to fill in."""

import csv
import io
from typing import BinaryIO

from survey.instrument.scorecard import Indicator
from survey.scorecards.report import CardReport
from survey.scorecards.values_file import COLUMNS, LABEL
from survey.store.scorecards import Entry
from survey.web.defang import defang


def write(report: CardReport, language: str, stream: BinaryIO) -> None:
    """Write a row for each line, in UTF-8 with a byte order mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([COLUMNS[0], LABEL, *COLUMNS[1:]])
    for key, standing in report.results.standings.items():
        counted = standing.counted.entry if standing.counted else None
        cells = _cells(standing.line, counted) if counted else [""] * (len(COLUMNS) - 1)
        writer.writerow([key, defang(standing.line.text.to(language)), *cells])
    stream.write(text.getvalue().encode("utf-8-sig"))


def _cells(line: Indicator, entry: Entry) -> list[str]:
    value = _number(entry.value)
    if line.unit == "boolean" and entry.value is not None:
        value = "yes" if entry.value else "no"
    if entry.denominator is not None:
        value = ""  # numerator and denominator say it exactly
    numbers = (_number(number) for number in (entry.numerator, entry.denominator, entry.low, entry.high))
    return [value, *numbers, defang(entry.evidence_ref), defang(entry.note)]


def _number(value: float | None) -> str:
    """A number that reads back as the same one, without an exponent."""
    if value is None:
        return ""
    return f"{value:.0f}" if value.is_integer() else f"{value:.17f}".rstrip("0")
