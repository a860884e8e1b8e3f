"""A report as PDF: A4, tagged, PDF/A-2a and PDF/UA-1. The same report makes the same bytes."""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import BinaryIO

from survey.drawing.canvas import PictureKind
from survey.drawing.fonts import font_families, typst_fonts
from survey.drawing.printable import printable
from survey.drawing.report import Picture, Report
from survey.json_value import JsonObject, JsonValue
from survey.web import locale

_TEMPLATE = Path(__file__).resolve().parent / "report.typ"


def write(report: Report, stream: BinaryIO) -> None:
    """Write the report: a cover if it has one, the body with its signature, then the annexes."""
    import typst

    try:
        stream.write(_compile(report, "svg"))
    except typst.TypstError:  # PDF/A refuses shaped letters in an SVG, as of Khmer or Arabic
        stream.write(_compile(report, "png"))


def _compile(report: Report, picture_kind: PictureKind) -> bytes:
    import typst

    data: JsonObject = {
        **_printable_fields(report, picture_kind),
        "region": locale.region(report.language),
        "fonts": ["Libertinus Serif", *font_families()],
    }
    # All text is data: the template never evaluates it.
    pdf: bytes = typst.compile(
        _TEMPLATE.read_bytes(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        font_paths=typst_fonts(),
        pdf_standards=["a-2a", "ua-1"],
        timestamp=_with_fixed_offset(report.computed_at),
    )
    return pdf


def _with_fixed_offset(moment: datetime) -> datetime:
    """The same moment; typst takes no time zone by name."""
    return moment.astimezone(timezone(moment.utcoffset() or timedelta()))


def _printable(value: object, picture_kind: PictureKind) -> JsonValue:
    """The report as values JSON knows, its texts made safe for paper; pictures stay as they are drawn."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, tuple):
        return [_printable(item, picture_kind) for item in value]
    if isinstance(value, Picture):
        alternative, image = printable(value.alternative), value.draw(picture_kind)
        return {
            "kind": value.kind,
            "format": picture_kind,
            "image": image.decode() if picture_kind == "svg" else list(image),
            "alternative": alternative,
            "width_mm": value.width_mm,
        }
    if isinstance(value, datetime):
        return None  # the compiler takes it as an argument
    if value is None or isinstance(value, int | float):
        return value
    return _printable_fields(value, picture_kind)


def _printable_fields(value: object, picture_kind: PictureKind) -> JsonObject:
    if not is_dataclass(value):
        raise TypeError(f"a report has no {type(value).__name__}")
    return {field.name: _printable(getattr(value, field.name), picture_kind) for field in fields(value)}
