"""Languages: the catalogue of interface words, and how numbers and dates are written.

English words are the message ids; `survey/translations/<language>/*.po` hold the other languages. They are
read as they are, so nothing has to be compiled or built.
"""

import datetime
from collections.abc import Callable
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

DEFAULT_LANGUAGE, SOURCE_LANGUAGE = "vi", "en"
_CATALOGUES = Path(__file__).resolve().parent.parent / "translations"


def _installed() -> dict[str, str]:
    """The languages the interface speaks, by their own names: the two it was made in, and every catalogue."""
    folders = sorted(path.name for path in _CATALOGUES.iterdir() if path.is_dir())
    codes = dict.fromkeys([DEFAULT_LANGUAGE, SOURCE_LANGUAGE, *folders])
    names = {code: str(Locale.parse(code).get_language_name(code)) for code in codes}
    return {code: name[:1].upper() + name[1:] for code, name in names.items()}


LANGUAGES = _installed()

Gettext = Callable[[str], str]


@cache
def translations(language: str) -> NullTranslations:
    """The interface words in `language`; English where the language has no catalogue."""
    merged = Translations()
    for path in sorted((_CATALOGUES / language).glob("*.po")):
        compiled = BytesIO()
        with path.open(encoding="utf-8") as file:
            write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
        compiled.seek(0)
        merged.merge(Translations(compiled))
    return merged


def gettext_in(language: str) -> Gettext:
    """The `_()` of a report or page in `language`."""
    return translations(language).gettext


def direction(language: str) -> str:
    """Which way the language is written: ltr or rtl."""
    return str(Locale.parse(language).text_direction)


def format_number(value: float, language: str, decimals: int = 2) -> str:
    """A number as the language writes it: 1.234,50 in Vietnamese, 1,234.50 in English."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return numbers.format_decimal(value, format=pattern, locale=language)


def format_short(value: float, language: str) -> str:
    """A number of points without needless zeros: a maximum of 2, 1.5 or 38."""
    return numbers.format_decimal(value, format="#,##0.##", locale=language)


def format_percent(share: float, language: str) -> str:
    """A share (0..1) as a percentage with one decimal."""
    return numbers.format_percent(share, format="#,##0.0%", locale=language)


def format_day(value: datetime.date, language: str) -> str:
    """A day as reports write it: 24/11/2026 in Vietnamese, 24 Nov 2026 in English."""
    return dates.format_date(
        value, format="dd/MM/yyyy" if language == "vi" else "d MMM yyyy", locale=language
    )


def format_time(value: datetime.datetime, language: str) -> str:
    """A time of day: 14:05."""
    return dates.format_time(value, format="HH:mm", locale=language)
