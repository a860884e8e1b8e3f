"""The summary report an official signs: A4, tagged, PDF/A-2a and PDF/UA-1; one result, one set of bytes."""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO

from survey.drawing.printable import printable
from survey.reports import paper
from survey.results.campaign import CampaignResults

_TEMPLATE = Path(__file__).resolve().parent / "templates" / "summary.typ"


def write(results: CampaignResults, language: str, stream: BinaryIO) -> None:
    """Write the report: a cover, the findings to sign, then the annexes."""
    import matplotlib as mpl
    import typst

    # The same fonts, and so the same pages, on every machine.
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[Path(mpl.get_data_path()) / "fonts" / "ttf"])
    # The text is data from start to end: the template never evaluates it.
    report = json.dumps(_printable(paper.report(results, language)), ensure_ascii=False)
    stream.write(
        typst.compile(
            _TEMPLATE.read_bytes(),
            sys_inputs={"data": report},
            font_paths=fonts,
            pdf_standards=["a-2a", "ua-1"],
            timestamp=_with_fixed_offset(results.computed_at),
        )
    )


def _with_fixed_offset(at: datetime) -> datetime:
    """The same moment; typst takes no time zone by name."""
    return at.astimezone(timezone(at.utcoffset() or timedelta()))


def _printable(value: Any) -> Any:
    """The report as values JSON knows, its texts made safe for paper; pictures stay as they are drawn."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, tuple):
        return [_printable(each) for each in value]
    if isinstance(value, paper.Picture):
        alternative = printable(value.alternative)
        return {
            "kind": value.kind,
            "svg": value.draw("svg").decode(),
            "alternative": alternative,
            "width_mm": value.width_mm,
        }
    if is_dataclass(value):
        return {field.name: _printable(getattr(value, field.name)) for field in fields(value)}
    return value
