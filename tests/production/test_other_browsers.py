"""Firefox and WebKitGTK at the bed: the citizen's way to the receipt, and signing in."""

import re
from collections.abc import Iterator

import pytest

from tests.end_to_end.phone import VISIT
from tests.production.bed import ADDRESS, Bed
from tests.production.webdriver import RemoteBrowser, firefox, webkit

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.postgres]
# The labels to click in the section that shows: the choice of the visit, else the fourth.
_CHOICES = """
const wanted = arguments[0];
return [...document.querySelectorAll('section.on fieldset')].filter(f => f.offsetParent).map(f => {
  const inputs = [...f.querySelectorAll('input')], name = inputs[0].name;
  const value = [wanted[name], '4'].find(v => inputs.some(i => i.value === v));
  return value && `label:has(input[name="${name}"][value="${value}"])`;
}).filter(Boolean)
"""
_SHOWN = "document.querySelector('section.on')?.id"


@pytest.fixture(scope="module", params=[firefox, webkit], ids=["firefox", "webkit"])
def browser(
    request: pytest.FixtureRequest, bed: Bed, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RemoteBrowser]:
    with request.param(tmp_path_factory.mktemp("browser"), bed.door) as opened:
        yield opened


def fill_in_section(browser: RemoteBrowser) -> None:
    """Answer the section that shows and go on, past the reminder of questions left blank."""
    shown = browser.run(f"return {_SHOWN}")
    for label in browser.run(_CHOICES, VISIT | {"consent": "agree"}):
        browser.click(label)
    browser.click("section.on [data-next]")
    reminder = f"[...document.querySelectorAll('#{shown} .note')].some(n => n.offsetParent)"
    browser.wait_for(f"{_SHOWN} !== '{shown}' || {reminder}")
    if browser.run(f"return {_SHOWN}") == shown:
        browser.click("section.on [data-next]")
        browser.wait_for(f"{_SHOWN} !== '{shown}'")


def test_a_citizen_gets_from_the_code_to_the_receipt(browser: RemoteBrowser) -> None:
    browser.open(f"{ADDRESS}/s/demo?lang=vi")
    browser.wait_for("document.querySelector('html.js section.on')")
    while browser.run(f"return {_SHOWN}") != "s-check":
        fill_in_section(browser)
    browser.click("[data-send]")
    browser.wait_for("document.querySelector('#receipt-code')")
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", browser.text("#receipt-code"))


def test_an_official_signs_in_and_sends_a_form(browser: RemoteBrowser, bed: Bed) -> None:
    browser.open(f"{ADDRESS}/office/campaigns/demo/desks?lang=en")
    browser.type("#username", "officer")
    browser.type("#password", bed.server.sign_ins["officer"])
    browser.click("main button")
    browser.wait_for("location.pathname === '/office/campaigns/demo/desks'")
    browser.type("#forms-issued", "4000")
    browser.click("form[action$='/populations'] button")
    browser.wait_for("document.querySelector('.flash')")
    assert browser.text("#error-summary") == ""


def test_the_service_worker_takes_up_its_work(browser: RemoteBrowser) -> None:
    browser.open(f"{ADDRESS}/s/demo?lang=vi")
    browser.run("navigator.serviceWorker.ready.then(worker => { window.isAtWork = !!worker.active })")
    browser.wait_for("window.isAtWork")
