"""The report of a scorecard to sign: A4, tagged, PDF/A-2a and PDF/UA-1; one result, one set of bytes."""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO

from survey.drawing.printable import printable
from survey.drawing.tables import Table
from survey.scorecards import wording
from survey.scorecards.files.outline import Part, outline, picture
from survey.scorecards.report import CardReport
from survey.web.locale import gettext_in

_TEMPLATE = Path(__file__).resolve().parent / "scorecard.typ"


@dataclass(frozen=True)
class _Row:
    cells: tuple[str, ...]
    heading: str | None = None


@dataclass(frozen=True)
class _Grid:
    title: str
    heads: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[_Row, ...]


@dataclass(frozen=True)
class _Part:
    heading: str
    sentences: tuple[str, ...]
    svg: str | None
    alternative: str
    grids: tuple[_Grid, ...]


def write(report: CardReport, language: str, stream: BinaryIO) -> None:
    """Write the report with its signature, then the indicators as an annex on its side."""
    import matplotlib as mpl
    import typst

    fonts = typst.Fonts(include_system_fonts=False, font_paths=[Path(mpl.get_data_path()) / "fonts" / "ttf"])
    _ = gettext_in(language)
    said = outline(report, language)
    words = asdict(said) | {
        "language": language,
        "page": _("Page"),
        "watermark": _("DEMONSTRATION"),
        "parts": [asdict(_part(report, part, language)) for part in said.parts],
        "annex": asdict(_part(report, said.annex, language)),
    }
    at = report.results.computed_at
    stream.write(
        typst.compile(
            _TEMPLATE.read_bytes(),
            sys_inputs={"data": json.dumps(_printable(words), ensure_ascii=False)},
            font_paths=fonts,
            pdf_standards=["a-2a", "ua-1"],
            timestamp=at.astimezone(timezone(at.utcoffset() or timedelta())),  # typst knows no zone by name
        )
    )


def _part(report: CardReport, part: Part, language: str) -> _Part:
    drawn = picture(report, part.picture, language, "svg").decode() if part.picture else None
    return _Part(
        heading=part.heading,
        sentences=part.sentences,
        svg=drawn,
        alternative=wording.total_sentence(report.results, language),
        grids=tuple(_grid(table, language) for table in part.tables if table.rows),
    )


def _grid(table: Table, language: str) -> _Grid:
    columns, blocks = table.laid_out(language)
    rows: list[_Row] = []
    for block in blocks:
        rows += [_Row((), block.heading)] if block.heading is not None else []
        rows += [_Row(cells) for cells in block.rows]
    numeric = tuple(column.kind != "text" for column in columns)
    return _Grid(table.title, tuple(column.label for column in columns), numeric, tuple(rows))


def _printable(value: Any) -> Any:
    """Every text made safe for paper; pictures are SVG and stay as they are."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list | tuple):
        return [_printable(each) for each in value]
    if isinstance(value, dict):
        return {key: each if key == "svg" else _printable(each) for key, each in value.items()}
    return value
