"""Officials at a desktop: how they sign in, and what each of their pages must be."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from tests.end_to_end.phone import accessible
from tests.end_to_end.server import Server


@contextmanager
def sign_in(browser: Browser, server: Server, name: str) -> Iterator[Page]:
    """Somebody of the office at a desktop."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{server.address}/office/")
    page.fill("#username", name)
    page.fill("#password", server.sign_ins[name])
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/office/")
    yield page
    context.close()


def check_pages(page: Page, addresses: Iterable[str], width: int) -> None:
    """Open pages in a window of this width in pixels: each is accessible and scrolls no way but down."""
    page.set_viewport_size({"width": width, "height": 800})
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
        assert accessible(page) == [], address
