"""The bed, started once, and who comes to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.end_to_end.office import sign_in
from tests.end_to_end.phone import CHROMIUM, PROGRAM, Phone, open_phone
from tests.postgres import create_database
from tests.production.bed import Bed, production

expect.set_options(timeout=20_000)  # two noisy cores


@pytest.fixture(scope="session", name="bed")
def run_bed(pg_server: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    database_url = create_database(pg_server, "production")
    with production(tmp_path_factory.mktemp("production"), database_url) as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, bed: Bed) -> Iterator[Browser]:
    trusts = f"--ignore-certificate-errors-spki-list={bed.key_pin}"
    opened = playwright.chromium.launch(
        executable_path=PROGRAM, args=[*CHROMIUM, trusts], proxy={"server": bed.door.url}
    )
    yield opened
    opened.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Phone]:
    """A phone nobody has used, in which nothing may go wrong."""
    context, opened = open_phone(chromium)
    yield opened
    assert opened.problems == []
    context.close()


@pytest.fixture
def official(chromium: Browser, bed: Bed) -> Iterator[Page]:
    """The administrator, signed in on a desktop."""
    with sign_in(chromium, bed.server, "admin") as page:
        yield page
