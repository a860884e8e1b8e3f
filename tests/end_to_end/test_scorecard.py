"""A quarter in a real browser: entered with evidence, approved, corrected with a trace, handed out."""

import io
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from tests.end_to_end.office import check_pages, sign_in
from tests.end_to_end.server import Server
from tests.scorecards.builders import PDF

pytestmark = [pytest.mark.browser, pytest.mark.server]

CARD = "office/scorecards/3"


def points_on(page: Page) -> float:
    """The total the page of the card says."""
    return float(page.inner_text(".answer h2").split(" / ")[0].replace(",", "."))


def download(page: Page, name: str) -> bytes:
    with page.expect_download() as waiting:
        page.locator(f"a[href*='report.{name}?in=vi']").click()
    return Path(waiting.value.path()).read_bytes()


def send(page: Page) -> None:
    """Send the form of the value, which is taken."""
    page.locator("form.narrow button").click()
    page.wait_for_selector(".flash")


def enter_a_value(page: Page, line: str, document: Path) -> None:
    """Once without a denominator, which is refused beside its field, then with it and the document."""
    page.goto(line)
    page.fill("#numerator", "9")
    page.locator("form.narrow button").click()
    assert page.locator("#error-summary a[href='#denominator']").is_visible()
    assert page.input_value("#numerator") == "9", "what was typed is still there"
    page.fill("#denominator", "10")
    page.fill("#evidence_ref", "88/BC-BQL")
    page.set_input_files("#file", document)
    send(page)
    assert "88/BC-BQL" in page.inner_text("main table")


def correct_the_value(page: Page, line: str) -> None:
    page.goto(line)
    for field, text in (("numerator", "10"), ("denominator", "10"), ("reason", "Bổ sung một đơn vị")):
        page.fill(f"#{field}", text)
    send(page)


def test_a_quarter_from_the_officer_to_the_signed_report(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    document = tmp_path / "bao-cao-tu-chu.pdf"
    document.write_bytes(PDF)
    card = f"{server.address}/{CARD}"
    line = f"{card}/values/unit_autonomy_rate"
    with sign_in(browser, server, "officer") as officer:
        officer.goto(card)
        before = points_on(officer)
        enter_a_value(officer, line, document)
    with sign_in(browser, server, "leader") as leader:
        leader.goto(line)
        leader.locator("#decision button[value=approve]").click()
        leader.wait_for_selector(".flash")
        leader.goto(card)
        assert points_on(leader) == pytest.approx(before + 2.7, abs=0.011)
    with sign_in(browser, server, "officer") as officer:
        correct_the_value(officer, line)
    with sign_in(browser, server, "leader") as leader:
        leader.goto(f"{card}/values")
        leader.locator("#approvals button").click()
        leader.wait_for_selector(".flash")
        leader.goto(line)
        history = leader.inner_text("main table")
        for text in ("90% (9 / 10)", "100% (10 / 10)", "Bổ sung một đơn vị", "bao-cao-tu-chu.pdf"):
            assert text in history
        leader.goto(card)
        assert points_on(leader) == pytest.approx(before + 3, abs=0.011)
        total = leader.inner_text(".answer h2").partition(" (")[0]
        assert total in words_of_pdf(download(leader, "pdf"))
        assert total in words_of_workbook(download(leader, "xlsx"))


def words_of_pdf(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u200b", "").split())


def words_of_workbook(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return " ".join(str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row)


PATHS = (
    "scorecards",
    "scorecards/3",
    "scorecards/3/values",
    "scorecards/3/values/tthc_ontime_rate",
    "scorecards/3/values/satisfaction_points",
    "scorecards/ranking?period=2018",
    "scorecards/definitions",
    "tasks",
    "tasks/8",
    "units",
)


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_a_scorecard_is_accessible_and_fits(official: Page, server: Server, width: int) -> None:
    check_pages(official, [f"{server.address}/office/{path}" for path in PATHS], width)
