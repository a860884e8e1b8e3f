"""Files through nginx: every format of results, responses and scorecards; files made in the background."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from survey.reports.export import FORMATS
from survey.reports.response_export import RESPONSE_FORMATS
from survey.scorecards.export import FORMATS as CARD_FORMATS
from tests.production.bed import ADDRESS

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.postgres]
CAMPAIGN = "/office/campaigns/demo"
BEGINNINGS = {
    "pdf": b"%PDF-",
    "docx": b"PK",
    "xlsx": b"PK",
    "csv": b"\xef\xbb\xbf",
    "json": b"{",
    "ddi": b"<?xml",
    "svg": b"<svg",
    "png": b"\x89PNG",
    "sav": b"$FL",
    "parquet": b"PAR1",
}
PATHS = [
    *(f"{CAMPAIGN}/summary.{extension}?in=vi" for extension in FORMATS),
    *(f"{CAMPAIGN}/responses.{extension}?in=vi" for extension in RESPONSE_FORMATS),
    *(f"/office/scorecards/3/report.{extension}?in=vi" for extension in CARD_FORMATS),
    f"{CAMPAIGN}/comments.xlsx",
    f"{CAMPAIGN}/codebook.csv",
    f"{CAMPAIGN}/certificate.json",
    f"{CAMPAIGN}/certificate-for-audit.json",
    "/s/demo/poster.pdf",
    "/s/demo/qr.png",
]


def fetch(page: Page, path: str) -> bytes:
    """The file at an address, fetched by a page of the office as its links do."""
    read = """path => fetch(path).then(a => a.arrayBuffer().then(b => ({
        status: a.status, type: a.headers.get('Content-Type'), bytes: [...new Uint8Array(b)]})))"""
    answer = page.evaluate(read, path)
    assert answer["status"] == 200, path
    assert not answer["type"].startswith("text/html"), path
    return bytes(answer["bytes"])


@pytest.mark.parametrize("path", PATHS)
def test_a_file_of_every_format_is_fetched_whole(official: Page, path: str) -> None:
    extension = path.partition("?")[0].rpartition(".")[2]
    content = fetch(official, path)
    assert content.startswith(BEGINNINGS[extension])
    if extension == "json":
        json.loads(content)


def test_links_of_the_downloads_page_download(official: Page) -> None:
    official.goto(f"{ADDRESS}{CAMPAIGN}/downloads?lang=vi")
    links = official.locator("main a[href*='.']").all()
    assert len(links) >= len(FORMATS)
    for link in links:
        with official.expect_download() as waiting:
            link.click(modifiers=["Alt"])  # saved, also where the browser would show it
        assert Path(waiting.value.path()).stat().st_size > 0


def test_a_file_is_made_in_the_background_and_fetched(official: Page) -> None:
    official.goto(f"{ADDRESS}{CAMPAIGN}/downloads?lang=vi")
    official.get_by_role("button", name="Tạo tệp").click()
    ready = official.get_by_role("link", name="Tải xuống").first
    ready.wait_for(timeout=30_000)
    with official.expect_download() as waiting:
        ready.click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"\xef\xbb\xbfform_valid")


def test_a_file_that_is_being_made_is_cancelled(official: Page) -> None:
    """The page's own form of the job, which may be ready before a browser can press its button."""
    official.goto(f"{ADDRESS}{CAMPAIGN}/downloads?lang=vi")
    official.get_by_role("button", name="Tạo tệp").click()
    ready = official.get_by_role("link", name="Tải xuống").first
    ready.wait_for(timeout=30_000)
    cancel = f"{ready.get_attribute('href')}/cancel"
    send = """path => fetch(path, {method: 'POST', redirect: 'follow', body: new URLSearchParams(
        {csrf_token: document.querySelector('[name=csrf_token]').value})}).then(a => a.status)"""
    assert official.evaluate(send, cancel) == 200
    official.reload()
    assert official.get_by_role("link", name="Tải xuống").count() >= 1, "what is ready stays"
