import io
import re
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
import segno
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from survey.fieldwork import posters
from survey.fieldwork.posters import Poster
from survey.instrument.questionnaire import Text

LINK = "https://khaosat.dungquat.gov.vn/s/K7QX"
HOSTILE = '#eval("1") $x^2$ *b* <script> \ufeff\u202e\x00\ud800\ue000 漢字 😀 ' + "W" * 400
WIDTHS = {"a4": 210, "a5": 148}


def text(vi: str, en: str) -> Text:
    return Text({"vi": vi, "en": en})


def a_poster() -> Poster:
    return Poster(
        organisation=text("Ban Quản lý Khu kinh tế Dung Quất", "Management Board of Dung Quat Economic Zone"),
        title=text("Phiếu khảo sát mức độ hài lòng", "Satisfaction survey"),
        desk_name=text("Quầy số 1 – Trụ sở", "Desk 1 – Head office"),
        url=LINK,
        short_link="khaosat.dungquat.gov.vn/s/K7QX",
        invitation=posters.invitation(),
        expected_minutes=4,
        opens_on=date(2026, 11, 24),
        closes_on=date(2026, 12, 24),
        is_demo=False,
    )


def a_hostile_poster() -> Poster:
    attack = text(HOSTILE, HOSTILE)
    return replace(
        a_poster(),
        organisation=attack,
        title=attack,
        desk_name=attack,
        short_link="x" * 300,
        invitation=(attack, attack),
        is_demo=True,
    )


def text_of(pdf: bytes) -> str:
    return " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().replace("\u200b", "").split())


@pytest.mark.parametrize("paper", ["a4", "a5"])
@pytest.mark.parametrize("poster", [a_poster(), a_hostile_poster()], ids=["plain", "hostile"])
def test_the_printed_code_opens_the_desks_link(poster: Poster, paper: posters.Paper) -> None:
    pages = pypdfium2.PdfDocument(posters.poster_pdf(poster, paper))
    assert len(pages) == 1
    picture = pages[0].render(scale=2).to_pil().convert("L")
    barcode = zxingcpp.read_barcode(picture)
    assert barcode is not None
    assert barcode.text == LINK
    across = barcode.position.top_right.x - barcode.position.top_left.x
    millimetres = across / picture.width * WIDTHS[paper]
    assert millimetres >= (60 if paper == "a4" else 42)


def test_the_poster_says_it_in_both_languages() -> None:
    text = text_of(posters.poster_pdf(a_poster()))
    for expected in (
        "Mời Ông/Bà đánh giá",
        "How well did we serve you?",
        "Ẩn danh · khoảng 4 phút",
        "Anonymous · about 4 minutes",
        "Quầy số 1 – Trụ sở",
        "Desk 1 – Head office",
        "khaosat.dungquat.gov.vn/s/K7QX",
    ):
        assert expected in text
    assert "MINH HỌA" not in text


def test_a_demonstration_is_labelled() -> None:
    assert "BẢN MINH HỌA" in text_of(posters.poster_pdf(replace(a_poster(), is_demo=True)))


def test_hostile_words_are_printed_and_not_obeyed() -> None:
    assert '#eval("1") $x^2$ *b* <script>' in text_of(posters.poster_pdf(a_hostile_poster()))


def test_the_poster_is_tagged_and_the_same_every_time() -> None:
    pdf = posters.poster_pdf(a_poster())
    root = PdfReader(io.BytesIO(pdf)).root_object
    assert "/StructTreeRoot" in root
    assert str(root["/Lang"]) == "vi-VN"
    assert pdf == posters.poster_pdf(a_poster())


def test_the_poster_prints_in_black_and_white() -> None:
    picture = pypdfium2.PdfDocument(posters.poster_pdf(a_poster()))[0].render(scale=1).to_pil().convert("RGB")
    assert all(red == green == blue for _n, (red, green, blue) in picture.getcolors(1 << 24))


def test_a_name_that_is_the_same_in_both_languages_stands_once() -> None:
    once = replace(a_poster(), desk_name=text("Quầy KCN Tịnh Phong", ""))
    assert text_of(posters.poster_pdf(once)).count("Quầy KCN Tịnh Phong") == 1


@pytest.mark.parametrize("paper", ["a4", "a5"])
def test_the_address_is_a_link_and_is_copied_as_it_stands(paper: posters.Paper) -> None:
    long = "khaosat.dungquat.quangngai.gov.vn/cong-dan/s/K7Q2M9"
    for short_link in ("127.0.0.1:8000/s/demo", long):
        poster = replace(a_poster(), url=f"https://{short_link}", short_link=short_link)
        page = PdfReader(io.BytesIO(posters.poster_pdf(poster, paper))).pages[0]
        assert short_link in page.extract_text().splitlines(), "on one line, without a character between"
        assert [a.get_object()["/A"]["/URI"] for a in page.annotations or []] == [f"https://{short_link}"]


def test_the_poster_has_the_days_of_the_campaign() -> None:
    text = text_of(posters.poster_pdf(a_poster()))
    assert "Từ ngày 24/11/2026 đến hết ngày 24/12/2026" in text
    assert "Open from 24 Nov 2026 to 24 Dec 2026" in text


def test_the_png_and_the_svg_keep_a_quiet_zone_of_four_modules() -> None:
    image = Image.open(io.BytesIO(posters.qr_png(LINK))).convert("L")
    barcode = zxingcpp.read_barcode(image)
    assert barcode is not None
    assert barcode.text == LINK
    modules = segno.make_qr(LINK, error="m").symbol_size(border=0)[0]
    assert image.width == (modules + 8) * 12
    assert re.search(rf'viewBox="0 0 {modules + 8} {modules + 8}"', posters.qr_svg(LINK).decode())


def test_the_code_survives_damage_at_level_m_or_better() -> None:
    assert segno.make_qr(LINK, error="m").error in {"M", "Q", "H"}
