"""A shared tablet, a clerk who reads out, a form begun here and finished there, a receipt to take along."""

import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.end_to_end.phone import SAID, VISIT, Phone, open_phone, watch
from tests.end_to_end.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]
TABLET: dict[str, Any] = {"viewport": {"width": 768, "height": 1024}, "has_touch": True, "locale": "vi-VN"}


@pytest.fixture
def tablet(browser: Browser) -> Iterator[Phone]:
    context = browser.new_context(**TABLET)
    context.set_default_timeout(30_000)
    opened = watch(context.new_page())
    yield opened
    assert opened.problems == []
    context.close()


def links(official: Page, server: Server) -> dict[str, str]:
    """What the office's page says about the desk `demo`: links for a tablet and a clerk, the exit code."""
    official.goto(f"{server.address}/office/campaigns/demo/desks?lang=vi")
    card = official.locator(".card", has=official.locator("a[href='/s/demo']"))
    card.locator("summary").click()
    return {
        "kiosk": server.address + (card.locator("a[href*='/kiosk/']").get_attribute("href") or ""),
        "assisted": server.address + (card.locator("a[href*='/assisted/']").get_attribute("href") or ""),
        "exit": card.locator("details b").inner_text(),
    }


def begin_anew(tablet: Phone, addresses: dict[str, str], button: str = "Bắt đầu") -> Page:
    """Open the tablet's link and press the button for the next person."""
    tablet.open(addresses["kiosk"])
    tablet.page.get_by_role("link", name=button).click()
    return tablet.page


def modes(server: Server) -> list[str]:
    """How the stored responses came in, the newest last."""
    with sqlite3.connect(server.database_file) as connection:
        return [mode for (mode,) in connection.execute("SELECT mode FROM response ORDER BY id")]


def read_code(page: Page) -> str:
    """What a phone's camera reads off the screen."""
    import io

    picture = Image.open(io.BytesIO(page.locator(".qr").screenshot()))
    [code] = zxingcpp.read_barcodes(picture)
    return str(code.text)


def browser_storage(context: BrowserContext, page: Page) -> str:
    """Everything the browser stores of the site."""
    stored = page.evaluate(
        "outbox.all().then(forms => JSON.stringify([forms, {...localStorage}, {...sessionStorage}]))"
    )
    return f"{stored}{context.cookies()}"


def test_a_shared_tablet_begins_again_with_nothing_left(
    tablet: Phone, official: Page, server: Server
) -> None:
    page = begin_anew(tablet, links(official, server))
    tablet.fill_in()
    tablet.send()
    tablet.receipt()
    assert modes(server)[-1] == "kiosk"
    assert read_code(page).startswith(f"{server.address}/receipt?lang=vi#")
    page.get_by_role("link", name="Xong").click()
    expect(page.get_by_role("link", name="Begin")).to_be_visible()
    assert browser_storage(page.context, page) == "[[],{},{}][]"
    for _ in range(12):
        page.go_back(wait_until="commit", timeout=3000) if page.evaluate("history.length") > 1 else None
        assert SAID not in page.inner_text("body")
        assert page.locator("input:checked, #receipt-code").count() == 0


def test_a_tablet_nobody_touches_warns_and_begins_again(
    tablet: Phone, official: Page, server: Server
) -> None:
    addresses = links(official, server)
    tablet.page.clock.install()
    page = begin_anew(tablet, addresses, "Begin")
    tablet.pick("consent", "agree")
    tablet.continue_()
    tablet.pick("respondent_group", "business")
    page.clock.run_for(29_000)
    assert page.locator("#idle").is_hidden()
    page.clock.run_for(2_000)
    expect(page.locator("#idle")).to_be_visible()
    page.get_by_role("button", name="I need more time").click()
    assert page.locator("#idle").is_hidden()
    assert page.locator("input[value=business]").is_checked()
    page.clock.run_for(30_500)
    expect(page.locator("#idle")).to_be_visible()
    page.clock.run_for(21_000)
    page.wait_for_url(addresses["kiosk"].partition("?")[0])
    assert page.locator("input:checked").count() == 0


def test_a_tablet_keeps_the_language_switch_and_counts_who_declines(
    tablet: Phone, official: Page, server: Server
) -> None:
    addresses = links(official, server)
    page = begin_anew(tablet, addresses)
    tablet.pick("consent", "agree")
    tablet.continue_()
    tablet.pick("respondent_group", "business")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.locator("input[value=business]").is_checked()
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    page.goto(page.url.partition("#")[0])
    tablet.pick("consent", "decline")
    tablet.continue_()
    page.wait_for_url(addresses["kiosk"].partition("?")[0])


def test_a_tablet_is_left_with_the_exit_code_only(tablet: Phone, official: Page, server: Server) -> None:
    addresses, page = links(official, server), tablet.page
    tablet.open(addresses["kiosk"])
    page.locator("summary").click()
    page.fill("#exit", "000000")
    page.locator("details button").click()
    expect(page.locator("#error-summary")).to_be_visible()
    page.fill("#exit", addresses["exit"])
    page.locator("details button").click()
    page.wait_for_url(f"{server.address}/")


def test_a_tablet_without_a_network_keeps_the_form_and_sends_it(
    tablet: Phone, official: Page, server: Server
) -> None:
    addresses, page = links(official, server), tablet.page
    tablet.open(addresses["kiosk"])
    page.wait_for_function(
        "caches.open('forms-1').then(cache => cache.keys()).then(kept => kept.length >= 3)"
    )
    page.reload()
    page.context.set_offline(True)
    page.get_by_role("link", name="Bắt đầu").click()
    tablet.fill_in()
    before = len(modes(server))
    tablet.send()
    expect(page.locator("#sending")).to_contain_text("được giữ trên máy này")
    expect(page.locator("#sending")).to_contain_text("nếu không chờ, Ông/Bà sẽ không có mã phiếu")
    assert len(modes(server)) == before
    page.context.set_offline(False)
    tablet.receipt()
    assert modes(server)[before:] == ["kiosk"]
    assert page.evaluate("outbox.all().then(forms => forms.length)") == 0


def test_a_refused_form_of_a_tablet_is_shown_to_the_clerk(
    tablet: Phone, official: Page, server: Server
) -> None:
    addresses, page = links(official, server), tablet.page
    begin_anew(tablet, addresses)
    tablet.fill_in()
    page.evaluate("document.querySelector('#f textarea').value = 'ă'.repeat(1001)")
    tablet.send()
    expect(page.locator("#error-summary")).to_contain_text("1001 ký tự")
    tablet.open(addresses["kiosk"])  # the person leaves, and the tablet begins again
    expect(page.locator("#outbox")).to_contain_text("Cán bộ trực: thoát chế độ máy dùng chung")
    page.get_by_role("link", name="Bắt đầu").click()
    page.wait_for_timeout(500)
    assert page.locator("#outbox").is_hidden(), "the next person sees nothing of it"
    tablet.open(addresses["kiosk"])
    page.locator("details summary").click()
    page.fill("#exit", addresses["exit"])
    page.locator("details button").click()
    page.get_by_role("link", name="không được nhận").click()
    page.get_by_role("button", name="Mở phiếu để sửa và gửi lại").click()
    page.locator("#f textarea").fill(SAID)
    tablet.continue_()
    before = len(modes(server))
    tablet.send()
    tablet.receipt()
    assert modes(server)[before:] == ["kiosk"]
    assert page.evaluate("outbox.all().then(forms => forms.length)") == 0


def test_a_clerk_reads_out(phone: Phone, official: Page, server: Server) -> None:
    phone.open(links(official, server)["assisted"])
    expect(phone.page.locator(".note").first).to_contain_text("điền phiếu hộ")
    phone.fill_in()
    phone.send()
    phone.receipt()
    assert modes(server)[-1] == "assisted"
    phone.page.get_by_role("link", name="Người tiếp theo").click()
    assert phone.page.locator("input:checked").count() == 0
    assert "/assisted/" in phone.page.url


def test_a_link_nobody_made_marks_nothing(phone: Phone, server: Server) -> None:
    for path in ("kiosk/0123456789abcdef0123", "kiosk/0123456789abcdef0123/form", "assisted/x"):
        answer = phone.page.goto(f"{server.address}/s/demo/{path}")
        assert answer is not None
        assert answer.status == 404


@pytest.mark.parametrize("scripts", [True, False], ids=["with-script", "without-script"])
def test_begun_here_and_finished_there(browser: Browser, server: Server, *, scripts: bool) -> None:
    here_context, here = open_phone(browser, java_script_enabled=scripts)
    here.open(f"{server.address}/s/demo")
    here.pick("consent", "agree")
    if scripts:
        here.continue_()
        here.fill_in_section()
    else:
        for name, value in VISIT.items():
            here.pick(name, value)
    here.page.get_by_role("button", name="Lưu lại để điền tiếp").click()
    code = here.page.inner_text("#saved-code")
    address = read_code(here.page)
    assert urlsplit(address).fragment == code
    there_context, there = open_phone(browser)
    there.page.goto(address)
    there.page.wait_for_selector("form#f")
    assert there.page.locator("input[value=business]").is_checked()
    assert code not in there.page.url
    while not there.page.locator("#s-check.on").count():
        there.fill_in_section()
    there.send()
    there.receipt()
    here.page.goto(f"{server.address}/continue")
    here.page.fill("#code", code.lower().replace("-", " "))
    here.page.locator("main button[type=submit]").first.click()
    expect(here.page.locator("#error-summary")).to_contain_text("đã được gửi rồi")
    here_context.close()
    there_context.close()


def test_the_receipt_as_a_code_leads_to_the_form(phone: Phone, server: Server) -> None:
    phone.open(f"{server.address}/s/demo")
    phone.fill_in()
    phone.send()
    code, page = phone.receipt(), phone.page
    page.get_by_role("button", name="Giữ mã phiếu dưới dạng hình").click()
    page.wait_for_selector(".qr")
    address = read_code(page)
    assert code not in page.url
    page.goto(address)
    expect(page.locator("h1")).to_have_text("Phiếu của Ông/Bà")
    assert SAID in page.inner_text("main")
    assert code not in page.url


def test_an_opinion_about_the_form(phone: Phone, official: Page, server: Server) -> None:
    phone.open(f"{server.address}/s/demo")
    phone.fill_in()
    phone.send()
    phone.receipt()
    page = phone.page
    page.get_by_role("button", name="Gửi ý kiến").click()
    expect(page.locator("#error-summary")).to_be_visible()
    page.locator("label:has(#ease)").click()
    page.fill("#words", "Chữ <b>to</b> hơn")
    page.get_by_role("button", name="Gửi ý kiến").click()
    expect(page.locator("h1")).to_have_text("Cảm ơn ý kiến của Ông/Bà")
    others = {"ease": "3", "words": "Rõ ràng"}
    for _person in range(4):  # opinions appear five at a time
        assert requests.post(f"{server.address}/s/demo/feedback", data=others, timeout=30).ok
    official.goto(f"{server.address}/office/campaigns/demo/feedback?lang=vi")
    assert "Chữ <b>to</b> hơn" in official.inner_text("main")
    assert official.locator("tbody tr:has-text('Dễ') .n").first.inner_text() == "5"
