"""A department's administrator invites an officer, who works there and then somewhere else, in Chromium."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.builders import CONTACT
from tests.end_to_end.authenticator import add_authenticator
from tests.end_to_end.phone import accessible
from tests.end_to_end.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]
PASSWORD = "nam buoc chan tren cat"  # noqa: S105 — of people who exist in this test only
SURVEY = "Khảo sát của Sở Một"
BELOW = "\N{NO-BREAK SPACE}" * 3  # before the name of a unit that is below the first one


@pytest.fixture
def address(server: Server) -> str:
    """Browsers take passkeys at localhost, and not at an address of numbers."""
    return server.address.replace("127.0.0.1", "localhost")


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[], Page]]:
    """A page in a browser of its own."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(browser.new_context(locale="en-GB")).new_page()


def add_person(page: Page, address: str, username: str, role: str, unit: str = "") -> str:
    """Add a person and return the link that is shown."""
    page.goto(f"{address}/office/people?lang=en")
    page.fill("#username", username)
    page.fill("#full_name", username.title())
    page.select_option("#role", role)
    if unit:
        page.select_option("#unit", label=BELOW + unit)
    page.get_by_role("button", name="Add a person").click()
    assert accessible(page) == []
    return page.inner_text(".secret")


def choose_password(page: Page, link: str) -> None:
    page.goto(f"{link}?lang=en")
    assert accessible(page) == []
    page.fill("#new", PASSWORD)
    page.get_by_role("button", name="Set the password and sign in").click()
    page.wait_for_url("**/office/")


def open_campaign(page: Page, address: str) -> str:
    """Open a campaign and return the path of its page."""
    page.goto(f"{address}/office/campaigns/new")
    today = date.today()  # noqa: DTZ011 — the office's day is the machine's
    fields = {"name": SURVEY, "opens_on": str(today), "closes_on": str(today + timedelta(days=30)), **CONTACT}
    for name, text in fields.items():
        page.fill(f"#{name}", text)
    page.fill("#desks", "Quầy 1")
    page.locator("main form.narrow button[type=submit]").last.click()
    page.goto(f"{address}/office/")
    path = page.get_by_role("link", name=SURVEY).first.get_attribute("href")
    assert path
    return path


def sign_in_as_administrator(page: Page, server: Server, address: str) -> None:
    page.goto(f"{address}/office/sign-in?lang=en")
    page.fill("#username", "admin")
    page.fill("#password", server.sign_ins["admin"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/office/")


def add_passkey_and_sign_in_with_it(page: Page, address: str) -> None:
    add_authenticator(page)
    page.goto(f"{address}/office/factors")
    page.fill("#name", "Máy tính")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{address}/office/")


def move(page: Page, address: str, username: str, before: str, after: str) -> None:
    """Give a person the same work at another unit."""
    page.goto(f"{address}/office/people?words={username}")
    page.get_by_role("link", name=username, exact=True).click()
    page.select_option("form[action$='/roles'] #role", "officer")
    page.select_option("form[action$='/roles'] #unit", label=BELOW + after)
    page.get_by_role("button", name="Give this role").click()
    page.locator(f"tr:has-text('{before}')").get_by_role("button", name="Take away").click()
    page.select_option("#belongs_to", label=BELOW + after)
    page.get_by_role("button", name="Save the unit").click()


def test_an_officer_works_where_the_roles_are_and_sees_nothing_of_before(
    server: Server, address: str, open_page: Callable[[], Page]
) -> None:
    province, department, officer = open_page(), open_page(), open_page()
    sign_in_as_administrator(province, server, address)
    for unit in ("Sở Một", "Sở Hai"):
        province.goto(f"{address}/office/units?lang=en")
        province.fill("#name", unit)
        province.get_by_role("button", name="Add a unit").click()
    choose_password(department, add_person(province, address, "mot.admin", "administrator", "Sở Một"))
    choose_password(officer, add_person(department, address, "lan", "officer"))
    add_passkey_and_sign_in_with_it(officer, address)
    campaign = open_campaign(officer, address)
    move(province, address, "lan", "Sở Một", "Sở Hai")
    answer = officer.goto(f"{address}{campaign}")
    assert answer
    assert answer.status == 404
    officer.goto(f"{address}/office/")
    expect(officer.locator("body")).not_to_contain_text(SURVEY)
    officer.goto(f"{address}/office/password")
    expect(officer.locator("main")).to_contain_text("Sở Hai")
    expect(officer.locator("main")).not_to_contain_text("Sở Một")
