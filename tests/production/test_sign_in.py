"""The second step behind TLS: a passkey belongs to the public host, and an app is asked for."""

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from tests.end_to_end.authenticator import add_authenticator
from tests.production.bed import ADDRESS, Bed

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.postgres]


def test_a_passkey_and_an_app_sign_in_behind_tls(chromium: Browser, bed: Bed) -> None:
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    add_authenticator(page)

    def type_password() -> None:
        page.fill("#username", "viewer")
        page.fill("#password", bed.server.sign_ins["viewer"])
        page.get_by_role("button", name="Sign in", exact=True).click()

    page.goto(f"{ADDRESS}/office/sign-in?lang=en&next=/office/factors")
    type_password()
    page.fill("#name", "Phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{ADDRESS}/office/")
    page.goto(f"{ADDRESS}/office/factors")
    page.get_by_role("button", name="Add an app").click()
    app = pyotp.TOTP(page.inner_text("#secret").replace(" ", ""))
    page.fill("#code", app.now())
    page.get_by_role("button", name="Add the app").click()
    code = page.locator("#recovery-codes li").first.inner_text()
    page.get_by_role("button", name="Sign out").click()
    type_password()
    page.fill("#code", code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{ADDRESS}/office/")
    page.goto(f"{ADDRESS}/office/factors")
    page.locator("form[action*='/passkeys/'][action$='/remove'] button").click()
    page.get_by_role("button", name="Remove the app").click()
    context.close()
