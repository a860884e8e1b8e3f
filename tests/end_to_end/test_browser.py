"""The main job in a real browser: the code is scanned, the form answered, the score downloaded, all agree."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.end_to_end.independent import Figures, figures
from tests.end_to_end.office import check_pages
from tests.end_to_end.phone import SAID, VISIT, Phone, accessible, flawless_phone, open_phone, runs_scripts
from tests.end_to_end.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Phone]:
    with flawless_phone(browser, takes_cookies=False, java_script_enabled=request.param) as opened:
        yield opened


def code_on(poster: bytes) -> str:
    """What a phone's camera reads off the printed poster."""
    picture = pypdfium2.PdfDocument(poster)[0].render(scale=2).to_pil()
    barcodes = zxingcpp.read_barcodes(picture)
    assert len(barcodes) == 1
    return str(barcodes[0].text)


def test_from_the_poster_to_the_receipt(phone: Phone, official: Page, server: Server) -> None:
    poster = official.request.get(f"{server.address}/s/demo/poster.pdf").body()
    page = phone.page
    page.goto(code_on(poster))
    assert page.url == f"{server.address}/s/demo"
    assert phone.requests == [page.url], "the first view is one request"
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    phone.fill_in()
    before = page.locator("body").inner_text()
    assert SAID in before, "what was said is shown before sending, as it was typed"
    page.locator("[data-send]:visible, main form .go button:visible").first.click()
    page.wait_for_selector("#receipt-code")
    code = page.inner_text("#receipt-code")
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", code)
    page.goto(f"{server.address}/receipt")
    page.fill("input[name=code]", code.lower())
    page.locator("main button").first.click()
    page.wait_for_load_state()
    assert SAID in page.inner_text("main")


@pytest.fixture
def phone_after_consent(browser: Browser, server: Server) -> Iterator[Phone]:
    """A phone with scripts whose owner agreed to take part."""
    context, opened = open_phone(browser)
    opened.open(f"{server.address}/s/demo")
    opened.pick("consent", "agree")
    opened.continue_()
    yield opened
    assert opened.problems == []
    context.close()


def test_nothing_typed_is_lost_by_a_reload_or_another_language(phone_after_consent: Phone) -> None:
    page = phone_after_consent.page
    phone_after_consent.pick("respondent_group", "business")
    page.reload()
    assert page.locator("input[name=respondent_group][value=business]").is_checked()
    page.locator("[data-language]").click()
    page.wait_for_url("**lang=en*")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("input[name=respondent_group][value=business]").is_checked()
    page.go_back()


def test_the_back_button_goes_one_section_back(phone_after_consent: Phone) -> None:
    page = phone_after_consent.page
    section = page.locator("section.on")
    expect(section).not_to_have_id("s-consent")
    first = str(section.get_attribute("id"))
    for name in ("respondent_group", "service_domain", "submission_channel", "result_status"):
        phone_after_consent.pick(name, VISIT[name])
    phone_after_consent.continue_()
    expect(section).not_to_have_id(first)
    page.go_back()
    expect(section).to_have_id(first)
    assert page.locator(f"input[value={VISIT['service_domain']}]").is_checked()


def test_a_required_answer_is_asked_for_beside_the_question_and_on_top(phone: Phone, server: Server) -> None:
    page = phone.page
    page.goto(f"{server.address}/s/demo")
    if runs_scripts(page):
        phone.continue_()
    else:
        phone.pick("consent", "agree")
        page.locator(".all button").click()
        page.wait_for_load_state()
    assert page.locator("#error-summary").is_visible()
    assert page.locator(".bad .error").first.is_visible()
    assert page.title().startswith("Lỗi")


def test_the_page_and_all_files_agree_with_an_independent_calculation(official: Page, server: Server) -> None:
    page = official
    page.goto(f"{server.address}/office/campaigns/demo?lang=vi")
    expected = figures(server.database_file, "demo")
    shown = page.inner_text(".answer h2")
    for value in (expected.score, expected.low, expected.high):
        assert in_vietnamese(value) in shown
    assert page.inner_text("#t-score tbody").split()[-7] == str(expected.n)
    files = {name: download(page, name) for name in ("pdf", "xlsx", "csv")}
    after_the_cover = PdfReader(io.BytesIO(files["pdf"])).pages[1]
    text = " ".join(after_the_cover.extract_text().split())
    assert f"{in_vietnamese(expected.score)} / 38 điểm" in text
    assert f"{in_vietnamese(expected.low)} – {in_vietnamese(expected.high)}" in text
    assert in_csv(files["csv"]) == pytest.approx(in_workbook(files["xlsx"]), rel=1e-14)
    assert_same(in_csv(files["csv"]), expected)


def test_an_official_has_a_file_made_and_fetches_it_when_the_page_says_it_is_ready(
    official: Page, server: Server
) -> None:
    page = official
    page.goto(f"{server.address}/office/campaigns/demo/downloads?lang=vi")
    assert accessible(page) == []
    page.get_by_role("button", name="Tạo tệp").click()
    page.get_by_role("link", name="Tải xuống").first.wait_for(timeout=20_000)
    assert accessible(page) == []
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải xuống").first.click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"\xef\xbb\xbfform_valid,form_desk")


def download(page: Page, name: str) -> bytes:
    with page.expect_download() as waiting:
        page.locator(f"a[href*='summary.{name}?in=vi']").click()
    return Path(waiting.value.path()).read_bytes()


def in_vietnamese(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def in_csv(content: bytes) -> dict[str, float]:
    """The figures of the score and the sections, with all their digits."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    figures: dict[str, float] = {}
    for row in rows:
        if row["part"] == "score":
            figures |= {column: float(row[column]) for column in ("points", "se", "ci_low", "ci_high", "n")}
        if row["part"] == "section":
            figures[row["label"]] = float(row["points"])
    return figures


def in_workbook(content: bytes) -> dict[str, float]:
    """The same figures from the workbook's cells."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    figures: dict[str, float] = {}
    for sheet in book.worksheets:
        rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
        for row in rows:
            if row and row[0] == "Tất cả phiếu hợp lệ":
                figures |= dict(zip(("n", "points", "", "", "se", "ci_low", "ci_high"), row[1:], strict=True))
            if row and len(row) == 8 and row[2] in {4, 6, 8} and isinstance(row[1], float):
                figures[row[0]] = row[1]
    figures.pop("")
    return figures


def assert_same(figures: dict[str, float], expected: Figures) -> None:
    assert figures["n"] == expected.n
    assert figures["points"] == pytest.approx(expected.score, abs=1e-10)
    assert figures["se"] == pytest.approx(expected.se, abs=1e-10)
    assert figures["ci_low"] == pytest.approx(expected.low, abs=1e-10)
    assert figures["ci_high"] == pytest.approx(expected.high, abs=1e-10)
    sections = [
        value for key, value in figures.items() if key not in {"n", "points", "se", "ci_low", "ci_high"}
    ]
    assert sections == pytest.approx(list(expected.sections.values()), abs=1e-10)


@pytest.mark.parametrize("path", ["", "desks", "../questionnaires", "../people", "../audit", "new", "../"])
@pytest.mark.parametrize("width", [360, 1280])
def test_an_office_page_is_accessible_and_fits(official: Page, server: Server, path: str, width: int) -> None:
    pages = {"": "campaigns/demo", "desks": "campaigns/demo/desks", "new": "campaigns/new"}
    official.set_viewport_size({"width": width, "height": 800})
    official.goto(f"{server.address}/office/{pages.get(path, path.removeprefix('../'))}")
    assert accessible(official) == []
    assert official.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("path", ["/", "/s/demo", "/receipt", "/office/sign-in", "/s/unknown"])
def test_a_public_page_is_accessible_and_fits(browser: Browser, server: Server, path: str, lang: str) -> None:
    context, phone = open_phone(browser)
    phone.page.goto(f"{server.address}{path}?lang={lang}")
    assert accessible(phone.page) == []
    assert phone.page.evaluate("document.documentElement.scrollWidth") == 360
    context.close()


PAGES = [
    "",
    "/priorities?acc_info=10",
    "/comparison",
    "/trend",
    "/comments",
    "/publication",
    "/summaries",
    "/numbers/criterion/proc_fee",
]


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_of_results_are_accessible_and_fit_the_window(
    official: Page, server: Server, width: int
) -> None:
    paths = [f"/office/campaigns/demo{page}" for page in PAGES] + ["/results/demo-truoc"]
    check_pages(official, [server.address + path for path in paths], width)
