"""A browser and a running server, shared by the tests that look at the product from outside."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.end_to_end.office import sign_in
from tests.end_to_end.phone import CHROMIUM, PROGRAM, Phone, flawless_phone
from tests.end_to_end.server import Server, demo_server

expect.set_options(timeout=20_000)  # two noisy cores


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    opened = playwright.chromium.launch(executable_path=PROGRAM, args=CHROMIUM)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with demo_server(tmp_path_factory.mktemp("instance")) as running:
        yield running


@pytest.fixture
def phone(browser: Browser) -> Iterator[Phone]:
    """A phone nobody has used, in which nothing may go wrong."""
    with flawless_phone(browser) as opened:
        yield opened


@pytest.fixture
def official(browser: Browser, server: Server) -> Iterator[Page]:
    """The administrator, signed in on a desktop."""
    with sign_in(browser, server, "admin") as page:
        yield page
