"""Languages of the interface: the catalogues of messages, and how each writes numbers and dates.

English texts are the message ids; `survey/translations/<language>/*.po` hold the other languages. They are
read as they are, so nothing has to be compiled or built. What a language does otherwise than most is in
`_CONVENTIONS`.
"""

import datetime
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from itertools import zip_longest
from pathlib import Path

from babel import Locale, dates, numbers
from babel.core import UnknownLocaleError, get_global, parse_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from survey.instrument.questionnaire import DEFAULT_LANGUAGE as DEFAULT_LANGUAGE
from survey.instrument.questionnaire import Text

SOURCE_LANGUAGE = "en"
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"


@dataclass(frozen=True)
class _Conventions:
    """What a language needs besides its catalogue. An empty region is the likeliest of the language."""

    region: str = ""
    day: str = "d MMM yyyy"
    month: str = "yyyy-MM"
    has_lowercase_languages: bool = False


_CONVENTIONS = {
    "vi": _Conventions(day="dd/MM/yyyy", month="MM/yyyy", has_lowercase_languages=True),
    "en": _Conventions(region="GB"),
}


def own_name(language: str) -> str:
    """The name of a language in itself, as a list of languages has it; its code where Babel has none."""
    try:
        name = Locale.parse(language).get_language_name(language) or language
    except (UnknownLocaleError, ValueError):
        return language
    return name[:1].upper() + name[1:]


def _load_languages() -> dict[str, str]:
    """The languages of the interface by their own names: default, source, and every folder of catalogues."""
    folders = sorted(path.name for path in CATALOGUES.iterdir() if path.is_dir())
    codes = dict.fromkeys([DEFAULT_LANGUAGE, SOURCE_LANGUAGE, *folders])
    return {code: own_name(code) for code in codes}


LANGUAGES = _load_languages()

Gettext = Callable[[str], str]
NGettext = Callable[[str, str, int], str]


def interface_language(language: str) -> str:
    """The nearest language of the interface: itself, without its region or script, else English."""
    nearest = (language, re.split("[-_]", language)[0])
    return next((code for code in nearest if code in LANGUAGES), SOURCE_LANGUAGE)


@cache
def translations(language: str) -> NullTranslations:
    """The messages of the interface in `language`, or in the nearest that it has."""
    language = interface_language(language)
    merged = Translations()
    for path in sorted((CATALOGUES / language).glob("*.po")):
        compiled = BytesIO()
        with path.open(encoding="utf-8") as file:
            write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
        compiled.seek(0)
        catalogue = Translations(compiled)
        merged.merge(catalogue)
        merged.plural = catalogue.plural  # which form a number takes; merging leaves it out
    return merged


def gettext_in(language: str) -> Gettext:
    """The `_()` of a report or page in `language`."""
    return translations(language).gettext


def ngettext_in(language: str) -> NGettext:
    """The `ngettext()` of a report or page in `language`: a message in the form that a number takes."""
    return translations(language).ngettext


def N_(message: str) -> str:  # noqa: N802 — what gettext calls it
    """The message as it is, marked for the catalogues: translated where it is shown."""
    return message


def in_every_language(message: str) -> Text:
    """A message of the interface in every language of it."""
    return Text({language: gettext_in(language)(message) for language in LANGUAGES})


def text_of(*wordings: str) -> Text:
    """Wordings in the order of the interface's languages as a text; the first stands for those left out."""
    first = wordings[0]
    return Text(
        {code: wording or first for code, wording in zip_longest(LANGUAGES, wordings[: len(LANGUAGES)])}
    )


def direction(language: str) -> str:
    """Which way the language is written: ltr, also where Babel does not know it, or rtl."""
    try:
        return str(Locale.parse(language, sep="_").text_direction)
    except (UnknownLocaleError, ValueError):
        return "ltr"


def tag(language: str) -> str:
    """The language with its region, as a spelling checker needs it: vi-VN, en-GB, km-KH."""
    return f"{language}-{region(language)}"


def region(language: str) -> str:
    """The region whose spelling the texts have: VN, GB, KH."""
    return _conventions(language).region or _likely_subtags(language)[1] or ""


def is_beyond_latin(language: str) -> bool:
    """Whether the language is written in another script than Latin."""
    return _likely_subtags(language)[2] != "Latn"


def language_name(code: str, language: str) -> str:
    """The name of a language inside a sentence of another one."""
    name = Locale.parse(code).get_language_name(language) or LANGUAGES[code]
    return name[:1].lower() + name[1:] if _conventions(language).has_lowercase_languages else name


def _likely_subtags(language: str) -> tuple[str | None, ...]:
    """The language with its likeliest region and script, in this order."""
    return parse_locale(get_global("likely_subtags").get(language, language))[:3]


def _conventions(language: str) -> _Conventions:
    return _CONVENTIONS.get(language, _Conventions())


def format_number(value: float, language: str, decimals: int = 2) -> str:
    """A number as the language writes it: 1.234,50 in Vietnamese, 1,234.50 in English."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return _with_minus(numbers.format_decimal(value, format=pattern, locale=language))


def _with_minus(number: str) -> str:
    """A number with the sign that is as wide as a plus, for the hyphen of CLDR; zero has no sign."""
    is_zero = not any(c.isdecimal() and int(c) for c in number)
    return number.replace("-", "" if is_zero else "\N{MINUS SIGN}")


def format_short(value: float, language: str) -> str:
    """A number of points without needless zeros: a maximum of 2, 1.5 or 38."""
    return _with_minus(numbers.format_decimal(value, format="#,##0.##", locale=language))


def format_percent(share: float, language: str, decimals: int = 1) -> str:
    """A share (0..1) as a percentage, with one decimal if no other number is asked for."""
    pattern = f"#,##0.{'0' * decimals}%"
    return _with_minus(numbers.format_percent(share, format=pattern, locale=language))


def format_day(value: datetime.date, language: str) -> str:
    """A day as reports write it: 24/11/2026 in Vietnamese, 24 Nov 2026 in English."""
    return dates.format_date(value, format=_conventions(language).day, locale=language)


def day_pattern(language: str) -> str:
    """How a spreadsheet writes days as `format_day` does: dd/mm/yyyy, d mmm yyyy."""
    return _conventions(language).day.lower()


def format_month(value: datetime.date, language: str) -> str:
    """A month as reports write it: 11/2026 in Vietnamese, 2026-11 in English."""
    return dates.format_date(value, format=_conventions(language).month, locale=language)


def format_months(n: int, language: str) -> str:
    """A number of months in a sentence: 24 tháng, 24 months; in English where Babel lacks the language."""
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse(SOURCE_LANGUAGE)
    span = n * datetime.timedelta(days=30)  # what Babel counts as a month
    return dates.format_timedelta(span, granularity="month", threshold=math.inf, locale=locale)


def format_time(value: datetime.datetime, language: str) -> str:
    """A time of day: 14:05."""
    return dates.format_time(value, format="HH:mm", locale=language)
