"""The bed, started once, and who comes to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.end_to_end.conftest import official, phone  # noqa: F401 — fixtures
from tests.end_to_end.phone import CHROMIUM, PROGRAM
from tests.end_to_end.server import Server
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


@pytest.fixture(scope="session")
def browser(chromium: Browser) -> Browser:
    """The browser of the fixtures that all tests from outside share."""
    return chromium


@pytest.fixture(scope="session")
def server(bed: Bed) -> Server:
    """The server of the fixtures that all tests from outside share."""
    return bed.server
