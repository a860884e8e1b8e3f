"""Every download of a scorecard by its format."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from survey.scorecards.as_json import card_entry
from survey.scorecards.files import csv
from survey.scorecards.results import CardResults

Writer = Callable[[CardResults, str, BinaryIO], None]


@dataclass(frozen=True)
class Format:
    """A kind of file and how it is written."""

    mimetype: str
    write: Writer


def _json(results: CardResults, _language: str, stream: BinaryIO) -> None:
    stream.write(json.dumps(card_entry(results), ensure_ascii=False, indent=1, allow_nan=False).encode())


FORMATS = {
    "json": Format("application/json", _json),
    "csv": Format("text/csv", csv.write),
}


def exported(results: CardResults, name: str, language: str) -> bytes:
    """The file of a format, in a language. The same values give the same bytes."""
    stream = io.BytesIO()
    FORMATS[name].write(results, language, stream)
    return stream.getvalue()
