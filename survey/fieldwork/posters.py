"""The QR code of a desk's link, and the poster that invites people in two languages to scan it."""

import io
import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from survey.drawing.fonts import font_families, typst_fonts
from survey.drawing.printable import printable
from survey.instrument.questionnaire import Text
from survey.web.locale import DEFAULT_LANGUAGE, SOURCE_LANGUAGE, format_day, gettext_in, ngettext_in, region
from survey.web.locale import in_every_language as _

if TYPE_CHECKING:
    import segno

Paper = Literal["a4", "a5"]

_TEMPLATE = Path(__file__).resolve().parent / "poster.typ"
# Level M restores 15% of a code that is scratched; ISO/IEC 18004 asks for four modules of quiet zone.
_ERROR_LEVEL, _QUIET_ZONE, _PIXELS_A_MODULE = "m", 4, 12
_MAX_NAME_CHARS, _MAX_LINE_CHARS = 240, 80


@dataclass(frozen=True)
class Poster:
    """The texts of a desk's poster. `short_link` is `url` as a person would type it."""

    organisation: Text
    title: Text
    desk_name: Text
    url: str
    short_link: str
    invitation: tuple[Text, Text]
    expected_minutes: int
    opens_on: date
    closes_on: date
    is_demo: bool


@dataclass(frozen=True)
class _PosterTexts:
    """The texts of the poster in one language."""

    language: str
    region: str
    organisation: str
    title: str
    desk: str
    invitation: tuple[str, ...]
    promise: str
    days: str
    type_it: str
    demo: str


@dataclass(frozen=True)
class _PosterData:
    """Everything that the template prints."""

    first: _PosterTexts
    second: _PosterTexts
    fonts: list[str]
    paper: Paper
    short_link: str
    url: str
    is_demo: bool
    qr: str
    qr_text: str


def invitation() -> tuple[Text, Text]:
    """The two lines of the invitation, which an office may replace."""
    return (
        _("How well did we serve you?"),
        _("Scan the code with your phone and answer; what you say helps us serve better."),
    )


def qr_svg(url: str) -> bytes:
    """The QR code of `url` as an SVG without size, black on white with its quiet zone."""
    file = io.BytesIO()
    _code(url).save(
        file, kind="svg", border=_QUIET_ZONE, light="#fff", xmldecl=False, omitsize=True, nl=False
    )
    return file.getvalue()


def qr_png(url: str) -> bytes:
    """The QR code of `url` as a PNG, black on white with its quiet zone."""
    file = io.BytesIO()
    _code(url).save(file, kind="png", border=_QUIET_ZONE, scale=_PIXELS_A_MODULE)
    return file.getvalue()


def poster_pdf(poster: Poster, paper: Paper = "a4") -> bytes:
    """The poster on one page, black and white, tagged; the same poster gives the same bytes."""
    import typst

    data = _PosterData(
        first=_texts_in(poster, DEFAULT_LANGUAGE),
        second=_texts_in(poster, SOURCE_LANGUAGE),
        fonts=font_families(),
        paper=paper,
        short_link=_address(poster.short_link),
        url=poster.url,
        is_demo=poster.is_demo,
        qr=qr_svg(poster.url).decode(),
        qr_text=poster.url,
    )
    # The texts are passed as data: the template never evaluates them.
    pdf: bytes = typst.compile(
        _TEMPLATE.read_bytes(),
        sys_inputs={"data": json.dumps(asdict(data), ensure_ascii=False)},
        font_paths=typst_fonts(),
        pdf_standards="ua-1",
    )
    return pdf


def _code(url: str) -> "segno.QRCode":
    import segno

    return segno.make_qr(url, error=_ERROR_LEVEL)


def _texts_in(poster: Poster, language: str) -> _PosterTexts:
    _, ngettext = gettext_in(language), ngettext_in(language)
    return _PosterTexts(
        language=language,
        region=region(language),
        organisation=_fitting(poster.organisation.to(language)),
        title=_fitting(poster.title.to(language)),
        desk=_fitting(poster.desk_name.to(language)),
        invitation=tuple(_fitting(line.to(language)) for line in poster.invitation),
        promise=ngettext(
            "Anonymous · about %(minutes)s minute",
            "Anonymous · about %(minutes)s minutes",
            poster.expected_minutes,
        )
        % {"minutes": poster.expected_minutes},
        days=_("Open from {first} to {last}").format(
            first=format_day(poster.opens_on, language), last=format_day(poster.closes_on, language)
        ),
        type_it=_("or type this address"),
        demo=_("DEMONSTRATION – not a real survey"),
    )


def _address(short_link: str) -> str:
    """An address to copy: whole on one line, and breakable only where it is longer than a line can be."""
    return printable(short_link, at_most=_MAX_NAME_CHARS, longest_run=_MAX_LINE_CHARS, chunk=1)


def _fitting(text: str) -> str:
    """`text` for the poster: not too long, and breakable anywhere."""
    return printable(text, at_most=_MAX_NAME_CHARS, longest_run=12, chunk=1).strip()
