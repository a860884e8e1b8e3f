"""The citizen's way behind TLS: to the receipt, without a network, with nothing fetched from elsewhere."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.phone import SAID, Phone, flawless_phone, runs_scripts, wait_for_offline_copy
from tests.production.bed import ADDRESS, HOST

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.postgres]


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def any_phone(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Phone]:
    with flawless_phone(chromium, takes_cookies=False, java_script_enabled=request.param) as opened:
        yield opened


def hosts(phone: Phone) -> set[str | None]:
    """The hosts from which the phone fetched anything."""
    return {urlsplit(url).hostname for url in phone.requests if not url.startswith("data:")}


def test_from_the_code_to_the_receipt_and_back_to_the_form(any_phone: Phone) -> None:
    page = any_phone.page
    any_phone.open(f"{ADDRESS}/s/demo")
    any_phone.fill_in()
    any_phone.send()
    code = any_phone.receipt()
    page.goto(f"{ADDRESS}/receipt")
    page.fill("input[name=code]", code)
    page.locator("main button").first.click()
    expect(page.locator("main")).to_contain_text(SAID)
    page.locator("button.warn").click()
    expect(page.locator("main")).not_to_contain_text(SAID)
    assert hosts(any_phone) == {HOST}


def test_a_form_begun_here_is_finished_on_another_phone(any_phone: Phone, phone: Phone) -> None:
    any_phone.open(f"{ADDRESS}/s/demo")
    any_phone.pick("consent", "agree")
    if runs_scripts(any_phone.page):
        any_phone.continue_()
        any_phone.fill_in_section()
    any_phone.page.get_by_role("button", name="Lưu lại để điền tiếp").click()
    code = any_phone.page.inner_text("#saved-code")
    phone.open(f"{ADDRESS}/continue")
    phone.page.fill("#code", code)
    phone.page.locator("main button[type=submit]").first.click()
    phone.page.wait_for_selector("form#f")
    assert hosts(any_phone) == hosts(phone) == {HOST}


def test_a_form_sent_without_a_network_arrives_later(phone: Phone) -> None:
    phone.open(f"{ADDRESS}/s/demo")
    wait_for_offline_copy(phone.page)
    assert phone.page.evaluate("isSecureContext")
    phone.page.context.set_offline(True)
    phone.page.reload()
    phone.fill_in()
    phone.send()
    expect(phone.page.locator("#sending")).to_contain_text("được giữ trên máy này")
    phone.page.context.set_offline(False)
    phone.receipt()
    assert phone.page.evaluate("outbox.all().then(forms => forms.filter(f => !f.receipt).length)") == 0
    assert hosts(phone) == {HOST}


def test_codes_of_posters_lead_to_the_public_address(official: Page) -> None:
    official.goto(f"{ADDRESS}/office/campaigns/demo/desks")
    assert f"{HOST}/s/demo" in official.inner_text("main")
