"""A third language of the interface works in every output: Khmer, with a font of Debian, in a copy."""

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any, cast

import openpyxl
import pypdfium2
import pytest
from matplotlib.ft2font import FT2Font
from pypdf import PdfReader

from survey.drawing.printable import printable, wrap
from survey.web.locale import CATALOGUES
from tests.docs.copies import run_in
from tests.docs.pages import ROOT

SAMPLE = ROOT / "tests" / "cases" / "translations" / "km"
FONT = Path("/usr/share/fonts/truetype/khmeros/KhmerOS.ttf")  # of fonts-khmeros
needs_font = pytest.mark.skipif(not FONT.exists(), reason="apt-get install fonts-khmeros")
REPORT, CODEBOOK, NOT_ASKED = "របាយការណ៍", "សៀវភៅកូដ", "មិនបានសួរ"
DESK = "តុលេខ១ ទីស្នាក់ការកណ្តាល"
_CHECK = f"""
home = client.get("/?lang=km").text
assert '<html lang="km"' in home and "ការស្ទង់មតិលើការពេញចិត្ត" in home
desks = client.get("/office/campaigns/demo/desks?lang=km").text
assert "ឈ្មោះតុជាអង់គ្លេស" in desks and 'name="name_km"' in desks
form = {{"name": "Quầy 5", "name_en": "Desk 5", "name_km": "{DESK}", "quota": "", "csrf_token": token(desks)}}
assert client.post("/office/campaigns/demo/desks", data=form).status_code == 303
assert "{DESK}" in client.get("/office/campaigns/demo/desks?lang=km").text
assert "Desk 5" in client.get("/office/campaigns/demo/desks?lang=en").text
assert "{DESK}" in client.get("/?lang=km").text
plan = client.get("/office/campaigns/new?lang=km").text
assert "ខ្មែរ" in plan
version = plan.partition('name="instrument_digest"')[2].partition('<option value="')[2].partition('"')[0]
new = {{"name": "Đợt 3", "opens_on": "2026-01-01", "closes_on": "2026-02-01", "csrf_token": token(plan),
       "instrument_digest": version,
       "desks": "Quầy 1|Desk 1|តុ ១", "office": "A", "address": "B", "phone": "0255 1", "email": "a@b.vn",
       "responsible": "C"}}
assert client.post("/office/campaigns/new", data=new).status_code == 303
assert client.get("/office/units?lang=km").text.count('name="name_') == 2
for name in ("pdf", "docx", "xlsx", "json", "csv", "ddi", "svg", "png"):
    sent = client.get(f"/office/campaigns/demo/summary.{{name}}?in=km")
    assert sent.status_code == 200, (name, sent.status)
    open(f"instance/report.{{name}}", "wb").write(sent.data)
codebook = client.get("/office/campaigns/demo/codebook.csv").text
assert codebook.splitlines()[0].endswith("label_vi,label_en,label_km"), codebook[:80]
for name in ("pdf", "docx", "xlsx", "json"):
    assert client.get(f"/office/scorecards/1/report.{{name}}?in=km").status_code == 200, name
assert client.get("/s/demo/poster.pdf").status_code == 200
assert "គ្មានបណ្តាញ" in client.get("/sw.js").text
assert '<html lang="vi"' in client.get("/s/demo?lang=km").text  # the questionnaire has no Khmer
for page in ("receipt", "office/campaigns/demo/downloads", "office/scorecards"):
    shown = client.get(f"/{{page}}?lang=km")
    assert shown.status_code == 200 and '<html lang="km"' in shown.text, page
"""


@needs_font
@pytest.mark.slow
def test_a_third_language_is_on_pages_and_in_files(copy: Path) -> None:
    language = shutil.copytree(SAMPLE, copy / "survey" / "translations" / "km")
    shutil.copy(FONT, language)
    run_in(copy, _CHECK)
    folder = copy / "instance"
    assert_khmer_is_drawn(PdfReader(folder / "report.pdf"))
    pages = pypdfium2.PdfDocument(folder / "report.pdf")
    assert REPORT in pages[0].get_textpage().get_text_range()
    with zipfile.ZipFile(folder / "report.docx") as parts:
        assert 'w:lang w:val="km-KH"' in parts.read("word/styles.xml").decode()
        assert REPORT in parts.read("word/document.xml").decode()
    book = openpyxl.load_workbook(io.BytesIO((folder / "report.xlsx").read_bytes()))
    sheet = book[CODEBOOK]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[3][3:] == ["Tiếng Việt", "English", "ខ្មែរ"]
    assert NOT_ASKED in {row[5] for row in cells}


def assert_khmer_is_drawn(pdf: PdfReader) -> None:
    """Assert that the file says its language and has its font, and no box for a missing letter."""
    assert str(pdf.root_object["/Lang"]) == "km-KH"
    fonts = {
        font.get_object()["/BaseFont"]
        for page in pdf.pages
        for font in cast(dict[str, Any], page["/Resources"])["/Font"].values()
    }
    assert any("KhmerOS" in name for name in fonts)
    assert not any("LastResort" in name for name in fonts)


def test_a_long_word_is_not_broken_between_a_letter_and_its_marks() -> None:
    letters = "ក្តី" * 20
    parts = printable(letters).split("\N{ZERO WIDTH SPACE}")
    assert "".join(parts) == letters
    assert set(parts) == {"ក្តី" * 6, "ក្តី" * 2}
    assert wrap(letters, 10) == ["ក្តី" * 2] * 10


@needs_font
def test_a_font_has_every_character_of_the_catalogues() -> None:
    import matplotlib as mpl

    bundled = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    for folder in (*CATALOGUES.iterdir(), SAMPLE):
        fonts = [bundled, *([FONT] if folder == SAMPLE else folder.glob("*.[ot]tf"))]
        covered = {chr(code) for font in fonts for code in FT2Font(str(font)).get_charmap()}
        text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.po"))
        assert set(text) - covered - set("\n\u200b") == set(), (
            f"{folder.name} needs a font beside its catalogues"
        )
