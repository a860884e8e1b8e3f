"""Numbers and days as each language writes them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask, render_template_string

from survey.web import locale
from tests.builders import database_of
from tests.conftest import app_on

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (28.27, "28,27", "28.27"),
        (28.274, "28,27", "28.27"),
        (28, "28,00", "28.00"),
        (0, "0,00", "0.00"),
        (1234.5, "1.234,50", "1,234.50"),
        (-3.1, "−3,10", "−3.10"),
        (-0.001, "0,00", "0.00"),
    ],
)
def test_a_number_has_the_languages_comma(value: float, vi: str, en: str) -> None:
    assert (locale.format_number(value, "vi"), locale.format_number(value, "en")) == (vi, en)


def test_a_count_has_no_decimals() -> None:
    assert [locale.format_number(1_234_567, lang, 0) for lang in locale.LANGUAGES] == [
        "1.234.567",
        "1,234,567",
    ]


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [(2, "2", "2"), (1.5, "1,5", "1.5"), (38, "38", "38"), (0.25, "0,25", "0.25"), (-0.5, "−0,5", "−0.5")],
)
def test_points_have_no_needless_zeros(value: float, vi: str, en: str) -> None:
    assert (locale.format_short(value, "vi"), locale.format_short(value, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("share", "vi", "en"),
    [(0.744, "74,4%", "74.4%"), (1, "100,0%", "100.0%"), (0, "0,0%", "0.0%"), (-0.05, "−5,0%", "−5.0%")],
)
def test_a_share_is_a_percentage_with_one_decimal(share: float, vi: str, en: str) -> None:
    assert (locale.format_percent(share, "vi"), locale.format_percent(share, "en")) == (vi, en)


def test_a_day_stands_as_offices_write_it() -> None:
    day = date(2026, 3, 4)
    assert (locale.format_day(day, "vi"), locale.format_day(day, "en")) == ("04/03/2026", "4 Mar 2026")


def test_every_language_has_its_own_name() -> None:
    assert locale.LANGUAGES == {"vi": "Tiếng Việt", "en": "English"}
    assert locale.DEFAULT_LANGUAGE == "vi"


def test_a_word_nobody_translated_is_said_in_english() -> None:
    assert locale.gettext_in("vi")("no such message") == "no such message"
    assert locale.gettext_in("xx")("Sign in") == "Sign in"


@pytest.mark.parametrize(
    ("lang", "expected"), [("vi", "28,27 74,4% 25/11/2026"), ("en", "28.27 74.4% 25 Nov 2026")]
)
def test_a_template_writes_them_in_the_language_of_the_page(
    url: str, tmp_path: Path, lang: str, expected: str
) -> None:
    app = app_on(url, tmp_path)
    with app.test_request_context(f"/?lang={lang}"):
        late = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)  # half past one of the next day at the office
        page = render_template_string("{{ 28.27|number }} {{ 0.744|percent }} {{ late|day }}", late=late)
    assert page == expected
    database_of(app).dispose()


def language_of(app: Flask, path: str, **sent: str) -> str:
    return app.test_client().get(path, headers=sent).text.partition('<html lang="')[2][:2]


def test_a_page_speaks_vietnamese_unless_asked(app: Flask) -> None:
    assert language_of(app, "/") == "vi"
    assert language_of(app, "/?lang=en") == "en"
    for odd in ("fr", "EN", "", "../en", "%00", "vi%20"):
        assert language_of(app, f"/?lang={odd}") == "vi", odd
    assert language_of(app, "/", **{"Accept-Language": "en"}) == "vi", "one document for everybody"


def test_an_official_keeps_the_language_once_chosen(app: Flask) -> None:
    client = app.test_client()
    client.get("/office/sign-in?lang=en")
    assert '<html lang="en">' in client.get("/office/sign-in").text
    assert '<html lang="vi">' in client.get("/receipt").text, "the citizen's pages know of no session"
    client.get("/office/sign-in?lang=vi")
    assert '<html lang="vi">' in client.get("/office/sign-in").text


def test_a_language_that_babel_does_not_know_goes_by_its_code() -> None:
    assert [locale.own_name(code) for code in ("km", "hre", "pt-BR")] == ["ខ្មែរ", "hre", "pt-BR"]


def test_a_language_has_a_region_and_a_script() -> None:
    codes = ("vi", "en", "km", "lo")
    assert [locale.tag(code) for code in codes] == ["vi-VN", "en-GB", "km-KH", "lo-LA"]
    assert [code for code in codes if locale.is_beyond_latin(code)] == ["km", "lo"]


def test_names_are_texts_in_the_order_of_languages() -> None:
    assert locale.text_of("Quầy 1", "Desk 1", "more").translations == {"vi": "Quầy 1", "en": "Desk 1"}
    assert locale.text_of("Quầy 1").translations == {"vi": "Quầy 1", "en": "Quầy 1"}


def test_a_folder_of_catalogues_makes_a_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for code in ("vi", "ko", "zh", "ar"):
        (tmp_path / code).mkdir()
    monkeypatch.setattr(locale, "CATALOGUES", tmp_path)
    assert locale._load_languages() == {
        "vi": "Tiếng Việt",
        "en": "English",
        "ar": "العربية",
        "ko": "한국어",
        "zh": "中文",
    }
    assert [locale.direction(code) for code in ("vi", "en", "ko", "ar")] == ["ltr", "ltr", "ltr", "rtl"]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("vi", ["1 tháng", "24 tháng"]),
        ("en", ["1 month", "24 months"]),
        ("km", ["1 ខែ", "24 ខែ"]),
        ("xx", ["1 month", "24 months"]),
        ("zh-Hant", ["1 個月", "24 個月"]),
    ],
)
def test_a_number_of_months_is_written_as_the_language_does(language: str, texts: list[str]) -> None:
    assert [locale.format_months(n, language) for n in (1, 24)] == texts
