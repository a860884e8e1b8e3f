"""What stands at a desk: the QR code of its link, and a poster that says in two languages why to scan it."""

import io
import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from survey.instrument.questionnaire import Text
from survey.web.locale import gettext_in
from survey.web.locale import in_every_language as _

if TYPE_CHECKING:
    import segno

Paper = Literal["a4", "a5"]

_TEMPLATE = Path(__file__).resolve().parent / "poster.typ"
# Level M restores 15% of a code that is scratched; ISO/IEC 18004 asks for four modules of quiet zone.
_ERROR_LEVEL, _QUIET_ZONE, _PIXELS_A_MODULE = "m", 4, 12
_LONGEST_NAME = 240
_LONG_RUN = re.compile(r"\S{13,}")
_BREAK_HERE = "\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True)
class Poster:
    """What one desk's poster says. `short_link` is `url` as a person would type it."""

    organisation: Text
    title: Text
    desk_name: Text
    url: str
    short_link: str
    invitation: tuple[Text, Text]
    expected_minutes: int
    is_demo: bool


@dataclass(frozen=True)
class _Said:
    """The poster's words in one language."""

    language: str
    organisation: str
    title: str
    desk: str
    invitation: tuple[str, ...]
    promise: str
    type_it: str
    demo: str


@dataclass(frozen=True)
class _Words:
    """Everything the template prints."""

    vi: _Said
    en: _Said
    paper: Paper
    short_link: str
    is_demo: bool
    qr: str
    qr_says: str


def invitation() -> tuple[Text, Text]:
    """The two lines that every poster says unless its office words them otherwise."""
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
    import matplotlib as mpl
    import typst

    # The same fonts, and so the same page, on every machine.
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[Path(mpl.get_data_path()) / "fonts" / "ttf"])
    words = _Words(
        vi=_said(poster, "vi"),
        en=_said(poster, "en"),
        paper=paper,
        short_link=_fitting(poster.short_link),
        is_demo=poster.is_demo,
        qr=qr_svg(poster.url).decode(),
        qr_says=poster.url,
    )
    # The words are data from start to end: the template never evaluates them.
    pdf: bytes = typst.compile(
        _TEMPLATE.read_bytes(),
        sys_inputs={"data": json.dumps(asdict(words), ensure_ascii=False)},
        font_paths=fonts,
        pdf_standards="ua-1",
    )
    return pdf


def _code(url: str) -> "segno.QRCode":
    import segno

    return segno.make_qr(url, error=_ERROR_LEVEL)


def _said(poster: Poster, language: str) -> _Said:
    _ = gettext_in(language)
    return _Said(
        language=language,
        organisation=_fitting(poster.organisation.to(language)),
        title=_fitting(poster.title.to(language)),
        desk=_fitting(poster.desk_name.to(language)),
        invitation=tuple(_fitting(line.to(language)) for line in poster.invitation),
        promise=_("Anonymous · about {minutes} minutes").format(minutes=poster.expected_minutes),
        type_it=_("or type this address"),
        demo=_("DEMONSTRATION – not a real survey"),
    )


def _fitting(text: str) -> str:
    """`text` for paper: no control, format, private or unassigned characters, not too long, breakable.

    PDF/A refuses private characters and PDF/UA invisible ones; direction overrides would reorder a line.
    """
    kept = [_paper_character(character) for character in unicodedata.normalize("NFC", text)]
    short = "".join(kept).strip()
    if len(short) > _LONGEST_NAME:
        short = short[: _LONGEST_NAME - 1].rstrip() + "…"
    return _LONG_RUN.sub(lambda run: _BREAK_HERE.join(run.group()), short)


def _paper_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Zl", "Zp"} or character in "\t\r\n":
        return " "
    if category == "Cf":
        return ""
    return "\N{REPLACEMENT CHARACTER}" if category.startswith("C") else character
