"""Signing in, in a real browser: passkeys, the end of a session, and a form that is not lost by it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.authenticator import add_authenticator
from tests.end_to_end.phone import accessible
from tests.end_to_end.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]
LONG_AGO = "2020-01-01 00:00:00.000000"
NAME = "Trần Thị “Hoa”"


@pytest.fixture
def address(server: Server) -> str:
    """Browsers take passkeys at localhost, and not at an address of numbers."""
    return server.address.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    opened = context.new_page()
    yield opened
    context.close()


def sign_in(page: Page, server: Server, address: str, name: str = "admin", path: str = "/office/") -> None:
    page.goto(f"{address}/office/sign-in?lang=en&next={path}")
    fill_in_sign_in(page, server, name)


def fill_in_sign_in(page: Page, server: Server, name: str) -> None:
    page.fill("#username", name)
    page.fill("#password", server.sign_ins[name])
    page.get_by_role("button", name="Sign in", exact=True).click()


def change_sessions(server: Server, column: str) -> None:
    """Let all sessions be unused, or unproven, for long."""
    with closing(sqlite3.connect(server.database_file, timeout=20)) as connection, connection:
        connection.execute(f"UPDATE office_session SET {column} = ?", (LONG_AGO,))  # noqa: S608 — a column


def test_a_passkey_is_added_signs_in_and_is_removed(page: Page, server: Server, address: str) -> None:
    add_authenticator(page)
    sign_in(page, server, address, "viewer", "/office/factors")
    page.fill("#name", "Điện thoại")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    page.goto(f"{address}/office/factors")
    expect(page.locator("tbody")).to_contain_text("Điện thoại")
    assert accessible(page) == []
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{address}/office/")
    page.goto(f"{address}/office/password")
    expect(page.locator("tbody").first).to_contain_text("with a passkey")
    expect(page.locator("tbody").first).to_contain_text("Chrome, Linux")
    page.get_by_role("button", name="Sign out").click()
    fill_in_sign_in(page, server, "viewer")
    page.wait_for_url("**/second-step**")
    assert accessible(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{address}/office/")
    page.goto(f"{address}/office/factors")
    change_sessions(server, "proven_at")
    page.locator("form[action*='/passkeys/'][action$='/remove'] button").click()
    expect(page.locator("h1")).to_have_text("Confirm that it is you")
    assert accessible(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".flash").first).to_have_text("The passkey has been removed: Điện thoại")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#error-summary")).to_contain_text("The passkey was not accepted")


def test_an_authenticator_app_is_added_and_asked_for(page: Page, server: Server, address: str) -> None:
    sign_in(page, server, address, "leader", "/office/factors")
    page.get_by_role("button", name="Add an app").click()
    app = pyotp.TOTP(page.inner_text("#secret").replace(" ", ""))
    assert accessible(page) == []
    page.fill("#code", app.now())
    page.get_by_role("button", name="Add the app").click()
    codes = page.locator("#recovery-codes li").all_inner_texts()
    assert accessible(page) == []
    page.get_by_role("button", name="Sign out").click()
    fill_in_sign_in(page, server, "leader")
    page.fill("#code", codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{address}/office/")


def test_a_session_that_ends_is_told_before_in_every_tab(page: Page, server: Server, address: str) -> None:
    sign_in(page, server, address)
    page.wait_for_url("**/office/**")
    other = page.context.new_page()
    for tab in (page, other):
        tab.clock.install()
        tab.goto(f"{address}/office/people")
        tab.clock.fast_forward("28:05")
        expect(tab.get_by_role("alertdialog")).to_contain_text("You will soon be signed out")
    assert accessible(other) == []
    other.get_by_role("button", name="Stay signed in").click()
    for tab in (page, other):
        tab.clock.run_for(2000)
        expect(tab.get_by_role("alertdialog")).to_have_count(0)


def test_what_was_typed_comes_back_when_the_session_ended_in_the_page(
    page: Page, server: Server, address: str
) -> None:
    sign_in(page, server, address)
    page.wait_for_url("**/office/**")
    page.clock.install()
    page.goto(f"{address}/office/people")
    page.fill("#full_name", NAME)
    page.select_option("#role", "leader")
    change_sessions(server, "used_at")
    page.clock.fast_forward("30:05")
    expect(page.get_by_role("alertdialog")).to_contain_text("You have been signed out")
    page.get_by_role("link", name="Sign in again").click()
    fill_in_sign_in(page, server, "admin")
    expect(page.locator("#draft-restored")).to_be_visible()
    assert page.input_value("#full_name") == NAME
    assert page.input_value("#role") == "leader"
    page.reload()
    assert page.input_value("#full_name") == "", "once"


def send_after_the_session(page: Page, server: Server, address: str) -> None:
    sign_in(page, server, address)
    page.wait_for_url("**/office/**")
    page.goto(f"{address}/office/people")
    page.fill("#username", "hoa.tran")
    page.fill("#full_name", NAME)
    change_sessions(server, "used_at")
    page.get_by_role("button", name="Add a person").click()
    expect(page.locator("h1")).to_have_text("You have been signed out")
    assert accessible(page) == []
    page.get_by_role("link", name="Sign in again").click()


def test_a_form_sent_after_the_session_is_back_after_signing_in(
    page: Page, server: Server, address: str
) -> None:
    send_after_the_session(page, server, address)
    fill_in_sign_in(page, server, "admin")
    expect(page.locator("#draft-restored")).to_be_visible()
    assert page.input_value("#full_name") == NAME
    page.get_by_role("button", name="Add a person").click()
    expect(page.locator(".secret")).to_be_visible()
    page.goto(f"{address}/office/people")
    assert page.input_value("#full_name") == "", "it was taken"


def test_what_one_person_typed_is_not_shown_to_another(page: Page, server: Server, address: str) -> None:
    send_after_the_session(page, server, address)
    fill_in_sign_in(page, server, "officer")
    page.goto(f"{address}/office/")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_form_that_needs_a_proof_goes_on_after_it(page: Page, server: Server, address: str) -> None:
    sign_in(page, server, address)
    page.wait_for_url("**/office/**")
    page.goto(f"{address}/office/people")
    page.fill("#username", "proof.person")
    page.fill("#full_name", NAME)
    change_sessions(server, "proven_at")
    page.get_by_role("button", name="Add a person").click()
    page.fill("#confirm-password", server.sign_ins["admin"])
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".secret")).to_be_visible()
    expect(page.locator("tbody")).to_contain_text("proof.person")
    page.goto(f"{address}/office/people")
    assert page.input_value("#username") == ""
